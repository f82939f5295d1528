// Spaces of the minimal pager: the kernel's objects for one process, made and given back.
//
// Not here: what is in a space (layout.c, exec.c, heap.c) and its page map (pages.c).
#include "minimal.h"

struct space *spaces[SPACES_MAX];
_Static_assert(SLOT_FIRST + 2 * SPACES_MAX <= FL_HANDLES_PER_FRAME, "one part holds all slots");

// Numbers rise for ever, and number % SPACES_MAX is the index, so that looking up is one access.
static uint64_t number_serial;

struct space *space_find(uint64_t number)
{
	struct space *space = spaces[number % SPACES_MAX];
	return space && space->number == number ? space : NULL;
}

// Takes a frame from the object frames and feeds it.
static fl_error_t space_feed(struct space *space, enum fl_feed what)
{
	uint64_t frame;
	fl_error_t error = object_frame_take(&frame);
	if (error)
		return error;
	error = fl_space_feed(space->slot, what, frame, 0);
	if (error)
		object_frame_give(frame);
	return error;
}

fl_error_t space_table_feed(struct space *space)
{
	fl_error_t error = space_feed(space, FL_FEED_TABLE);
	stat[STAT_TABLE_FEEDS] += error == FL_OK;
	return error;
}

fl_error_t space_map(struct space *space, uint64_t va, uint64_t frame, unsigned prot)
{
	struct fl_map_entry entry = {.va = va, .frame = frame | prot};
	unsigned installed;
	fl_error_t error = fl_map(space->slot, &entry, 1, &installed);
	while (error == FL_NO_TABLE) {
		error = space_table_feed(space);
		if (!error)
			error = fl_map(space->slot, &entry, 1, &installed);
	}
	return error;
}

static void space_drain(struct space *space, enum fl_feed what)
{
	uint64_t frame;
	while (!fl_space_drain(space->slot, what, &frame))
		object_frame_give(frame);
}

// The kernel does a bounded batch a call. Tables that are empty now come back at once.
void space_unmap(struct space *space, uint64_t start, uint64_t end)
{
	while (start < end) {
		uint64_t done, removed;
		if (fl_unmap(space->slot, start, (end - start) >> FL_PAGE_SHIFT, &done, &removed))
			server_fatal("minimal: unmap failed");
		start += done << FL_PAGE_SHIFT;
	}
	space_drain(space, FL_FEED_TABLE);
}

static fl_error_t objects_create(struct space *space)
{
	fl_error_t error = object_frame_take(&space->object);
	if (error)
		return error;
	error = object_frame_take(&space->root);
	if (error)
		goto give_object;
	error = fl_object_create(FL_TYPE_SPACE, space->object, space->slot, space->root, SLOT_OWN,
	                         space->number);
	if (!error)
		return FL_OK;
	object_frame_give(space->root);
give_object:
	object_frame_give(space->object);
	return error;
}

// A descriptor and an empty page map, both zeros.
static struct space *descriptor_create(unsigned index)
{
	uint64_t self = frame_take();
	uint64_t map = self ? frame_take() : 0;
	if (!map) {
		if (self)
			frame_give(self);
		return NULL;
	}
	struct space *space = frame_view(self);
	space->self = self;
	space->pages = map;
	space->slot = SLOT_FIRST + 2 * index;
	space->thread_slot = space->slot + 1;
	space->number = ++number_serial * SPACES_MAX + index;
	stat[STAT_FRAMES_META] += 2;
	return space;
}

static void descriptor_destroy(struct space *space)
{
	map_free(space->pages);
	frame_give(space->self);
	stat[STAT_FRAMES_META]--;
}

fl_error_t space_create(struct space **out)
{
	unsigned index = 0;
	while (index < SPACES_MAX && spaces[index])
		index++;
	if (index == SPACES_MAX)
		return FL_LIMIT;
	struct space *space = descriptor_create(index);
	if (!space)
		return FL_NO_MEMORY;
	fl_error_t error = objects_create(space);
	if (error) {
		descriptor_destroy(space);
		return error;
	}
	spaces[index] = space;
	stat[STAT_PROCESS_SPACES]++;
	error = space_feed(space, FL_FEED_HANDLES);
	if (!error)
		error = fl_handle_copy(space->slot, SLOT_PAGER, SLOT_OWN, FL_RIGHT_CALL, space->number, 0);
	if (error) {
		space_destroy(space);
		return error;
	}
	*out = space;
	return FL_OK;
}

fl_error_t thread_create(struct space *space, uint64_t priority)
{
	uint64_t frame;
	if (space->thread)
		return FL_LIMIT;
	fl_error_t error = object_frame_take(&frame);
	if (error)
		return error;
	error = fl_object_create(FL_TYPE_THREAD, frame, space->thread_slot, space->slot, priority, 1);
	if (error)
		object_frame_give(frame);
	else
		space->thread = frame;
	return error;
}

fl_error_t thread_destroy(struct space *space, uint64_t number)
{
	if (!space->thread || number != 1)
		return FL_BAD_ARGUMENT;
	fl_error_t error = fl_object_destroy(space->thread_slot);
	if (error)
		return error;
	object_frame_give(space->thread);
	space->thread = 0;
	return FL_OK;
}

// The thread first, so that nobody waits for an answer of ours; then what it used, from the pages
// up.
void space_destroy(struct space *space)
{
	if (space->thread && thread_destroy(space, 1))
		server_fatal("minimal: a thread cannot be destroyed");
	window_destroy(space);
	space_unmap(space, 0, FL_USER_END);
	space_drain(space, FL_FEED_HANDLES);
	if (fl_object_destroy(space->slot))
		server_fatal("minimal: a space cannot be destroyed");
	object_frame_give(space->root);
	object_frame_give(space->object);
	spaces[space->number % SPACES_MAX] = NULL;
	stat[STAT_PROCESS_SPACES]--;
	descriptor_destroy(space);
}
