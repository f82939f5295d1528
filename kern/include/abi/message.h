// What a receiver gets: messages, faults, notification bits; thread contexts; map entries.
#ifndef ABI_MESSAGE_H
#define ABI_MESSAGE_H

#include <stdint.h>

#define FL_MESSAGE_WORDS 6

// t3 after `receive`: what was received. Only the kernel sets it, so a client cannot forge a fault.
enum fl_received {
	FL_RECEIVED_CALL = 1,  // words, badge, token; perhaps a handle
	FL_RECEIVED_FAULT = 2, // struct fl_fault in the words; badge and token
	FL_RECEIVED_BITS = 3   // word 0 = the notification bits, now cleared; no token
};

// The words of a fault message. `cause` is scause of the exception (RISC-V privileged
// specification 20211203, table "Supervisor cause register (scause) values after trap"); `stval`
// is the faulting address for causes 0, 1, 4-7, 12, 13, 15 and the instruction, if known, for 2.
// `pc` is the instruction that a `resume` runs again. `thread` is the number given to the thread at
// its creation.
struct fl_fault {
	uint64_t cause;
	uint64_t stval;
	uint64_t pc;
	uint64_t sp;
	uint64_t thread;
	uint64_t reserved; // 0
};

enum fl_cause {
	FL_CAUSE_FETCH_MISALIGNED = 0,
	FL_CAUSE_FETCH_ACCESS = 1,
	FL_CAUSE_ILLEGAL = 2,
	FL_CAUSE_BREAKPOINT = 3,
	FL_CAUSE_LOAD_MISALIGNED = 4,
	FL_CAUSE_LOAD_ACCESS = 5,
	FL_CAUSE_STORE_MISALIGNED = 6,
	FL_CAUSE_STORE_ACCESS = 7,
	FL_CAUSE_FETCH_PAGE = 12,
	FL_CAUSE_LOAD_PAGE = 13,
	FL_CAUSE_STORE_PAGE = 15
};

// a1 of `resolve`: the action in bits 0-7, for RESUME the number of map entries from bit 8.
enum fl_resolve {
	FL_RESOLVE_RESUME,  // install the entries (0 .. FL_MAP_ENTRIES_MAX), run the instruction again
	FL_RESOLVE_REDIRECT // a2 = new pc, a3 = new sp, a4-a6 become the thread's a0-a2
};
#define FL_RESOLVE_ACTION(action, entries) ((uint64_t)(action) | (uint64_t)(entries) << 8)

// One PTE to install: `va` page aligned; `frame` = physical address (page aligned) | FL_PROT_*.
struct fl_map_entry {
	uint64_t va;
	uint64_t frame;
};

// A thread's whole register set, as thread_context copies it. x[0] is unused and read as 0.
struct fl_context {
	uint64_t x[32];
	uint64_t pc;
	uint64_t fcsr;
	uint64_t f[32];
};

_Static_assert(sizeof(struct fl_fault) == 8 * FL_MESSAGE_WORDS, "a fault is one message");
_Static_assert(sizeof(struct fl_map_entry) == 16, "two words an entry");
_Static_assert(sizeof(struct fl_context) == 66 * 8, "66 words");

#endif
