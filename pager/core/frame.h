// Physical frames: who uses which, and the free ones.
//
// One struct frame for every page of RAM from `base` on, ours or not. Memory is held in runs of
// 2 MiB, and each run belongs to one of two pools:
// - POOL_WINDOW: visible to the pager (frame_memory); data pages and the pager's own structures.
// - POOL_OBJECT: visible to nobody; page tables and kernel objects.
// Free frames are listed a run, and allocation empties a run that is already in use before it
// opens a wholly free one. So use stays in few runs, and wholly free runs are left that can move to
// the other pool. A *dormant* run is one of the window pool that is not attached yet: it counts as
// free and zeroed, and `wake` attaches it when all others are used up. So a large machine starts as
// fast as a small one. Allocation and release are O(1) but for that.
//
// Not here: who maps a frame (that follows from its owner's regions), and the kernel calls that
// attach a run.
#ifndef PAGER_FRAME_H
#define PAGER_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/object.h"
#include "bug.h"

// Legal transitions: OUTSIDE -> FREE or ZEROED (run added) -> any use -> FREE -> OUTSIDE (run
// taken).
enum frame_state {
	FRAME_OUTSIDE,     // not ours
	FRAME_FREE,        // on its run's free list, content unknown
	FRAME_ZEROED,      // on its run's zeroed list, all bytes zero
	FRAME_META,        // the pager's own structures; owner = slab cache or NULL
	FRAME_ANON,        // a private page; owner = struct anon
	FRAME_CACHED,      // a page of an object; owner = struct object
	FRAME_SHARED_ZERO, // the one zero frame that is mapped read-only everywhere; no owner
	FRAME_LENT,        // wired in the file server's space; no owner
	FRAME_KERNEL       // of the object pool, handed to the kernel
};

struct frame {
	union {
		struct frame *next; // FREE and ZEROED
		void *owner;        // the others
	};
	uint32_t mark; // statistics: the last count that saw this frame
	uint8_t state; // enum frame_state
};
_Static_assert(sizeof(struct frame) == 16, "0.4 % of RAM");

enum frame_pool_kind { POOL_WINDOW, POOL_OBJECT, POOL_COUNT, POOL_NONE = POOL_COUNT };

// On its pool's list `dormant` if it is that; else on `whole` if all 512 frames are free, on
// `partial` if some are, on none if none is.
struct run {
	struct frame *free;
	struct frame *zeroed;
	struct run *next;
	struct run *previous;
	uint16_t free_count;   // of both lists
	uint16_t usable_count; // frames that belong to the pool: 512, or fewer next to foreign ones
	uint8_t pool;          // enum frame_pool_kind
	bool dormant;
};

struct frame_pool {
	struct run *partial; // the first one is allocated from
	struct run *whole;
	struct run *dormant;
	uint64_t total_count;
	uint64_t free_count;
	uint64_t zeroed_count;
};

struct frame_table {
	struct frame *frame; // frame[i] is the page at base + i * FL_PAGE_SIZE
	struct run *run;     // run[i] is the run at base + i * FL_RUN_SIZE
	uint64_t base;       // physical, run aligned
	uint64_t run_count;
	uint8_t *memory; // frame i of a window run is visible at memory + i * FL_PAGE_SIZE
	void (*wake)(void *context, uint64_t run); // makes a dormant run visible and zero; cannot fail
	void *wake_context;
	uint64_t meta_count;
	uint32_t mark;
	struct frame_pool pool[POOL_COUNT];
};

// Bytes of storage that frame_table_init needs for `run_count` runs.
size_t frame_table_bytes(uint64_t run_count);

// `storage` is zeroed and 8-byte aligned. All frames start OUTSIDE, all runs in no pool.
void frame_table_init(struct frame_table *table, void *storage, uint64_t base, uint64_t run_count,
                      void *memory);

// A run that is in no pool becomes part of `pool`; its frames follow one by one.
void frame_run_add(struct frame_table *table, uint64_t run, enum frame_pool_kind pool);
// An OUTSIDE frame of an added run becomes free. Add in descending order: the list is a stack.
void frame_add(struct frame_table *table, struct frame *frame, bool zeroed);
// An OUTSIDE frame of an added window run that already holds structures of the pager.
void frame_add_meta(struct frame_table *table, struct frame *frame);
// A run that is in no pool becomes a dormant one of the window pool.
void frame_run_add_dormant(struct frame_table *table, uint64_t run);
// Takes a wholly free run, a dormant one first, out of the pool: *run tells which. False if there
// is none.
bool frame_run_take(struct frame_table *table, enum frame_pool_kind pool, uint64_t *run);

// A frame of the window pool for `use`, or NULL. `zero`: all bytes are zero; else undefined.
// The caller sets the owner.
CORE_CHECKED struct frame *frame_allocate(struct frame_table *table, enum frame_state use,
                                          bool zero);
// A frame of the object pool for the kernel, or NULL.
CORE_CHECKED struct frame *frame_allocate_object(struct frame_table *table);
void frame_free(struct frame_table *table, struct frame *frame);

// True if lists, states and counts agree. Stores how many frames have each state if `by_state`
// (FRAME_KERNEL + 1 counters) is not NULL.
bool frame_table_check(const struct frame_table *table, uint64_t *by_state);

static inline uint64_t frame_index(const struct frame_table *table, const struct frame *frame)
{
	return (uint64_t)(frame - table->frame);
}

static inline uint64_t frame_physical(const struct frame_table *table, const struct frame *frame)
{
	return table->base + (frame_index(table, frame) << FL_PAGE_SHIFT);
}

// NULL if no RAM is there.
static inline struct frame *frame_at(const struct frame_table *table, uint64_t physical)
{
	uint64_t offset = physical - table->base;
	return offset < table->run_count << FL_RUN_SHIFT ? &table->frame[offset >> FL_PAGE_SHIFT]
	                                                 : NULL;
}

static inline void *frame_memory(const struct frame_table *table, const struct frame *frame)
{
	return table->memory + (frame_index(table, frame) << FL_PAGE_SHIFT);
}

// The frame that holds this byte of window memory.
static inline struct frame *frame_of_memory(const struct frame_table *table, const void *memory)
{
	return &table->frame[(uint64_t)((const uint8_t *)memory - table->memory) >> FL_PAGE_SHIFT];
}

#endif
