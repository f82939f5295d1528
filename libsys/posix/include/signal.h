// Signals; in place of picolibc's (sys/signal.h says why).
#ifndef POSIX_SIGNAL_H
#define POSIX_SIGNAL_H

#include <sys/signal.h>
#include <ucontext.h>

typedef int sig_atomic_t;
typedef _sig_func_ptr sig_t;
typedef _sig_func_ptr sighandler_t;

#define SIG_DFL ((_sig_func_ptr)0)
#define SIG_IGN ((_sig_func_ptr)1)
#define SIG_ERR ((_sig_func_ptr)-1)

#ifdef __cplusplus
extern "C" {
#endif

_sig_func_ptr signal(int number, _sig_func_ptr handler);
int raise(int number);
void psignal(int number, const char *text);

#ifdef __cplusplus
}
#endif

#endif
