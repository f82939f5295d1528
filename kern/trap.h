// The C side of trap entry.
#ifndef KERN_TRAP_H
#define KERN_TRAP_H

#include "object.h"

// entry.S: `thread` was running and trapped; its registers are saved. Returns who runs next.
struct thread *trap_from_user(struct thread *thread, uint64_t cause);

// Who runs next, with the hart set up for it; waits for interrupts while nobody can.
struct thread *trap_leave(void);

// entry.S: leaves the kernel.
_Noreturn void thread_resume(struct thread *thread);

#endif
