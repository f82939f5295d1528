// Endpoints: synchronous calls and their replies, fault messages, notification bits.
//
// A message is six words in registers and at most one handle; the kernel copies nothing else, so no
// page fault can happen inside IPC. The register convention is in abi/syscall.h and docs/abi.md.
#ifndef KERN_IPC_H
#define KERN_IPC_H

#include "object.h"

// The call goes on later: the thread's result registers are written when it is woken.
#define NO_RESULT ((fl_error_t)0xff)

// `thread` (current) calls `endpoint` with its registers; `badge` is that of the handle it used.
CHECKED fl_error_t endpoint_call(struct endpoint *endpoint, struct thread *thread, uint64_t badge);

// `thread` (current) wants the next thing that comes: bits, a call, a fault.
CHECKED fl_error_t endpoint_receive(struct endpoint *endpoint, struct thread *thread);

// The faulting current thread sends thread->fault to its space's pager. Without one it is stopped.
void endpoint_send_fault(struct thread *thread);

// Sets bits; wakes a receiver.
void endpoint_notify(struct endpoint *endpoint, uint64_t bits);

// The thread that waits at `endpoint` in `state` (CALLING or FAULTED) for the answer named by
// `token`, or NULL: stale or foreign.
struct thread *endpoint_waiter(const struct endpoint *endpoint, uint64_t token,
                               enum thread_state state);

// `from` answers the CALLING `thread` with its registers. It is then in no queue: the caller makes
// it ready, after its own receive if there is one, so that the switch can be direct.
void endpoint_reply(struct thread *from, struct thread *thread);

// Wakes at most `most` threads that wait at the endpoint, because it goes: calls and receives end
// with FL_GONE, faults leave their thread stopped. FL_AGAIN: there are more.
CHECKED fl_error_t endpoint_abandon(struct endpoint *endpoint, unsigned most);

// Takes a thread out of whatever it waits for. A call or receive ends with `error`; a fault will
// just happen again. The thread is then in no queue, and not READY: the caller decides what it is.
void thread_unblock(struct thread *thread, fl_error_t error);

#endif
