// picolibc's setjmp.h, plus the pair that keeps the signal mask.
#include_next <setjmp.h> // before the guard: this file may find itself here

#ifndef POSIX_SETJMP_H
#define POSIX_SETJMP_H

#include <sys/signal.h>

typedef struct {
	jmp_buf registers;
	sigset_t mask;
	int has_mask;
} sigjmp_buf[1];

#ifdef __cplusplus
extern "C" {
#endif

void sigjmp_note(sigjmp_buf buffer, int save_mask);
_Noreturn void siglongjmp(sigjmp_buf buffer, int value);

#ifdef __cplusplus
}
#endif

#define sigsetjmp(buffer, save_mask)                                                               \
	(sigjmp_note((buffer), (save_mask)), setjmp((buffer)->registers))
#define _setjmp(buffer) setjmp(buffer)
#define _longjmp(buffer, value) longjmp((buffer), (value))

#endif
