// Memory of the minimal pager: RAM runs become windows (page frames) or object runs (frames for the
// kernel) at the start and stay that. Free page frames are linked through themselves.
#include "fl/string.h"
#include "minimal.h"

#define OBJECT_SHARE 16 // one frame in so many is for kernel objects and tables

static uint64_t ram_base;
static uint64_t frame_first; // of the free page frames; 0: none
static uint64_t object_frame[OBJECT_FRAMES_MAX];
static uint64_t object_count;

void *frame_view(uint64_t frame)
{
	return (void *)(PAGER_WINDOW_VA + (frame - ram_base));
}

void frame_give(uint64_t frame)
{
	*(uint64_t *)frame_view(frame) = frame_first;
	frame_first = frame;
	stat[STAT_FRAMES_FREE]++;
}

// Zeroed here and not when it comes back: only what is used costs the time.
uint64_t frame_take(void)
{
	uint64_t frame = frame_first;
	if (!frame)
		return 0;
	frame_first = *(uint64_t *)frame_view(frame);
	memset(frame_view(frame), 0, FL_PAGE_SIZE);
	stat[STAT_FRAMES_FREE]--;
	return frame;
}

uint64_t frames_count(void)
{
	uint64_t count = 0;
	for (uint64_t at = frame_first; at; at = *(uint64_t *)frame_view(at))
		count++;
	return count;
}

fl_error_t object_frame_take(uint64_t *frame)
{
	if (object_count == 0)
		return FL_NO_MEMORY;
	*frame = object_frame[--object_count];
	stat[STAT_OBJECT_FRAMES_FREE] = object_count;
	return FL_OK;
}

// There is room: it holds what was taken out of it.
void object_frame_give(uint64_t frame)
{
	object_frame[object_count++] = frame;
	stat[STAT_OBJECT_FRAMES_FREE] = object_count;
}

static fl_error_t run_attach(uint64_t run, enum fl_run_kind kind, uint64_t va)
{
	fl_error_t error;
	do {
		error = fl_run_attach(SLOT_MEMORY, run, kind, va);
	} while (error == FL_AGAIN); // the kernel zeroes a few frames a step
	return error;
}

// Firmware, the initrd and the like may have a part of the run: its other frames serve.
static fl_error_t object_run_take(uint64_t run)
{
	fl_error_t error = run_attach(run, FL_RUN_OBJECT, 0);
	for (uint64_t frame = run; !error && frame < run + FL_RUN_SIZE; frame += FL_PAGE_SIZE) {
		struct fl_result info;
		if (object_count == OBJECT_FRAMES_MAX)
			break;
		if (!fl_frame_info(SLOT_MEMORY, frame, &info) && info.value[0] == FL_FRAME_FREE)
			object_frame_give(frame);
	}
	return error;
}

// The window needs a page table in our own space now and then.
static fl_error_t window_run_take(uint64_t run)
{
	uint64_t va = PAGER_WINDOW_VA + (run - ram_base);
	uint64_t table;
	fl_error_t error = run_attach(run, FL_RUN_WINDOW, va);
	while (error == FL_NO_TABLE) {
		error = object_frame_take(&table);
		if (!error)
			error = fl_space_feed(SLOT_SPACE, FL_FEED_TABLE, table, 0);
		if (!error)
			error = run_attach(run, FL_RUN_WINDOW, va);
	}
	for (uint64_t frame = run; !error && frame < run + FL_RUN_SIZE; frame += FL_PAGE_SIZE)
		frame_give(frame);
	return error;
}

void memory_start(const struct fl_bootinfo *boot)
{
	uint64_t wanted = (boot->ram_bytes >> FL_PAGE_SHIFT) / OBJECT_SHARE;
	if (wanted > OBJECT_FRAMES_MAX)
		wanted = OBJECT_FRAMES_MAX;
	ram_base = boot->ram_base;
	for (uint64_t run = ram_base; run < ram_base + boot->ram_bytes; run += FL_RUN_SIZE) {
		if (object_count < wanted && !object_run_take(run))
			continue;
		// A run that is somebody else's (root's) is refused in both ways: it is not ours.
		if (window_run_take(run) == FL_BAD_FRAME)
			(void)!object_run_take(run);
	}
	stat[STAT_FRAMES_TOTAL] = stat[STAT_FRAMES_FREE];
	stat[STAT_OBJECT_FRAMES_TOTAL] = object_count;
	if (!frame_first || !object_count)
		server_fatal("minimal: there is no memory");
}
