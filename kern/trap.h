// The C side of trap entry.
#ifndef KERN_TRAP_H
#define KERN_TRAP_H

#include "object.h"

// entry.S: `thread` was running and trapped; its registers are saved. Returns who runs next.
struct thread *trap_from_user(struct thread *thread, uint64_t cause);

// At the end of boot: who runs first.
struct thread *trap_first(void);

// entry.S: leaves the kernel.
_Noreturn void thread_resume(struct thread *thread);

#endif
