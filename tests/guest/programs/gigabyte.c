// A heap much larger than the machine's memory, sparsely used; a fork of it.
#include <unistd.h>

#include "guest.h"

#define GIB_PAGES (1ul << 18)
#define STEP 64
#define TOUCHED (GIB_PAGES / STEP)

static void sparse(void)
{
	char *memory = heap_take(GIB_PAGES);
	struct measurement m;
	measure_begin(&m);
	pages_store(memory, TOUCHED, STEP, 1);
	measure_end(&m);
	static const struct cost expected = {
		.faults = TOUCHED, .stores = TOUCHED, .zero_fills = TOUCHED, .frames = TOUCHED};
	cost_equal(&m, &expected, "heap_1_gib_every_64th_page_gets_one_frame_each");
	tap_ok(pages_hold(memory, TOUCHED, STEP, 1), "heap_1_gib_content_is_kept");
	measure_begin(&m);
	pages_load(memory + FL_PAGE_SIZE, TOUCHED, STEP);
	measure_end(&m);
	static const struct cost loads = {.faults = TOUCHED, .loads = TOUCHED, .zero_shared = TOUCHED};
	cost_equal(&m, &loads, "heap_1_gib_loads_between_take_no_frame");
	measure_begin(&m);
	heap_give(GIB_PAGES);
	measure_end(&m);
	static const struct cost back = {.frames = -(int64_t)TOUCHED};
	cost_equal(&m, &back, "heap_1_gib_shrink_gives_all_frames_back");
}

static int parked(void *context)
{
	(void)context;
	process_park();
}

// What a fork whose child does nothing costs while the child is there.
static int64_t fork_frames(void)
{
	struct measurement m;
	measure_begin(&m);
	pid_t child = child_start(parked, NULL);
	state_wait(child, PROCESS_SLEEPING);
	measure_end(&m);
	process_remove(child);
	return data_frames(&m);
}

static void forked(void)
{
	(void)heap_take(0);
	(void)fork_frames(); // what only the first fork costs
	int64_t empty = fork_frames();
	char *memory = heap_take(GIB_PAGES);
	tap_equal((uint64_t)empty, (uint64_t)fork_frames(), "fork_of_untouched_1_gib_takes_no_frame");
	pages_store(memory, TOUCHED, STEP, 1);
	(void)fork_frames();
	tap_equal((uint64_t)empty, (uint64_t)fork_frames(), "fork_of_sparse_1_gib_copies_no_page");
	tap_ok(pages_hold(memory, TOUCHED, STEP, 1), "fork_of_sparse_1_gib_keeps_content");
}

const struct guest_case guest_cases[] = {
	{"gigabyte_sparse", sparse},
	{"gigabyte_forked", forked},
	{NULL, NULL},
};

const struct guest_helper guest_helpers[] = {{NULL, NULL}};
