// The kernel calls: numbers and names. THE list; the dispatch table, the user stubs, the trace
// decoder and docs/abi.md come from it.
//
// Convention (all calls): a7 = number. Arguments in a0-a6, and for IPC also t0-t3. On return a0 is
// an fl_error_t; results are in a1-a6 (and t0-t3 for what `receive` and `call` deliver). Registers
// that are neither results nor t0-t6 keep their values; t0-t6 that are no results are undefined,
// but never hold anything that is not the caller's. `ecall` is the only entry.
//
// A slot is an index into the caller's handle table. Slot 0 never holds a handle; where a call
// takes a thread or a space, slot 0 means the caller's own, with the few uses named there.
#ifndef ABI_SYSCALL_H
#define ABI_SYSCALL_H

// X(number, NAME, function, one line). docs/abi.md has a section for each, in this order.
#define FL_SYSCALLS(X)                                                                             \
	X(0, VERSION, version, "the ABI version; does nothing else")                                   \
	X(1, CALL, call, "send a message and wait for its reply")                                      \
	X(2, RECEIVE, receive, "wait for a call, a fault or notification bits")                        \
	X(3, REPLY, reply, "answer a call")                                                            \
	X(4, REPLY_RECEIVE, reply_receive, "answer a call, then receive: one entry")                   \
	X(5, RESOLVE, resolve, "answer a fault: resume, map and resume, or redirect")                  \
	X(6, RESOLVE_RECEIVE, resolve_receive, "answer a fault, then receive: one entry")              \
	X(7, NOTIFY, notify, "set bits at an endpoint; never blocks")                                  \
	X(8, OBJECT_CREATE, object_create, "turn a free frame into a kernel object")                   \
	X(9, OBJECT_DESTROY, object_destroy, "turn a kernel object back into a free frame")            \
	X(10, HANDLE_COPY, handle_copy, "copy a handle, with fewer rights, a badge or a sub-range")    \
	X(11, HANDLE_CLOSE, handle_close, "empty a slot")                                              \
	X(12, SPACE_FEED, space_feed, "hand a space a free frame for page tables or handles")          \
	X(13, SPACE_DRAIN, space_drain, "take a frame that a space no longer uses back")               \
	X(14, SPACE_CONTROL, space_control, "give a space another pager; read its counts")             \
	X(15, MAP, map, "install or replace PTEs for frames that the caller holds")                    \
	X(16, MAP_FIXED, map_fixed, "install PTEs for device registers or boot memory")                \
	X(17, UNMAP, unmap, "remove PTEs of a range, a bounded batch a call")                          \
	X(18, PROTECT, protect, "take rights from the PTEs of a range, a bounded batch a call")        \
	X(19, PTE_READ, pte_read, "read the PTEs on the way to one address")                           \
	X(20, RUN_ATTACH, run_attach, "hold a 2 MiB run: as window or for objects")                    \
	X(21, RUN_DETACH, run_detach, "give up a run that is wholly free")                             \
	X(22, FRAME_INFO, frame_info, "read a frame's type and count")                                 \
	X(23, THREAD_CONTROL, thread_control, "start, stop, cancel, yield, set the priority")          \
	X(24, THREAD_CONTEXT, thread_context, "read or write a thread's whole register set")           \
	X(25, IRQ_CONTROL, irq_control, "bind an interrupt or the timer to an endpoint, re-enable it") \
	X(26, MACHINE_CONTROL, machine_control, "early console output; stop the machine")              \
	X(27, COUNTERS, counters, "read the kernel's event counters")

enum fl_syscall {
#define FL_SYSCALL_ENUM(number, name, function, text) FL_SYS_##name = (number),
	FL_SYSCALLS(FL_SYSCALL_ENUM)
#undef FL_SYSCALL_ENUM
		FL_SYS_COUNT
};

#define FL_ABI_VERSION 1

#endif
