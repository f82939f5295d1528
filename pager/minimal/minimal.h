// The minimal pager: what its files share. The smallest pager that runs the whole system, made to
// be read: fork copies every page at once, no frame is ever shared, an image page is read anew for
// each process.
//
// Not here: anything that makes a pager fast or sparing; that is the default pager, beside this
// folder. docs/pager-protocol.md is the contract that both keep.
#ifndef MINIMAL_H
#define MINIMAL_H

#include <stdbool.h>

#include "fl/kernel.h"
#include "fl/server.h"
#include "proto/pager.h"
#include "proto/slots.h"

// Limits; beyond them a call is answered with FL_LIMIT.
#define SPACES_MAX 55          // our handle table has one part: 110 free slots, two a space
#define REGIONS_MAX 32         // of one layout
#define OBJECT_FRAMES_MAX 4096 // what is more stays unused

#define SLOT_OFFER SLOT_SERVER_FREE // filled anew for each handle that goes out with a reply
#define SLOT_FIRST (SLOT_SERVER_FREE + 1)

struct region {
	uint64_t start; // page aligned, as is end; a heap may be empty
	uint64_t end;
	uint64_t what;  // PAGER_REGION(kind, rights)
	uint64_t image; // PAGER_IMAGE(offset, bytes) if the kind is IMAGE
};

struct layout {
	unsigned count;
	uint64_t heap_break; // bytes
	struct region region[REGIONS_MAX];
};

// Lies in a page frame of its own, so that only the pointers to spaces are static memory.
struct space {
	uint64_t number;
	uint64_t self;  // physical, the frame in which this lies
	uint64_t pages; // physical, root of the page map (pages.c)
	fl_slot_t slot;
	fl_slot_t thread_slot;
	uint64_t object; // physical, of the kernel's objects: space, root table, thread (0: none)
	uint64_t root;
	uint64_t thread;
	uint64_t faults;
	uint64_t reason; // enum pager_reason of a death that procd has not fetched; 0: none
	struct fl_fault death;
	uint64_t window_place; // windows.c; of no meaning while window_pages is 0
	uint64_t window_pages;
	struct layout layout;  // what the thread sees
	struct layout pending; // what exec has collected
};
_Static_assert(sizeof(struct space) <= FL_PAGE_SIZE, "a space lies in one frame");

extern struct space *spaces[SPACES_MAX]; // NULL: no such space
extern uint64_t stat[STAT_COUNT];        // of the figures that this pager has

static inline uint64_t page_floor(uint64_t address)
{
	return address & ~(FL_PAGE_SIZE - 1);
}

static inline uint64_t page_ceiling(uint64_t address)
{
	return page_floor(address + FL_PAGE_SIZE - 1);
}

// memory.c: frames, by physical address.
void memory_start(const struct fl_bootinfo *boot);
// Where the pager sees a page frame.
void *frame_view(uint64_t frame);
// A page frame, all zeros; 0: none is left.
uint64_t frame_take(void);
void frame_give(uint64_t frame);
// A frame to hand to the kernel. FL_NO_MEMORY.
FL_CHECKED fl_error_t object_frame_take(uint64_t *frame);
void object_frame_give(uint64_t frame);
// The list of free page frames, counted.
uint64_t frames_count(void);

// pages.c: a map from page addresses to frames. It and all its frames belong to one space.
// The frame of the page at va; 0: none.
uint64_t page_find(uint64_t map, uint64_t va);
// The first page at or above *va. False: there is none.
bool page_next(uint64_t map, uint64_t *va);
// Where the frame of the page at va is entered; NULL: no memory.
uint64_t *page_entry(uint64_t map, uint64_t va);
// Frees the frames of [start, end), which no page table shows any more.
void pages_free(uint64_t map, uint64_t start, uint64_t end);
uint64_t pages_count(uint64_t map, uint64_t start, uint64_t end);
// Copies every page into an empty map. FL_NO_MEMORY: with what was copied the map can be freed.
FL_CHECKED fl_error_t pages_copy(uint64_t to, uint64_t from);
// Frees all frames and the map's own.
void map_free(uint64_t map);
// Frames of pages and map together.
uint64_t map_frames(uint64_t map);

// space.c
struct space *space_find(uint64_t number);
FL_CHECKED fl_error_t space_create(struct space **space);
void space_destroy(struct space *space);
// FL_LIMIT: it has its thread. FL_BAD_ARGUMENT: priority. FL_NO_MEMORY.
FL_CHECKED fl_error_t thread_create(struct space *space, uint64_t priority);
// FL_BAD_ARGUMENT: it has no thread of this number.
FL_CHECKED fl_error_t thread_destroy(struct space *space, uint64_t number);
// Hands the space a frame for page tables. FL_NO_MEMORY.
FL_CHECKED fl_error_t space_table_feed(struct space *space);
FL_CHECKED fl_error_t space_map(struct space *space, uint64_t va, uint64_t frame, unsigned prot);
void space_unmap(struct space *space, uint64_t start, uint64_t end);

// layout.c
void image_start(const struct fl_bootinfo *boot);
// A PAGER_IMAGE word names bytes of the archive, at least one.
bool image_is_inside(uint64_t image);
// The first region with a page that ends above va, or NULL.
struct region *layout_next(struct layout *layout, uint64_t va);
// The region that holds va, or NULL.
struct region *layout_find(struct layout *layout, uint64_t va);
// The heap or the stack, or NULL.
struct region *layout_kind(struct layout *layout, unsigned kind);
// Nothing but `except` reaches into [start, end), guard page and first break included.
bool layout_is_vacant(const struct layout *layout, uint64_t start, uint64_t end,
                      const struct region *except);
// The frame of a page of the region; taken and filled if there is none yet. 0: no memory.
uint64_t page_fill(struct space *space, const struct region *region, uint64_t va);

// exec.c, heap.c, query.c, windows.c: handlers of calls; calls.c says what they get and give.
typedef fl_error_t call_handler_t(struct space *space, struct fl_message *m);
call_handler_t exec_region;
call_handler_t exec_commit;
call_handler_t exec_abort;
call_handler_t heap_sbrk;
call_handler_t query_region;
call_handler_t query_pte;
call_handler_t query_stat;
call_handler_t query_space;
call_handler_t query_audit;

// windows.c: what the file server has of our frames.
call_handler_t window_grow;
call_handler_t pool_take;
call_handler_t pool_give;
void window_destroy(struct space *space);
extern uint64_t frames_lent;
extern uint64_t objects_lent; // page tables of the file server

// calls.c: *m is a call on entry, the reply on return.
void call_answer(struct fl_message *m);

// fault.c
// *m is a fault on entry. True: it is the answer now. False: the thread stays parked.
bool fault_receive(struct fl_message *m);
// Sending the answer gave `error`. True: *m is the answer once more.
bool fault_retry(struct fl_message *m, fl_error_t error);

#endif
