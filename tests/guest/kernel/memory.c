// Frames of root's object run, pages of one window run, spare runs; and the audit over all RAM.
#include "fl/string.h"
#include "harness.h"

#define FRAMES_MAX 8192 // the tests run in 16 MiB or 32 MiB

static uint64_t frame_stack[FL_RUN_FRAMES], page_stack[FL_RUN_FRAMES];
static unsigned frames_free, pages_free, frames_all, pages_all;
static uint64_t window, spare[SPARE_RUNS];
static uint32_t before[FRAMES_MAX]; // type << 28 | count
static struct fl_result root_before;

struct fl_result frame_state(uint64_t frame)
{
	struct fl_result r;
	if (fl_frame_info(FL_ROOT_MEMORY, frame, &r))
		memset(&r.value, 0xff, sizeof r.value);
	return r;
}

static bool run_is_free(uint64_t run)
{
	for (unsigned i = 0; i < FL_RUN_FRAMES; i++) {
		struct fl_result r = frame_state(run + i * FL_PAGE_SIZE);
		if (r.value[0] != FL_FRAME_FREE || r.value[2] != FL_RUN_NONE)
			return false;
	}
	return true;
}

static uint32_t frame_summary(uint64_t index)
{
	struct fl_result r = frame_state(boot->ram_base + index * FL_PAGE_SIZE);
	return (uint32_t)(r.value[0] << 28 | r.value[2] << 26 | r.value[3] << 25 | r.value[1]);
}

fl_error_t run_hold(uint64_t run, enum fl_run_kind kind, uint64_t va, unsigned *repeats)
{
	fl_error_t error;
	*repeats = 0;
	while ((error = fl_run_attach(FL_ROOT_MEMORY, run, kind, va)) == FL_AGAIN)
		++*repeats;
	return error;
}

static void frames_find(uint64_t ram_end)
{
	for (uint64_t pa = boot->ram_base; pa < ram_end; pa += FL_PAGE_SIZE) {
		struct fl_result r = frame_state(pa);
		if (r.value[0] == FL_FRAME_FREE && r.value[2] == FL_RUN_OBJECT && r.value[3] == 1 &&
		    frames_free < FL_RUN_FRAMES)
			frame_stack[frames_free++] = pa;
	}
	frames_all = frames_free;
}

static void runs_find(uint64_t ram_end)
{
	unsigned spares = 0;
	for (uint64_t run = boot->ram_base; run < ram_end && spares < SPARE_RUNS; run += FL_RUN_SIZE) {
		if (!run_is_free(run))
			continue;
		if (!window)
			window = run;
		else
			spare[spares++] = run;
	}
	require(spares == SPARE_RUNS); // else there is too little memory
}

void memory_open(void)
{
	unsigned repeats;
	uint64_t frames = boot->ram_bytes / FL_PAGE_SIZE;
	require(frames <= FRAMES_MAX);
	for (uint64_t i = 0; i < frames; i++)
		before[i] = frame_summary(i);
	require(fl_space_counts(FL_ROOT_SPACE, &root_before) == FL_OK);
	frames_find(boot->ram_base + boot->ram_bytes);
	runs_find(boot->ram_base + boot->ram_bytes);
	table_feed(FL_ROOT_SPACE);
	table_feed(FL_ROOT_SPACE);
	uint64_t va = (uintptr_t)window_of(window);
	require(run_hold(window, FL_RUN_WINDOW, va, &repeats) == FL_OK);
	for (unsigned i = 0; i < FL_RUN_FRAMES; i++)
		page_stack[pages_free++] = window + (FL_RUN_FRAMES - 1 - i) * FL_PAGE_SIZE;
	pages_all = pages_free;
}

void memory_close(void)
{
	uint64_t frame;
	struct fl_result r;
	require(fl_run_detach(FL_ROOT_MEMORY, window) == FL_OK);
	// What the tables of the tests left: as many spares as at the start stay.
	while (fl_space_counts(FL_ROOT_SPACE, &r) == FL_OK && r.value[3] > root_before.value[3] &&
	       fl_space_drain(FL_ROOT_SPACE, FL_FEED_TABLE, &frame) == FL_OK)
		frame_end(frame);
}

void memory_audit(void)
{
	struct fl_result r;
	expect(FL_OK, fl_space_counts(FL_ROOT_SPACE, &r));
	for (unsigned i = 0; i < 4; i++)
		expect(root_before.value[i], r.value[i]);
	for (uint64_t i = 0; i < boot->ram_bytes / FL_PAGE_SIZE; i++) {
		uint32_t now = frame_summary(i);
		// Which table frames root has may differ, and which are spare; how many was compared above.
		bool is_table = before[i] >> 28 == FL_FRAME_TABLE || now >> 28 == FL_FRAME_TABLE;
		if (!is_table && !expect(before[i], now))
			note("frame 0x%lx", boot->ram_base + i * FL_PAGE_SIZE);
	}
}

uint64_t memory_in_use(void)
{
	struct fl_result r;
	// A table of root's stays with it as a spare, so tables in use and spares count as one here.
	require(fl_space_counts(FL_ROOT_SPACE, &r) == FL_OK);
	uint64_t tables = r.value[2] + r.value[3];
	return r.value[1] * 1000000000ul + slots_in_use() * 1000000ul +
	       (pages_all - pages_free) * 1000ul + frames_all - frames_free - tables;
}

uint64_t frame_new(void)
{
	require(frames_free > 0);
	return frame_stack[--frames_free];
}

void frame_end(uint64_t frame)
{
	struct fl_result r = frame_state(frame);
	expect(FL_FRAME_FREE, r.value[0]);
	frame_stack[frames_free++] = frame;
}

uint64_t page_new(void)
{
	require(pages_free > 0);
	uint64_t page = page_stack[--pages_free];
	memset(page_at(page), 0, FL_PAGE_SIZE);
	return page;
}

void page_end(uint64_t page)
{
	expect(1, frame_state(page).value[1]); // only the window maps it
	page_stack[pages_free++] = page;
}

void *page_at(uint64_t page)
{
	return window_of(page);
}

uint64_t run_spare(unsigned n)
{
	return spare[n];
}
