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
	PROCESS_KILL,    // w1 = pid, w2 = signal (1 .. 31)
	PROCESS_GETPID,  // -> w1 = pid, w2 = parent's pid
	PROCESS_SLEEP,   // w1 = nanoseconds; replies after at least that long
	PROCESS_UPTIME,  // -> w1 = nanoseconds since boot
	PROCESS_INFO,    // w1 = pid -> the first process with a pid >= w1: w1 = pid, w2 = parent,
	                 // w3 = enum process_state, w4, w5 = name; FL_EMPTY
	PROCESS_REGION,  // w1 = pid, w2 = va -> as PAGER_REGION_NEXT
	PROCESS_PTE,     // w1 = pid, w2 = va -> as PAGER_PTE_READ
	PROCESS_STAT,    // w1 = first statistic -> as PAGER_STAT
	PROCESS_MEMORY,  // w1 = pid -> as PAGER_SPACE_STAT
	PROCESS_AUDIT,   // -> as PAGER_AUDIT; 0 also if the process table is unsound
	PROCESS_POWEROFF // w1 = status 0 .. 255; does not return
};

#define PROCESS_WAIT_NOHANG 1ul
#define PROCESS_NAME_BYTES 16
#define PROCESS_MAX 512
#define PROCESS_ARGS_MAX (128ul << 10) // bytes of the argument block

enum process_end { PROCESS_EXITED = 1, PROCESS_KILLED, PROCESS_FAULTED };
enum process_state { PROCESS_RUNNING = 1, PROCESS_WAITING, PROCESS_SLEEPING, PROCESS_ZOMBIE };

// The argument block, at the stack's top, as the program finds it at sp (all words 8 bytes):
//   argc, argv[0] .. argv[argc - 1], 0, envp[0] .., 0, then the strings. Pointers are final
//   addresses: the block ends at LAYOUT_STACK_TOP and its length is a multiple of 16. The caller
//   builds it at any page-aligned address of its own private memory.

#endif
