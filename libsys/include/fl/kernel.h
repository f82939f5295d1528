// The kernel calls as C functions. One inline stub a shape of call; numbers and constants come from
// abi/. The contract of each call is in docs/abi.md (arguments, rights, errors, notes).
//
// Every stub returns the call's fl_error_t unless it says otherwise.
#ifndef FL_KERNEL_H
#define FL_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "abi/error.h"
#include "abi/message.h"
#include "abi/object.h"
#include "abi/syscall.h"

#define FL_CHECKED __attribute__((warn_unused_result))

typedef uint32_t fl_slot_t;

// What comes back from a call with several results.
struct fl_result {
	fl_error_t error;
	uint64_t value[FL_MESSAGE_WORDS]; // a1 .. a6
};

// A message, on both sides. Which fields a call reads and writes is said at the call.
struct fl_message {
	uint64_t word[FL_MESSAGE_WORDS];
	uint64_t handle;   // to send: slot of a handle to copy to the other side (0 = none).
	                   // received: 1 if a handle arrived in the receive slot, else 0
	uint64_t receive;  // slot that takes a handle which comes back (its old content goes); 0 = none
	uint64_t token;    // received: names the caller to answer; to reply: whom
	uint64_t badge;    // received: of the handle that was called
	uint64_t received; // received: enum fl_received
};

// clang-format off
#define FL_REGISTERS(number) \
	register uint64_t a7 __asm__("a7") = (number)
// clang-format on

static inline fl_error_t fl_invoke(unsigned number, uint64_t arg0, uint64_t arg1, uint64_t arg2,
                                   uint64_t arg3, uint64_t arg4, uint64_t arg5, uint64_t arg6,
                                   struct fl_result *result)
{
	register uint64_t a0 __asm__("a0") = arg0;
	register uint64_t a1 __asm__("a1") = arg1;
	register uint64_t a2 __asm__("a2") = arg2;
	register uint64_t a3 __asm__("a3") = arg3;
	register uint64_t a4 __asm__("a4") = arg4;
	register uint64_t a5 __asm__("a5") = arg5;
	register uint64_t a6 __asm__("a6") = arg6;
	FL_REGISTERS(number);
	__asm__ volatile("ecall"
	                 : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5), "+r"(a6)
	                 : "r"(a7)
	                 : "memory", "t0", "t1", "t2", "t3", "t4", "t5", "t6");
	if (result) {
		result->error = (fl_error_t)a0;
		result->value[0] = a1;
		result->value[1] = a2;
		result->value[2] = a3;
		result->value[3] = a4;
		result->value[4] = a5;
		result->value[5] = a6;
	}
	return (fl_error_t)a0;
}

// All of IPC: the words, t0 = handle, t1 = receive slot, t2 = token; t1 becomes the badge and t3
// what was received.
static inline fl_error_t fl_invoke_ipc(unsigned number, fl_slot_t endpoint, struct fl_message *m)
{
	register uint64_t a0 __asm__("a0") = endpoint;
	register uint64_t a1 __asm__("a1") = m->word[0];
	register uint64_t a2 __asm__("a2") = m->word[1];
	register uint64_t a3 __asm__("a3") = m->word[2];
	register uint64_t a4 __asm__("a4") = m->word[3];
	register uint64_t a5 __asm__("a5") = m->word[4];
	register uint64_t a6 __asm__("a6") = m->word[5];
	FL_REGISTERS(number);
	register uint64_t t0 __asm__("t0") = m->handle;
	register uint64_t t1 __asm__("t1") = m->receive;
	register uint64_t t2 __asm__("t2") = m->token;
	register uint64_t t3 __asm__("t3") = 0;
	__asm__ volatile("ecall"
	                 : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5), "+r"(a6),
	                   "+r"(t0), "+r"(t1), "+r"(t2), "+r"(t3)
	                 : "r"(a7)
	                 : "memory", "t4", "t5", "t6");
	m->word[0] = a1;
	m->word[1] = a2;
	m->word[2] = a3;
	m->word[3] = a4;
	m->word[4] = a5;
	m->word[5] = a6;
	m->handle = t0;
	m->badge = t1;
	m->token = t2;
	m->received = t3;
	return (fl_error_t)a0;
}

static inline uint64_t fl_version(void)
{
	struct fl_result r;
	(void)fl_invoke(FL_SYS_VERSION, 0, 0, 0, 0, 0, 0, 0, &r);
	return r.value[0];
}

// Sends word[], handle; waits; on success word[] and handle (0 or 1) are the reply's.
static inline FL_CHECKED fl_error_t fl_call(fl_slot_t endpoint, struct fl_message *m)
{
	return fl_invoke_ipc(FL_SYS_CALL, endpoint, m);
}

// Fills word[], handle, badge, token, received.
static inline FL_CHECKED fl_error_t fl_receive(fl_slot_t endpoint, struct fl_message *m)
{
	return fl_invoke_ipc(FL_SYS_RECEIVE, endpoint, m);
}

// Answers m->token with word[] and handle.
static inline FL_CHECKED fl_error_t fl_reply(fl_slot_t endpoint, const struct fl_message *m)
{
	struct fl_message copy = *m;
	return fl_invoke_ipc(FL_SYS_REPLY, endpoint, &copy);
}

// fl_reply, then fl_receive, in one entry. If the reply fails (FL_STALE: the caller is gone)
// nothing is received. FL_CANCELLED, FL_GONE: the reply was given, the receive was cut short.
static inline FL_CHECKED fl_error_t fl_reply_receive(fl_slot_t endpoint, struct fl_message *m)
{
	return fl_invoke_ipc(FL_SYS_REPLY_RECEIVE, endpoint, m);
}

// Answers the fault m->token: word[0] = FL_RESOLVE_ACTION(action, entries), word[1..] = up to two
// inline entries (va, frame), or word[1] = address of the entries if there are more than two.
static inline FL_CHECKED fl_error_t fl_resolve(fl_slot_t endpoint, struct fl_message *m)
{
	return fl_invoke_ipc(FL_SYS_RESOLVE, endpoint, m);
}

// fl_resolve, then fl_receive, in one entry. On an error nothing is received, the fault still waits
// for its answer, and word[0] tells how many entries were installed before the one that failed.
static inline FL_CHECKED fl_error_t fl_resolve_receive(fl_slot_t endpoint, struct fl_message *m)
{
	return fl_invoke_ipc(FL_SYS_RESOLVE_RECEIVE, endpoint, m);
}

static inline FL_CHECKED fl_error_t fl_notify(fl_slot_t endpoint)
{
	return fl_invoke(FL_SYS_NOTIFY, endpoint, 0, 0, 0, 0, 0, 0, NULL);
}

// frame: physical address of a FREE frame of an object run that the caller holds. Thread: arg0 =
// space slot, arg1 = priority, arg2 = thread number for fault messages. Space: arg0 = frame for the
// root table, arg1 = fault endpoint slot, arg2 = badge. Endpoint: none.
static inline FL_CHECKED fl_error_t fl_object_create(unsigned type, uint64_t frame, fl_slot_t slot,
                                                     uint64_t arg0, uint64_t arg1, uint64_t arg2)
{
	return fl_invoke(FL_SYS_OBJECT_CREATE, type, frame, slot, arg0, arg1, arg2, 0, NULL);
}

// Frees the object's frame(s). FL_BUSY: a space that has threads, pages or fed frames. FL_AGAIN: an
// endpoint with more waiters than one step wakes.
static inline FL_CHECKED fl_error_t fl_object_destroy(fl_slot_t slot)
{
	return fl_invoke(FL_SYS_OBJECT_DESTROY, slot, 0, 0, 0, 0, 0, 0, NULL);
}

// space: slot of the space whose table gets the copy (0 = own). badge: for endpoints, 0 keeps the
// source's; for MEMORY, FIXED and IRQ the first run, page or source relative to the source's range,
// with `count` many (0 = the whole of the source).
static inline FL_CHECKED fl_error_t fl_handle_copy(fl_slot_t space, fl_slot_t to, fl_slot_t from,
                                                   unsigned rights, uint64_t badge, uint64_t count)
{
	return fl_invoke(FL_SYS_HANDLE_COPY, space, to, from, rights, badge, count, 0, NULL);
}

static inline fl_error_t fl_handle_close(fl_slot_t space, fl_slot_t slot)
{
	return fl_invoke(FL_SYS_HANDLE_CLOSE, space, slot, 0, 0, 0, 0, 0, NULL);
}

// For FL_FEED_HANDLES `index` says which part of the table: slots [128 * index, 128 * index + 128).
static inline FL_CHECKED fl_error_t fl_space_feed(fl_slot_t space, enum fl_feed what,
                                                  uint64_t frame, unsigned index)
{
	return fl_invoke(FL_SYS_SPACE_FEED, space, what, frame, index, 0, 0, 0, NULL);
}

// *frame = physical address of a frame, now FREE and zero, that the space did not use any more.
static inline FL_CHECKED fl_error_t fl_space_drain(fl_slot_t space, enum fl_feed what,
                                                   uint64_t *frame)
{
	struct fl_result r;
	(void)fl_invoke(FL_SYS_SPACE_DRAIN, space, what, 0, 0, 0, 0, 0, &r);
	*frame = r.value[0];
	return r.error;
}

static inline FL_CHECKED fl_error_t fl_space_set_pager(fl_slot_t space, fl_slot_t endpoint,
                                                       uint64_t badge)
{
	return fl_invoke(FL_SYS_SPACE_CONTROL, space, FL_SPACE_SET_PAGER, endpoint, badge, 0, 0, 0,
	                 NULL);
}

// value[0] = threads, [1] = mapped leaf PTEs, [2] = table frames in use, [3] = spare table frames.
static inline FL_CHECKED fl_error_t fl_space_counts(fl_slot_t space, struct fl_result *r)
{
	return fl_invoke(FL_SYS_SPACE_CONTROL, space, FL_SPACE_COUNTS, 0, 0, 0, 0, 0, r);
}

// Installs entries in order; *installed tells how many (all on success). A present PTE is replaced.
static inline FL_CHECKED fl_error_t fl_map(fl_slot_t space, const struct fl_map_entry *entries,
                                           unsigned count, unsigned *installed)
{
	struct fl_result r;
	if (count <= FL_MAP_ENTRIES_INLINE) {
		(void)fl_invoke(FL_SYS_MAP, space, count, entries[0].va, entries[0].frame,
		                count > 1 ? entries[1].va : 0, count > 1 ? entries[1].frame : 0, 0, &r);
	} else {
		(void)fl_invoke(FL_SYS_MAP, space, count, (uintptr_t)entries, 0, 0, 0, 0, &r);
	}
	*installed = (unsigned)r.value[0];
	return r.error;
}

// Maps pages [page, page + count) of a FIXED handle at va; count <= 64.
static inline FL_CHECKED fl_error_t fl_map_fixed(fl_slot_t space, uint64_t va, fl_slot_t fixed,
                                                 uint64_t page, unsigned count, unsigned prot,
                                                 unsigned *installed)
{
	struct fl_result r;
	(void)fl_invoke(FL_SYS_MAP_FIXED, space, va, fixed, page, count, prot, 0, &r);
	*installed = (unsigned)r.value[0];
	return r.error;
}

// One bounded batch from va on: *done = pages dealt with (mapped or not), *removed = PTEs removed.
// *done < pages: call again for the rest.
static inline FL_CHECKED fl_error_t fl_unmap(fl_slot_t space, uint64_t va, uint64_t pages,
                                             uint64_t *done, uint64_t *removed)
{
	struct fl_result r;
	(void)fl_invoke(FL_SYS_UNMAP, space, va, pages, 0, 0, 0, 0, &r);
	*done = r.value[0];
	*removed = r.value[1];
	return r.error;
}

// Takes the rights in `take` (FL_PROT_WRITE and/or FL_PROT_EXEC) from present PTEs; batch as unmap.
static inline FL_CHECKED fl_error_t fl_protect(fl_slot_t space, uint64_t va, uint64_t pages,
                                               unsigned take, uint64_t *done)
{
	struct fl_result r;
	(void)fl_invoke(FL_SYS_PROTECT, space, va, pages, take, 0, 0, 0, &r);
	*done = r.value[0];
	return r.error;
}

// value[0..2] = the PTEs of levels 2, 1, 0 on the way to va; 0 from the first invalid one on.
static inline FL_CHECKED fl_error_t fl_pte_read(fl_slot_t space, uint64_t va, struct fl_result *r)
{
	return fl_invoke(FL_SYS_PTE_READ, space, va, 0, 0, 0, 0, 0, r);
}

// Holds the run at physical address `run`. FL_RUN_WINDOW: maps it whole, readable and writable, at
// va (2 MiB aligned) of the caller's own space. FL_AGAIN: some frames were zeroed, repeat.
// FL_RUN_NONE: only asks whether the run is wholly free (FL_OK); nothing changes.
static inline FL_CHECKED fl_error_t fl_run_attach(fl_slot_t memory, uint64_t run,
                                                  enum fl_run_kind kind, uint64_t va)
{
	return fl_invoke(FL_SYS_RUN_ATTACH, memory, run, kind, va, 0, 0, 0, NULL);
}

static inline FL_CHECKED fl_error_t fl_run_detach(fl_slot_t memory, uint64_t run)
{
	return fl_invoke(FL_SYS_RUN_DETACH, memory, run, 0, 0, 0, 0, 0, NULL);
}

// value[0] = enum fl_frame_type, [1] = count, [2] = enum fl_run_kind, [3] = 1 if the caller holds
// it.
static inline FL_CHECKED fl_error_t fl_frame_info(fl_slot_t memory, uint64_t frame,
                                                  struct fl_result *r)
{
	return fl_invoke(FL_SYS_FRAME_INFO, memory, frame, 0, 0, 0, 0, 0, r);
}

static inline FL_CHECKED fl_error_t fl_thread_control(fl_slot_t thread, enum fl_thread_op op,
                                                      uint64_t value)
{
	return fl_invoke(FL_SYS_THREAD_CONTROL, thread, op, value, 0, 0, 0, 0, NULL);
}

// *context must be wired (present); it is copied by the kernel. GET: any thread but the caller;
// SET: a stopped thread (FL_BUSY otherwise).
static inline FL_CHECKED fl_error_t fl_thread_context(fl_slot_t thread, enum fl_context_op op,
                                                      struct fl_context *context)
{
	return fl_invoke(FL_SYS_THREAD_CONTEXT, thread, op, (uintptr_t)context, 0, 0, 0, 0, NULL);
}

// source: relative to the handle's first. value: BIND: slot of the endpoint; TIMER: deadline.
static inline FL_CHECKED fl_error_t fl_irq_control(fl_slot_t irq, unsigned source,
                                                   enum fl_irq_op op, uint64_t value)
{
	return fl_invoke(FL_SYS_IRQ_CONTROL, irq, source, op, value, 0, 0, 0, NULL);
}

static inline fl_error_t fl_machine_control(fl_slot_t machine, enum fl_machine_op op,
                                            uint64_t value)
{
	return fl_invoke(FL_SYS_MACHINE_CONTROL, machine, op, value, 0, 0, 0, 0, NULL);
}

// value[0] = kernel entries from user mode, [1] = satp writes, [2] = sfence.vma, [3] = messages
// delivered, [4] = fence.i, [5] = interrupts. All since boot.
static inline void fl_counters(struct fl_result *r)
{
	(void)fl_invoke(FL_SYS_COUNTERS, 0, 0, 0, 0, 0, 0, 0, r);
}

static inline uint64_t fl_time(void)
{
	uint64_t ticks;
	__asm__ volatile("rdtime %0" : "=r"(ticks));
	return ticks;
}

static inline uint64_t fl_instructions(void)
{
	uint64_t count;
	__asm__ volatile("rdinstret %0" : "=r"(count));
	return count;
}

#endif
