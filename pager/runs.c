// RAM runs: which there are, attaching them, and moving one between the pools.
//
// At boot every wholly free run becomes a dormant one of the window pool; it is attached, and so
// zeroed by the kernel, when it is needed. Runs that share their 2 MiB with the boot archive,
// firmware and the like can only be object runs; with one more for large machines they are the
// endowment of the object pool. When it is used up, a wholly free window run becomes an object run;
// as soon as a wholly free object run is left over, one goes back. So what is free before a process
// starts is free again after it, in the same pool.
#include "runs.h"

#define RUNS_FOR_ENDOWMENT 24 // wholly free runs from which on one is spared for objects

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

static uint64_t window_of(uint64_t base, uint64_t run)
{
	return PAGER_WINDOW_VA + (run - base);
}

static bool run_is_nobodys(uint64_t run)
{
	struct fl_result info;
	return fl_frame_info(SLOT_MEMORY, run, &info) == FL_OK && info.value[2] == FL_RUN_NONE;
}

// Attaches the run for objects if nobody holds it and it is not wholly free. Afterwards a run that
// nobody holds is wholly free. Its memory is not touched: that would cost the host a page each.
static void run_probe(uint64_t run)
{
	bool shared = fl_run_attach(SLOT_MEMORY, run, FL_RUN_NONE, 0) == FL_BAD_FRAME;
	if (shared && run_attach(run, FL_RUN_OBJECT, 0))
		server_fatal("pager: a run that nobody holds cannot be attached");
}

// Feeds our own space a table before there is a frame table: from the object runs, where the kernel
// knows which frames are free. The boot archive alone makes sure that there is such a run.
static fl_error_t table_feed_early(uint64_t base, uint64_t end)
{
	for (uint64_t frame = base; frame < end; frame += FL_PAGE_SIZE) {
		if (!run_is(frame, FL_RUN_OBJECT))
			frame += FL_RUN_SIZE - FL_PAGE_SIZE;
		else if (frame_is_free(frame))
			return fl_space_feed(SLOT_SPACE, FL_FEED_TABLE, frame, 0);
	}
	return FL_NO_MEMORY;
}

// The first `count` neighbouring wholly free runs.
static uint64_t runs_find(uint64_t base, uint64_t end, uint64_t count)
{
	uint64_t found = 0;
	for (uint64_t run = base; run < end; run += FL_RUN_SIZE) {
		found = run_is_nobodys(run) ? found + 1 : 0;
		if (found == count)
			return run - (count - 1) * FL_RUN_SIZE;
	}
	server_fatal("pager: there is no memory for the frame table");
}

// Attaches a run as a window before there is a frame table.
static void window_attach_early(uint64_t base, uint64_t end, uint64_t run)
{
	fl_error_t error = run_attach(run, FL_RUN_WINDOW, window_of(base, run));
	while (error == FL_NO_TABLE && !table_feed_early(base, end))
		error = run_attach(run, FL_RUN_WINDOW, window_of(base, run));
	if (error)
		server_fatal("pager: no frame is left for a page table of its own");
}

// Adds the run to the frame table. [meta, meta_end) is the table itself, in windows.
static void run_enter(struct frame_table *frames, uint64_t run, uint64_t meta, uint64_t meta_end)
{
	uint64_t index = (run - frames->base) >> FL_RUN_SHIFT;
	bool window = run_is(run, FL_RUN_WINDOW);
	if (run_is_nobodys(run))
		frame_run_add_dormant(frames, index);
	else if (window || run_is(run, FL_RUN_OBJECT))
		frame_run_add(frames, index, window ? POOL_WINDOW : POOL_OBJECT);
	else
		return;
	if (frames->run[index].dormant)
		return;
	for (uint64_t at = run + FL_RUN_SIZE; at > run; at -= FL_PAGE_SIZE) {
		uint64_t frame = at - FL_PAGE_SIZE;
		if (window && frame >= meta && frame < meta_end)
			frame_add_meta(frames, frame_at(frames, frame));
		else if (window || frame_is_free(frame))
			frame_add(frames, frame_at(frames, frame), true);
	}
}

static void run_wake(void *context, uint64_t index)
{
	const struct frame_table *frames = context;
	uint64_t run = frames->base + (index << FL_RUN_SHIFT);
	fl_error_t error = run_attach(run, FL_RUN_WINDOW, window_of(frames->base, run));
	CORE_ASSERT(!error); // tables_feed has seen to the tables
}

// Tables of level 1 for the windows of all RAM.
static void tables_feed(struct service *service)
{
	uint64_t gibs = (service->core.frames.run_count + 511) / 512;
	for (uint64_t i = 0; i < gibs; i++) {
		uint64_t frame;
		if (object_frame_take(service, &frame) ||
		    fl_space_feed(SLOT_SPACE, FL_FEED_TABLE, frame, 0))
			server_fatal("pager: no frame is left for the page tables of the windows");
	}
}

// A wholly free run of the window pool becomes one for objects. False: there is none.
static bool run_to_objects(struct service *service)
{
	struct frame_table *frames = &service->core.frames;
	uint64_t index;
	if (!frame_run_take(frames, POOL_WINDOW, &index))
		return false;
	uint64_t run = frames->base + (index << FL_RUN_SHIFT);
	fl_error_t error = FL_OK;
	if (run_is(run, FL_RUN_WINDOW))
		error = fl_run_detach(SLOT_MEMORY, run);
	if (!error)
		error = run_attach(run, FL_RUN_OBJECT, 0);
	CORE_ASSERT(!error); // no frame of it is in use
	run_enter(frames, run, 0, 0);
	return true;
}

// And back, to sleep; if one is wholly free.
static void run_from_objects(struct service *service)
{
	struct frame_table *frames = &service->core.frames;
	uint64_t index;
	if (!frame_run_take(frames, POOL_OBJECT, &index))
		return;
	fl_error_t error = fl_run_detach(SLOT_MEMORY, frames->base + (index << FL_RUN_SHIFT));
	CORE_ASSERT(!error);
	frame_run_add_dormant(frames, index);
}

void runs_start(struct service *service, const struct fl_bootinfo *boot)
{
	struct frame_table *frames = &service->core.frames;
	uint64_t base = boot->ram_base;
	uint64_t count = (boot->ram_bytes + FL_RUN_SIZE - 1) >> FL_RUN_SHIFT;
	uint64_t end = base + (count << FL_RUN_SHIFT);
	for (uint64_t run = base; run < end; run += FL_RUN_SIZE)
		run_probe(run);

	uint64_t bytes = page_ceiling(frame_table_bytes(count));
	uint64_t meta = runs_find(base, end, (bytes + FL_RUN_SIZE - 1) >> FL_RUN_SHIFT);
	for (uint64_t run = meta; run < meta + bytes; run += FL_RUN_SIZE)
		window_attach_early(base, end, run);
	// The kernel zeroed the windows when we got them.
	frame_table_init(frames, (void *)window_of(base, meta), base, count, (void *)PAGER_WINDOW_VA);
	frames->wake = run_wake;
	frames->wake_context = frames;
	for (uint64_t run = base; run < end; run += FL_RUN_SIZE)
		run_enter(frames, run, meta, meta + bytes);
	if (frames->pool[POOL_WINDOW].total_count >= RUNS_FOR_ENDOWMENT * FL_RUN_FRAMES)
		(void)run_to_objects(service);
	tables_feed(service);
	service->object_endowment = frames->pool[POOL_OBJECT].total_count;
}

fl_error_t object_frame_take(struct service *service, uint64_t *physical)
{
	struct frame_table *frames = &service->core.frames;
	struct frame *frame = frame_allocate_object(frames);
	if (!frame && run_to_objects(service))
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
		run_from_objects(service);
}
