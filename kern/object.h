// The kernel's objects, one frame each: thread, space, endpoint; and the state of a hart.
//
// Who protects what, once several harts run (today one hart, interrupts off in the kernel):
//   thread: state, link and endpoint by the lock of the endpoint it is linked at, or of the hart's
//   ready queue; registers by whoever made it not running. space: its own lock. endpoint: its own.
#ifndef KERN_OBJECT_H
#define KERN_OBJECT_H

#include "abi/message.h"
#include "handle.h"
#include "list.h"
#include "table.h"

enum thread_state {
	THREAD_STOPPED,  // runs only after thread_control START
	THREAD_READY,    // in the ready queue, or current
	THREAD_SENDING,  // in endpoint->senders: a call or a fault that nobody received yet
	THREAD_CALLING,  // in endpoint->waiters: its call was received, the reply is due
	THREAD_FAULTED,  // in endpoint->waiters: its fault was received, the answer is due
	THREAD_RECEIVING // in endpoint->receivers
};

// Numbers of the registers that carry arguments and results.
enum { REG_SP = 2, REG_T0 = 5, REG_T1, REG_T2, REG_A0 = 10, REG_A7 = 17, REG_T3 = 28 };

struct endpoint;
struct space;
struct hart;

struct thread {
	uint64_t x[32]; // x[0] is scratch for entry.S; offsets are known to entry.S
	uint64_t pc;
	struct hart *hart; // whose stack the trap entry takes
	struct space *space;
	struct link link;                 // in exactly one queue, as state says
	struct endpoint *endpoint;        // SENDING, CALLING, FAULTED, RECEIVING: where
	uint64_t token;                   // CALLING, FAULTED: the number that answers it
	uint64_t badge;                   // SENDING: of the handle it called or of the space's faults
	uint64_t fault[FL_MESSAGE_WORDS]; // the message of a fault
	uint64_t number;                  // from its creator, told in fault messages
	uint8_t state;                    // enum thread_state
	uint8_t priority;
	bool is_fault; // SENDING: a fault, not a call
	uint64_t fcsr; // this and f: unless hart->fp_owner is this thread
	uint64_t f[32];
};

struct space {
	struct table table;
	struct handle_table handles;
	struct endpoint *pager; // receives its faults, if the endpoint with pager_id still exists
	uint64_t pager_id;
	uint64_t pager_badge;
	uint64_t threads; // objects that refer to this space
};

struct endpoint {
	struct link senders;   // calls and faults not yet received, first come first served
	struct link waiters;   // received, not yet answered
	struct link receivers; // waiting for something to come
	uint64_t bits;         // notification bits, not yet received
	bool is_closing;       // being destroyed, a batch of waiters a call: nobody may join them
};

// All state of one hart. Others are parked by firmware until several harts are supported.
struct hart {
	uint64_t stack_top; // offset known to entry.S
	struct thread *current;
	struct space *space;     // whose page table satp holds
	struct thread *running;  // which thread the registers of user mode, satp and FS were set up for
	struct thread *fp_owner; // whose state is in the f registers, or NULL
	bool fp_dirty;           // they differ from the owner's object (as of when it last ran)
	struct link ready[FL_PRIORITY_COUNT];
	uint32_t ready_mask; // bit p: ready[p] is not empty
	uint64_t slice_end;  // time CSR: preempt then; ~0 while idle
	bool fence_i;        // before the next return to user mode
	uint64_t entries, satp_writes, sfences, messages, fence_is, interrupts; // counters
};

extern struct hart hart0;
static inline struct hart *this_hart(void)
{
	return &hart0;
}

static inline uint64_t object_id(const void *object)
{
	return frame_at(virt_to_phys(object))->id;
}

_Static_assert(sizeof(struct thread) <= FL_PAGE_SIZE, "one frame");
_Static_assert(sizeof(struct space) <= FL_PAGE_SIZE, "one frame");

#endif
