// The kernel calls. Each takes the current thread, whose registers hold the arguments
// (abi/syscall.h has the convention, docs/abi.md the contracts), validates everything, then acts.
// It returns what goes into a0, or NO_RESULT if the call goes on later.
#ifndef KERN_SYSCALL_H
#define KERN_SYSCALL_H

#include "abi/syscall.h"
#include "ipc.h"

#define SYSCALL_DECLARE(number, name, function, text)                                              \
	fl_error_t sys_##function(struct thread *self);
FL_SYSCALLS(SYSCALL_DECLARE)
#undef SYSCALL_DECLARE

void syscall_dispatch(struct thread *self);

// Argument n (0 .. 6) of a call, and where result n (1 .. 6) goes.
static inline uint64_t arg(const struct thread *self, unsigned n)
{
	return self->x[REG_A0 + n];
}

static inline void set_result(struct thread *self, unsigned n, uint64_t value)
{
	self->x[REG_A0 + n] = value;
}

// The object behind argument n, of this type and with these rights.
static inline CHECKED fl_error_t arg_handle(const struct thread *self, unsigned n,
                                            enum fl_type type, unsigned rights,
                                            struct handle **handle)
{
	return handle_find(&self->space->handles, arg(self, n), type, rights, handle);
}

// sys_thread.c: ends whatever the thread does and makes it STOPPED.
void thread_stop(struct thread *thread);

// fp.c: floating-point state on a change of threads, at first use, and when a thread's is read.
void fp_switch(struct hart *hart, struct thread *next);
bool fp_enable(struct hart *hart, struct thread *thread);
void fp_collect(struct thread *thread);
void fp_forget(struct thread *thread);

#endif
