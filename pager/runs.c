// RAM runs: attaching at boot, and moving a run between the pools.
//
// At boot every wholly free run becomes a window. Runs that share their 2 MiB with the boot
// archive, firmware and the like can only be object runs; with one more for large machines they are
// the endowment of the object pool. When it is used up, a wholly free window run becomes an object
// run; as soon as a wholly free object run is left over, one goes back. So what is free before a
// process starts is free again after it, in the same pool.
#include "runs.h"

#define RUNS_FOR_ENDOWMENT 24 // window runs from which on one is spared for objects

static fl_error_t run_attach(uint64_t run, enum fl_run_kind kind, uint64_t window)
{
	fl_error_t error;
	do {
		error = fl_run_attach(SLOT_MEMORY, run, kind, window);
	} while (error == FL_AGAIN);
	return error;
}

static bool run_is(uint64_t run, enum fl_run_kind kind)
{
	struct fl_result info;
	return fl_frame_info(SLOT_MEMORY, run, &info) == FL_OK && info.value[2] == kind &&
	       info.value[3];
}

static bool frame_is_free(uint64_t frame)
{
	struct fl_result info;
	return fl_frame_info(SLOT_MEMORY, frame, &info) == FL_OK && info.value[0] == FL_FRAME_FREE;
}

// Feeds our own space a table from an object run below `end`, before there is a frame table. The
// kernel knows which frames are free; so nothing needs to be remembered here.
static fl_error_t table_feed_early(uint64_t base, uint64_t end)
{
	for (uint64_t run = base; run < end; run += FL_RUN_SIZE) {
		if (!run_is(run, FL_RUN_OBJECT))
			continue;
		for (uint64_t frame = run; frame < run + FL_RUN_SIZE; frame += FL_PAGE_SIZE) {
			if (frame_is_free(frame))
				return fl_space_feed(SLOT_SPACE, FL_FEED_TABLE, frame, 0);
		}
	}
	return FL_NO_MEMORY;
}

static uint64_t window_of(uint64_t base, uint64_t run)
{
	return PAGER_WINDOW_VA + (run - base);
}

// As a window if it is wholly free; else for objects, if it is nobody's.
static void run_attach_first(uint64_t base, uint64_t run)
{
	fl_error_t error = run_attach(run, FL_RUN_WINDOW, window_of(base, run));
	while (error == FL_NO_TABLE && !table_feed_early(base, run))
		error = run_attach(run, FL_RUN_WINDOW, window_of(base, run));
	// Held by somebody else (root) is no failure: the run is not ours then.
	if (error == FL_BAD_FRAME || error == FL_NO_TABLE)
		(void)run_attach(run, FL_RUN_OBJECT, 0);
}

// The first `count` neighbouring window runs.
static uint64_t windows_find(uint64_t base, uint64_t end, uint64_t count)
{
	uint64_t found = 0;
	for (uint64_t run = base; run < end; run += FL_RUN_SIZE) {
		found = run_is(run, FL_RUN_WINDOW) ? found + 1 : 0;
		if (found == count)
			return run - (count - 1) * FL_RUN_SIZE;
	}
	server_fatal("pager: there is no memory for the frame table");
}

// Adds the run's frames to the frame table, the last one first. [meta, meta_end) is the table.
static void run_enter(struct frame_table *frames, uint64_t run, uint64_t meta, uint64_t meta_end)
{
	bool window = run_is(run, FL_RUN_WINDOW);
	if (!window && !run_is(run, FL_RUN_OBJECT))
		return;
	frame_run_add(frames, (run - frames->base) >> FL_RUN_SHIFT, window ? POOL_WINDOW : POOL_OBJECT);
	for (uint64_t at = run + FL_RUN_SIZE; at > run; at -= FL_PAGE_SIZE) {
		uint64_t frame = at - FL_PAGE_SIZE;
		if (window && frame >= meta && frame < meta_end)
			frame_add_meta(frames, frame_at(frames, frame));
		else if (window || frame_is_free(frame))
			frame_add(frames, frame_at(frames, frame), true);
	}
}

// A wholly free run of one pool moves to the other. False: there is none, or a window lacks a
// table.
static bool run_move(struct service *service, enum frame_pool_kind from)
{
	static const enum fl_run_kind kinds[] = {
		[POOL_WINDOW] = FL_RUN_WINDOW,
		[POOL_OBJECT] = FL_RUN_OBJECT,
	};
	struct frame_table *frames = &service->core.frames;
	enum frame_pool_kind to = from == POOL_WINDOW ? POOL_OBJECT : POOL_WINDOW;
	uint64_t index;
	if (!frame_run_take(frames, from, &index))
		return false;
	uint64_t run = frames->base + (index << FL_RUN_SHIFT);
	uint64_t window = window_of(frames->base, run);
	fl_error_t error = fl_run_detach(SLOT_MEMORY, run);
	CORE_ASSERT(!error); // nothing of it is mapped or in use
	bool moved = !run_attach(run, kinds[to], window);
	if (!moved) {
		error = run_attach(run, kinds[from], window);
		CORE_ASSERT(!error);
	}
	run_enter(frames, run, 0, 0);
	return moved;
}

void runs_start(struct service *service, const struct fl_bootinfo *boot)
{
	struct frame_table *frames = &service->core.frames;
	uint64_t base = boot->ram_base;
	uint64_t count = (boot->ram_bytes + FL_RUN_SIZE - 1) >> FL_RUN_SHIFT;
	uint64_t end = base + (count << FL_RUN_SHIFT);
	for (uint64_t run = base; run < end; run += FL_RUN_SIZE)
		run_attach_first(base, run);

	uint64_t bytes = page_ceiling(frame_table_bytes(count));
	uint64_t meta = windows_find(base, end, (bytes + FL_RUN_SIZE - 1) >> FL_RUN_SHIFT);
	// The kernel zeroed the window when we got it.
	frame_table_init(frames, (void *)window_of(base, meta), base, count, (void *)PAGER_WINDOW_VA);
	for (uint64_t run = base; run < end; run += FL_RUN_SIZE)
		run_enter(frames, run, meta, meta + bytes);
	if (frames->pool[POOL_WINDOW].total_count >= RUNS_FOR_ENDOWMENT * FL_RUN_FRAMES)
		(void)run_move(service, POOL_WINDOW);
	service->object_endowment = frames->pool[POOL_OBJECT].total_count;
}

fl_error_t object_frame_take(struct service *service, uint64_t *physical)
{
	struct frame_table *frames = &service->core.frames;
	struct frame *frame = frame_allocate_object(frames);
	if (!frame && run_move(service, POOL_WINDOW))
		frame = frame_allocate_object(frames);
	if (!frame)
		return FL_NO_MEMORY;
	*physical = frame_physical(frames, frame);
	return FL_OK;
}

void object_frame_give(struct service *service, uint64_t physical)
{
	struct frame_table *frames = &service->core.frames;
	frame_free(frames, frame_at(frames, physical));
	if (frames->pool[POOL_OBJECT].total_count > service->object_endowment)
		(void)run_move(service, POOL_OBJECT);
}
