// What a handler gets as its third argument: the registers that it interrupted. It may change them:
// they are what the program goes on with. getcontext and its kin are not there.
#ifndef POSIX_UCONTEXT_H
#define POSIX_UCONTEXT_H

#include <sys/signal.h>

// libsys/posix/handler.S knows these offsets.
typedef struct {
	unsigned long __gregs[32]; // [0] = pc, else x1 .. x31
	unsigned long __fpregs[32];
	unsigned long __fcsr;
} mcontext_t;

#define REG_PC 0
#define REG_RA 1
#define REG_SP 2
#define REG_TP 4
#define REG_S0 8
#define REG_S1 9
#define REG_A0 10
#define REG_S2 18
#define REG_NARGS 8

typedef struct ucontext {
	mcontext_t uc_mcontext;
	unsigned long uc_flags;   // 0
	struct ucontext *uc_link; // NULL
	stack_t uc_stack;
	sigset_t uc_sigmask;
} ucontext_t;

#endif
