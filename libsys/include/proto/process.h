// The process protocol: calls to procd. Word 0 is the label; a reply's word 0 is an fl_error_t.
// The badge, set by procd, says which process calls.
#ifndef PROTO_PROCESS_H
#define PROTO_PROCESS_H

#include <stdint.h>

enum process_label {
	PROCESS_FORK = 1, // -> w1 = pid of the child in the parent, 0 in the child
	PROCESS_EXEC,     // w1 = file (proto/files.h), w2 = args va, w3 = args bytes, w4, w5 = name
	                  // Does not return on success: the thread starts at the ELF entry with
	                  // a0 = sp = LAYOUT_STACK_TOP - args bytes (rounded up to pages).
	PROCESS_EXIT,     // w1 = exit status (int); does not return
	PROCESS_WAIT,     // w1 = pid or 0 for any child, w2 = PROCESS_WAIT_NOHANG -> w1 = pid (0: none
	              // yet), w2 = enum process_end, w3 = exit status or signal, w4 = pager_reason or 0
	PROCESS_KILL,   // w1 = pid, w2 = signal (1 .. 31; 0 only asks whether there is such a process)
	PROCESS_GETPID, // -> w1 = pid, w2 = parent's pid
	PROCESS_SLEEP,  // w1 = nanoseconds; replies after at least that long
	PROCESS_UPTIME, // -> w1 = nanoseconds since boot
	PROCESS_INFO,   // w1 = pid -> the first process with a pid >= w1: w1 = pid, w2 = parent,
	                // w3 = enum process_state, w4, w5 = name; FL_EMPTY
	PROCESS_REGION, // w1 = pid, w2 = va -> as PAGER_REGION_NEXT
	PROCESS_PTE,    // w1 = pid, w2 = va -> as PAGER_PTE_READ
	PROCESS_STAT,   // w1 = first statistic -> as PAGER_STAT
	PROCESS_MEMORY, // w1 = pid -> as PAGER_SPACE_STAT
	PROCESS_AUDIT,  // -> as PAGER_AUDIT; 0 also if the process table is unsound
	PROCESS_POWEROFF, // w1 = status 0 .. 255; does not return

	// Signals (docs/process-protocol.md). Sets have bit s for signal s.
	PROCESS_SIGNAL_ACTION = 32, // w1 = signal, w2 = SIGNAL_ACTION(action, flags), w3 = set blocked
	                            // while the handler runs, w4 = trampoline -> w1 = action before
	PROCESS_SIGNAL_MASK,        // w1 = enum signal_how, w2 = set -> w1 = the mask before
	PROCESS_SIGNAL_PENDING,     // -> w1 = set
	PROCESS_SIGNAL_SUSPEND, // w1 = SIGNAL_SUSPEND_PAUSE or _MASK, w2 = mask meanwhile; ends only by
	                        // a handler, with FL_CANCELLED
	PROCESS_SIGNAL_WAIT,    // w1 = set, w2 = nanoseconds or PROCESS_FOR_EVER -> w1 = signal,
	                        // w2 = code, w3 = value, w4 = status; FL_AGAIN: time is up
	PROCESS_SIGNAL_STACK,   // w1 = start, w2 = bytes (0: none)
	PROCESS_SIGNAL_TAKE,    // -> w1 = SIGNAL_TAKEN(...), w2 = value, w3 = pc, w4 = sp, w5 = status
	PROCESS_SIGNAL_RETURN,  // w1 = mask, w2 = pc: the first of three
	PROCESS_SIGNAL_STAGE,   // w1..w5 = a0, a1, a7, t0, t1
	PROCESS_SIGNAL_RESUME,  // the other registers are as they shall be; does not return
	PROCESS_ALARM, // w1 = nanoseconds (0: none), w2 = interval -> w1 = left before, w2 = interval

	// Threads and what they sleep on.
	PROCESS_THREAD_CREATE = 48, // w1 = pc, w2 = sp, w3 = tp, w4 = a0 -> w1 = index. The thread
	                            // starts with a1 = index, a2 = the creator's mask, all blocked
	PROCESS_THREAD_EXIT,        // w1 = key, w2 = generation: as EVENT_WAKE of all; does not return
	PROCESS_THREAD_KILL,        // w1 = index, w2 = signal (0 .. 31)
	PROCESS_EVENT_WAIT,         // w1 = key, w2 = generation, w3 = nanoseconds or PROCESS_FOR_EVER
	                            // -> w1 = 1 if time is up
	PROCESS_EVENT_WAKE          // w1 = key, w2 = how many at most, w3 = generation -> w1 = how many
};

#define PROCESS_FOR_EVER UINT64_MAX

// The badge of a process's handles: the pid, and above it the index of the thread that owns the
// handle. Index 0 calls at SLOT_PROCESS, index i at SLOT_THREAD(i).
#define PROCESS_BADGE(pid, index) ((uint64_t)(index) << 32 | (uint64_t)(pid))
#define SLOT_THREAD(index) (64u + (index))
#define THREADS_PER_PROCESS 64 // indexes 0 .. 63
#define THREADS_MAX 1024       // of all processes

#define PROCESS_WAIT_NOHANG 1ul
#define PROCESS_NAME_BYTES 16
#define PROCESS_MAX 512
#define PROCESS_ARGS_MAX (128ul << 10) // bytes of the argument block

enum signal_action { SIGNAL_DEFAULT, SIGNAL_IGNORE, SIGNAL_HANDLE, SIGNAL_ASK }; // ASK: no change
#define SIGNAL_ON_STACK 1ul // flags: on the alternate stack, if there is one
#define SIGNAL_NO_DEFER 2ul // not blocked while its handler runs
#define SIGNAL_RESET 4ul    // default again before the handler runs
#define SIGNAL_RESTART 8ul  // only handed back by TAKE: a call that was cut short starts again
#define SIGNAL_NO_WAIT 16ul // SIGCHLD: children leave no zombie
#define SIGNAL_ACTION(action, flags) ((uint64_t)(flags) << 8 | (uint64_t)(action))
enum signal_how { SIGNAL_HOW_SET, SIGNAL_HOW_BLOCK, SIGNAL_HOW_UNBLOCK, SIGNAL_HOW_READ };
enum signal_suspend { SIGNAL_SUSPEND_PAUSE, SIGNAL_SUSPEND_MASK };
// The mask is the one to go back to. Codes are below 256 (proto/signal.h).
#define SIGNAL_TAKEN(signal, code, restart, mask)                                                  \
	((uint64_t)(signal) | (uint64_t)(code) << 8 | (uint64_t)(restart) << 16 |                      \
	 (uint64_t)(mask) << 32)

enum process_end { PROCESS_EXITED = 1, PROCESS_KILLED, PROCESS_FAULTED };
enum process_state {
	PROCESS_RUNNING = 1,
	PROCESS_WAITING,
	PROCESS_SLEEPING,
	PROCESS_ZOMBIE,
	PROCESS_STOPPED
};

// The argument block, at the stack's top, as the program finds it at sp (all words 8 bytes):
//   argc, argv[0] .. argv[argc - 1], 0, envp[0] .., 0, then the strings. Pointers are final
//   addresses: the block ends at LAYOUT_STACK_TOP and its length is a multiple of 16. The caller
//   builds it at any page-aligned address of its own private memory.

#endif
