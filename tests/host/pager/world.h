// A machine for the host tests of the pager's core: RAM, page tables, and a user who loads and
// stores.
//
// The effects are carried out on a model of the page tables, one for all spaces. An access looks
// there first; if the entry is missing or lacks the right, the core is asked for a plan, as the
// kernel and the pager's loop would do it. So the tests see faults, contents and counts as a
// program does. world_check demands of every mapping that its frame is still owned and that only
// exclusive pages are writable: what the kernel cannot know.
#ifndef WORLD_H
#define WORLD_H

#include "exec.h"
#include "fault.h"
#include "heap.h"
#include "mmu.h"
#include "pager.h"

#define WORLD_BASE 0x80000000ul
#define WORLD_RUNS 8
#define ARCHIVE_BYTES 0x20000

// Where world_program puts things.
#define TEXT 0x10000ul   // R-X, 3 pages; image bytes [0x104, 0x104 + 0x2800)
#define RODATA 0x14000ul // R, 1 page; image bytes [0x4000, 0x4000 + 0x123)
#define DATA 0x16000ul   // RW, 3 pages; image bytes [0x5004, 0x5004 + 0x1800), then a page of zeros
#define BSS 0x19000ul    // RW, 2 pages
#define HEAP 0x1b000ul
#define STACK_END LAYOUT_STACK_TOP

extern struct pager *world; // of the test that runs
extern uint8_t world_archive[ARCHIVE_BYTES];

// Calls of the effects since world_start, and pages that the last protect covered.
struct world_calls {
	uint64_t unmap, protect, protect_pages, map;
};
extern struct world_calls world_calls;
// The next effect `map` fails after this many entries; ~0: never.
extern uint64_t world_map_budget;

// A new machine, all frames free; its content is not zero, unless `zeroed`.
void world_start(void);
// Leaves `frames` free frames (0 .. what is free) and takes the others away; world_release gives
// them back.
void world_limit(uint64_t frames);
void world_release(void);
// All structures are sound, and every mapping is one that its space may have.
bool world_check(void);

// A space with the program described above. Never fails.
struct space *world_program(void);
// An empty space.
struct space *world_space(void);
// A fork of a space, or NULL with the error.
struct space *world_fork(struct space *parent, fl_error_t *error);
// The regions of world_program become pending.
fl_error_t world_layout(struct space *space);

// One byte. 0, or why the fault cannot be met.
unsigned world_store(struct space *space, uint64_t va, uint8_t byte);
unsigned world_load(struct space *space, uint64_t va, uint8_t *byte);
unsigned world_fetch(struct space *space, uint64_t va, uint8_t *byte);
// The byte that a load gives; 0x1ff if it faults for good.
unsigned world_byte(struct space *space, uint64_t va);
// What the program's image has at this address.
uint8_t world_image_byte(uint64_t va);

static inline uint64_t stat_of(enum pager_stat stat)
{
	return pager_stat(world, stat);
}

// Statistics as they were; STAT_CHANGE tells what happened since.
void stats_mark(void);
uint64_t stat_change(enum pager_stat stat);

static inline fl_error_t world_sbrk(struct space *space, int64_t increment, uint64_t *old)
{
	return heap_sbrk(world, space, increment, 0, old);
}

#endif
