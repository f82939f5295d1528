// Which thread runs: fixed priorities, first come first served within one, a time slice.
#ifndef KERN_SCHED_H
#define KERN_SCHED_H

#include "object.h"

#define SLICE_NS 10000000ul

// The thread (not in any queue) becomes READY at the end of its priority's queue.
void sched_ready(struct thread *thread);

// A READY thread that is not current leaves the queue.
void sched_remove(struct thread *thread);

// The current thread has blocked or ended and is in no queue of ready ones.
void sched_clear(void);

// `thread` gets ready and, if there is no current thread and nothing more urgent is ready, becomes
// current at once: the direct switch of IPC.
void sched_switch(struct thread *thread);

// The current thread goes to the end of its queue if another of its priority is ready.
void sched_yield(void);

// Who runs when the kernel is left: the current thread unless something more urgent is ready. NULL:
// nobody.
struct thread *sched_next(void);

#endif
