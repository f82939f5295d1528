// Slots and kernel objects of the tests: who made what from which frames, so that it can go back.
#include "fl/string.h"
#include "harness.h"

#define SLOT_FIRST FL_ROOT_SLOT_END
#define SLOT_LAST 126 // 127 stays empty: the tests' example of an empty slot

static struct object {
	bool used;
	uint64_t frame, root;
	uint64_t stack, stack_va; // page, where it is mapped
	fl_slot_t stack_space;    // 0: in the window only
} object[FL_HANDLES_PER_FRAME];

unsigned slots_in_use(void)
{
	unsigned used = 0;
	for (unsigned i = SLOT_FIRST; i <= SLOT_LAST; i++)
		used += object[i].used;
	return used;
}

fl_slot_t slot_new(void)
{
	for (unsigned i = SLOT_FIRST; i <= SLOT_LAST; i++) {
		if (!object[i].used) {
			object[i] = (struct object){.used = true};
			return i;
		}
	}
	bail(__FILE_NAME__, __LINE__, "a free slot");
}

void slot_end(fl_slot_t slot)
{
	(void)fl_handle_close(0, slot);
	object[slot].used = false;
}

fl_slot_t endpoint_new(void)
{
	fl_slot_t slot = slot_new();
	object[slot].frame = frame_new();
	expect(FL_OK, fl_object_create(FL_TYPE_ENDPOINT, object[slot].frame, slot, 0, 0, 0));
	return slot;
}

fl_slot_t space_new(fl_slot_t pager, uint64_t badge)
{
	fl_slot_t slot = slot_new();
	object[slot].frame = frame_new();
	object[slot].root = frame_new();
	expect(FL_OK, fl_object_create(FL_TYPE_SPACE, object[slot].frame, slot, object[slot].root,
	                               pager, badge));
	return slot;
}

fl_slot_t thread_new(fl_slot_t space, unsigned priority, uint64_t number)
{
	fl_slot_t slot = slot_new();
	object[slot].frame = frame_new();
	expect(FL_OK,
	       fl_object_create(FL_TYPE_THREAD, object[slot].frame, slot, space, priority, number));
	return slot;
}

static void space_empty(fl_slot_t space)
{
	uint64_t done = 0, at = 0, removed, frame;
	const uint64_t pages = FL_USER_END >> FL_PAGE_SHIFT;
	while (at < pages && fl_unmap(space, at << FL_PAGE_SHIFT, pages - at, &done, &removed) == FL_OK)
		at += done;
	while (fl_space_drain(space, FL_FEED_TABLE, &frame) == FL_OK)
		frame_end(frame);
	while (fl_space_drain(space, FL_FEED_HANDLES, &frame) == FL_OK)
		frame_end(frame);
}

void object_forget(fl_slot_t slot)
{
	if (object[slot].root)
		frame_end(object[slot].root);
	frame_end(object[slot].frame); // last, so that the next object gets the same frame
	uint64_t done, removed;
	if (object[slot].stack_space)
		expect(FL_OK,
		       fl_unmap(object[slot].stack_space, object[slot].stack_va, 1, &done, &removed));
	if (object[slot].stack)
		page_end(object[slot].stack);
	slot_end(slot);
}

void object_stack(fl_slot_t slot, uint64_t stack, fl_slot_t space, uint64_t va)
{
	object[slot].stack = stack;
	object[slot].stack_space = space;
	object[slot].stack_va = va;
}

void object_end(fl_slot_t slot)
{
	fl_error_t error;
	if (object[slot].root)
		space_empty(slot);
	do {
		error = fl_object_destroy(slot);
	} while (error == FL_AGAIN);
	expect(FL_OK, error);
	object_forget(slot);
}

fl_slot_t handle_new(fl_slot_t from, unsigned rights, uint64_t badge)
{
	fl_slot_t slot = slot_new();
	expect(FL_OK, fl_handle_copy(0, slot, from, rights, badge, 0));
	return slot;
}

void table_feed(fl_slot_t space)
{
	uint64_t frame = frame_new();
	expect(FL_OK, fl_space_feed(space, FL_FEED_TABLE, frame, 0));
}

fl_error_t page_map(fl_slot_t space, uint64_t va, uint64_t page, unsigned prot)
{
	unsigned installed;
	const struct fl_map_entry entry = {va, page | prot};
	fl_error_t error;
	while ((error = fl_map(space, &entry, 1, &installed)) == FL_NO_TABLE)
		table_feed(space);
	return error;
}
