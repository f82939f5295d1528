// Handle tables: what a task may name, and with which rights.
//
// Invariants: a handle to an object carries the object's id; ids are never reused, so a handle
// whose object was destroyed is recognised as stale at use, and destroying an object needs no
// search. Rights and ranges of a copy are subsets of the source's. Guarded later by a lock of the
// space.
#ifndef KERN_HANDLE_H
#define KERN_HANDLE_H

#include "frame.h"

struct handle {
	uint8_t type; // enum fl_type
	uint8_t rights;
	uint32_t count; // MEMORY: runs, FIXED: pages, IRQ: sources
	union {
		void *object;   // THREAD, SPACE, ENDPOINT: its frame in the direct map
		uint64_t first; // MEMORY: first run's index, FIXED: physical address, IRQ: first source
	};
	uint64_t id;    // of the object
	uint64_t badge; // ENDPOINT
};
_Static_assert(sizeof(struct handle) * FL_HANDLES_PER_FRAME == FL_PAGE_SIZE, "a frame of handles");

struct handle_table {
	struct handle *part[FL_HANDLE_FRAMES]; // a frame each, NULL where none was fed
};

// Is the object with this id still there?
static inline bool object_is_live(const void *object, uint64_t id)
{
	const struct frame *frame = frame_at(virt_to_phys(object));
	return frame && frame->type == FL_FRAME_OBJECT && frame->id == id;
}

// The entry of a slot, or NULL: slot 0, past the end, or no frame there yet.
static inline struct handle *handle_slot(const struct handle_table *table, uint64_t slot)
{
	if (slot == 0 || slot >= FL_SLOT_END || !table->part[slot / FL_HANDLES_PER_FRAME])
		return NULL;
	return &table->part[slot / FL_HANDLES_PER_FRAME][slot % FL_HANDLES_PER_FRAME];
}

// The handle in `slot`, which must be of this type, live, and have all of `rights`.
// FL_BAD_HANDLE, FL_NO_RIGHT.
static inline CHECKED fl_error_t handle_find(const struct handle_table *table, uint64_t slot,
                                             enum fl_type type, unsigned rights,
                                             struct handle **out)
{
	struct handle *handle = handle_slot(table, slot);
	if (!handle || handle->type != type)
		return FL_BAD_HANDLE;
	if (type <= FL_TYPE_ENDPOINT && !object_is_live(handle->object, handle->id))
		return FL_BAD_HANDLE;
	if ((handle->rights & rights) != rights)
		return FL_NO_RIGHT;
	*out = handle;
	return FL_OK;
}

// An empty slot to write a new handle into. FL_BAD_ARGUMENT: slot 0 or past the end; FL_NO_TABLE;
// FL_BUSY: a live handle is there (a stale one counts as empty).
CHECKED fl_error_t handle_vacant(const struct handle_table *table, uint64_t slot,
                                 struct handle **out);

// What `from` becomes when copied with these rights at most, this badge and range (see handle_copy
// in docs/abi.md). FL_NO_RIGHT: a badge without MINT, or over a badge; FL_BAD_ARGUMENT: range,
// unknown rights.
CHECKED fl_error_t handle_derive(const struct handle *from, unsigned rights, uint64_t badge,
                                 uint64_t count, struct handle *out);

// Hands the table a zeroed HANDLES frame as part `index`. FL_BAD_ARGUMENT; FL_BUSY: it has one.
CHECKED fl_error_t handle_feed(struct handle_table *table, struct frame *frame, uint64_t index);

// Takes the last part back, with all handles in it. FL_EMPTY: none left.
CHECKED fl_error_t handle_drain(struct handle_table *table, struct frame **frame);

#endif
