// Fault-around: booted with faultaround=8, one answer installs up to 8 pages of an aligned window.
#include <unistd.h>

#include "guest.h"

#define AROUND 8
#define WINDOWS 4
#define WINDOW_BYTES (AROUND * FL_PAGE_SIZE)

#define ROW(i) [(i)*512] = 1000 + (i)
#define SEED 1000

static const struct cost nothing;

static _Alignas(8 * 4096) const uint64_t image_rodata[WINDOWS * AROUND * 512] = {
	ROW(0), ROW(1), ROW(2), ROW(3), ROW(4), ROW(5), ROW(6), ROW(7), ROW(8), ROW(9), ROW(10)};

// A heap of whole windows, and the start of the first one.
static char *windows_take(unsigned windows)
{
	char *memory = heap_take(0);
	size_t skip = (WINDOW_BYTES - (uintptr_t)memory % WINDOW_BYTES) % WINDOW_BYTES;
	return heap_take(skip / FL_PAGE_SIZE + windows * AROUND) + skip;
}

static void heap(void)
{
	char *memory = windows_take(2 * WINDOWS);
	struct measurement m;
	measure_begin(&m);
	pages_store(memory + 3 * FL_PAGE_SIZE, WINDOWS, AROUND, 1);
	measure_end(&m);
	static const struct cost stores = {.faults = WINDOWS,
	                                   .stores = WINDOWS,
	                                   .zero_fills = WINDOWS * AROUND,
	                                   .around = WINDOWS * (AROUND - 1),
	                                   .frames = WINDOWS * AROUND};
	cost_equal(&m, &stores, "around_store_untouched_fills_window");
	measure_begin(&m);
	pages_store(memory, WINDOWS * AROUND, 1, 2);
	measure_end(&m);
	cost_equal(&m, &nothing, "around_store_neighbours_does_not_fault");
	memory += WINDOWS * WINDOW_BYTES;
	measure_begin(&m);
	pages_load(memory + 7 * FL_PAGE_SIZE, WINDOWS, AROUND);
	measure_end(&m);
	static const struct cost loads = {.faults = WINDOWS,
	                                  .loads = WINDOWS,
	                                  .zero_shared = WINDOWS * AROUND,
	                                  .around = WINDOWS * (AROUND - 1)};
	cost_equal(&m, &loads, "around_load_untouched_maps_window_to_zero_frame");
	tap_ok(pages_zero(memory, WINDOWS * AROUND, 1), "around_load_reads_zero");
}

static void edge(void)
{
	char *memory = windows_take(1);
	char *end = heap_take(3);
	struct measurement m;
	measure_begin(&m);
	pages_store(end, 1, 1, 1);
	measure_end(&m);
	static const struct cost stores = {
		.faults = 1, .stores = 1, .zero_fills = 3, .around = 2, .frames = 3};
	cost_equal(&m, &stores, "around_store_at_end_stays_inside_region");
	heap_give(3);
	tap_ok(pages_zero(memory, AROUND, 1), "around_neighbour_window_reads_zero");
}

static int child_loads(void *context)
{
	struct measurement m;
	parent_settle();
	measure_begin(&m);
	pages_load(context, WINDOWS, AROUND);
	measure_end(&m);
	static const struct cost loads = {
		.faults = WINDOWS, .loads = WINDOWS, .around = WINDOWS * (AROUND - 1)};
	bool good = cost_matches(&m, &loads, "child");
	measure_begin(&m);
	pages_load(context, WINDOWS * AROUND, 1);
	measure_end(&m);
	good &= cost_matches(&m, &nothing, "child again");
	measure_begin(&m);
	pages_store(context, 1, 1, 1);
	measure_end(&m);
	static const struct cost copy = {
		.faults = 1, .stores = 1, .copies = 1, .around = AROUND - 1, .frames = 1};
	return !(good && cost_matches(&m, &copy, "child store"));
}

static void forked(void)
{
	char *memory = windows_take(WINDOWS);
	pages_store(memory, WINDOWS * AROUND, 1, 1);
	tap_equal(0, (uint64_t)child_run(child_loads, memory), "around_fork_maps_shared_copies_one");
	tap_ok(pages_hold(memory, WINDOWS * AROUND, 1, 1), "around_fork_leaves_parents_pages");
}

static int child_loads_image(void *context)
{
	struct measurement m;
	parent_settle();
	measure_begin(&m);
	pages_load(context, 2, AROUND);
	measure_end(&m);
	static const struct cost loads = {
		.faults = 2, .loads = 2, .image_maps = AROUND + 3, .around = AROUND + 1};
	return !cost_matches(&m, &loads, "child");
}

// Only pages that somebody has read already come along.
static void image(void)
{
	const char *memory = (const char *)image_rodata;
	__asm__ volatile("" : "+r"(memory));
	(void)heap_take(0);
	struct measurement m;
	measure_begin(&m);
	pages_load(memory + 3 * FL_PAGE_SIZE, 1, 1);
	pages_load(memory, AROUND + 3, 1);
	measure_end(&m);
	static const struct cost reads = {
		.faults = AROUND + 3, .loads = AROUND + 3, .image_fills = AROUND + 3, .frames = AROUND + 3};
	struct cost expected = reads;
	// Each fault maps anew what was read of its window before: 0 + 1 + ... pages.
	expected.around = AROUND * (AROUND - 1) / 2 + 1 + 2;
	expected.image_maps = expected.around;
	cost_equal(&m, &expected, "around_image_unread_pages_are_not_read_ahead");
	tap_ok(pages_hold(memory, AROUND + 3, 1, SEED), "around_image_has_content");
	tap_equal(0, (uint64_t)child_run(child_loads_image, (void *)(uintptr_t)memory),
	          "around_image_read_pages_are_mapped_at_once");
}

const struct guest_case guest_cases[] = {
	{"around_heap", heap},   {"around_edge", edge}, {"around_fork", forked},
	{"around_image", image}, {NULL, NULL},
};

const struct guest_helper guest_helpers[] = {{NULL, NULL}};
