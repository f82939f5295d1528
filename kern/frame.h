// The typed, counted frame table: the safety argument of the kernel stands here.
//
// Invariants (frame_check, kern_check):
//  - A frame's count is the number of leaf PTEs that map it (a window leaf counts one in each of
//    its 512 frames); for a TABLE, the number of valid PTEs in it.
//  - A frame changes type only while its count is 0.
//  - TABLE, OBJECT and HANDLES frames lie in runs of kind OBJECT and are mapped by no user PTE.
//  - A FREE frame of an OBJECT run is zero, byte for byte.
//  - A run has at most one holder, a live or dead space, named by its id.
// What a lock will protect later: one lock for the run table; counts are then atomic.
#ifndef KERN_FRAME_H
#define KERN_FRAME_H

#include "types.h"

struct frame {
	uint32_t count;
	uint8_t type;        // enum fl_frame_type
	uint8_t object_type; // enum fl_type, for OBJECT frames
	uint64_t id; // OBJECT: the object's id, never used twice; TABLE on a spare list: next frame's
	             // pa
#ifdef KERN_CHECK
	uint64_t seen; // kern_check's own count
#endif
};

struct run {
	uint64_t holder;       // id of the space that holds it, 0 = none
	uint64_t window;       // where it is mapped in the holder's space, 0 = nowhere (WINDOW only)
	uint32_t holder_frame; // index of the frame of that space: alive while the frame has that id
	uint16_t zeroed;       // frames [0, zeroed) that are FREE are known to be zero
	uint8_t kind;          // enum fl_run_kind
};

struct frame_table {
	paddr_t base; // 2 MiB aligned; frame 0 is here
	uint64_t count;
	struct frame *frame; // count entries
	struct run *run;     // count / FL_RUN_FRAMES entries
	uint64_t next_id;    // ids start at 1
};

extern struct frame_table frames;

// Frames of the zeroing that one run_attach does before it says FL_AGAIN.
#define RUN_ZERO_BATCH 16

// The frame at a page-aligned physical address, or NULL.
static inline struct frame *frame_at(paddr_t pa)
{
	uint64_t offset = pa.v - frames.base.v;
	if (!is_aligned(pa.v, FL_PAGE_SIZE) || offset >> FL_PAGE_SHIFT >= frames.count)
		return NULL;
	return &frames.frame[offset >> FL_PAGE_SHIFT];
}

static inline uint64_t frame_index(const struct frame *frame)
{
	return (uint64_t)(frame - frames.frame);
}

static inline paddr_t frame_address(const struct frame *frame)
{
	return PA(frames.base.v + (frame_index(frame) << FL_PAGE_SHIFT));
}

static inline struct run *run_of(const struct frame *frame)
{
	return &frames.run[frame_index(frame) / FL_RUN_FRAMES];
}

// FREE -> TABLE, OBJECT or HANDLES. The frame must be FREE in an OBJECT run held by `holder`, else
// FL_BAD_FRAME and nothing changed. On success the frame is all zero and its count 0.
CHECKED fl_error_t frame_take(paddr_t pa, enum fl_frame_type type, uint64_t holder);

// TABLE, OBJECT or HANDLES with count 0 -> FREE, zeroed (a TABLE with count 0 is zero already).
void frame_give(struct frame *frame);

// A new object id; never 0, never used before.
uint64_t frame_new_id(void);

// One more PTE maps the frame. FL_OVERFLOW at the counter's maximum, nothing changed.
static inline CHECKED fl_error_t frame_count_up(struct frame *frame)
{
	if (frame->count == UINT32_MAX)
		return FL_OVERFLOW;
	frame->count++;
	return FL_OK;
}

// One fewer. Only after the fence that removed the mapping.
static inline void frame_count_down(struct frame *frame)
{
	ASSERT(frame->count > 0);
	frame->count--;
}

// The run at a 2 MiB aligned physical address, or NULL.
struct run *run_at(paddr_t pa);

// First half of an attach: `run` becomes ready to be held as `kind`, zeroing its FREE frames a
// batch a call. FL_AGAIN: not done yet. FL_BUSY: it is held. FL_BAD_FRAME: WINDOW or NONE asked,
// but a frame is RESERVED or FIXED. NONE only asks, and nothing is zeroed.
CHECKED fl_error_t run_prepare(struct run *run, enum fl_run_kind kind);

// Second half, cannot fail: sets kind and holder; all frames of a WINDOW become USER with count 1,
// and the caller has written the leaf that maps them at `window`.
void run_hold(struct run *run, enum fl_run_kind kind, const struct frame *holder, vaddr_t window);

// The leaf that mapped a window run is gone and fenced: one down in every frame.
void run_window_removed(struct run *run);

// Is the space that holds it gone?
bool run_is_orphan(const struct run *run);

// May the run be given up? FL_BUSY: a frame is in use beyond the window's own mapping.
CHECKED fl_error_t run_idle(const struct run *run);

// Undoes run_hold. run_idle holds and the window is removed.
void run_release(struct run *run);

#endif
