// sbrk: growing, shrinking, eager growth, and every way to refuse.
#include "tap.h"
#include "world.h"

static struct space *space;
static uint64_t old;

static void start(void)
{
	world_start();
	space = world_program();
	stats_mark();
}

static uint64_t current_break(void)
{
	uint64_t now = 0;
	EXPECT(world_sbrk(space, 0, &now), FL_OK);
	return now;
}

static void sbrk_growth_takes_no_frame_returns_old_break(void)
{
	start();
	EXPECT(world_sbrk(space, 1 << 30, &old), FL_OK);
	EXPECT(old, HEAP);
	EXPECT(world_sbrk(space, 1, &old), FL_OK);
	EXPECT(old, HEAP + (1 << 30));
	EXPECT(stat_change(STAT_FRAMES_FREE), 0);
	EXPECT(stat_change(STAT_FRAMES_META), 0);
	EXPECT(world_check(), true);
}

static void sbrk_sparse_gigabyte_costs_touched_pages(void)
{
	start();
	EXPECT(world_sbrk(space, 1 << 30, &old), FL_OK);
	for (uint64_t va = HEAP; va < HEAP + (1 << 30); va += 256 * FL_PAGE_SIZE)
		EXPECT(world_store(space, va, (uint8_t)(va >> 20)), 0);
	EXPECT(stat_change(STAT_ZERO_FILLS), 1024);
	EXPECT(stat_of(STAT_FRAMES_META) < 100, true);
	EXPECT(world_sbrk(space, -(1 << 30), &old), FL_OK);
	EXPECT(stat_change(STAT_FRAMES_FREE), 0);
	EXPECT(world_check(), true);
}

static void sbrk_shrink_gives_frames_back_at_once(void)
{
	start();
	EXPECT(world_sbrk(space, 100 * FL_PAGE_SIZE, &old), FL_OK);
	for (uint64_t i = 0; i < 100; i++)
		EXPECT(world_store(space, HEAP + i * FL_PAGE_SIZE, (uint8_t)i), 0);
	uint64_t before = stat_of(STAT_FRAMES_FREE);
	EXPECT(world_sbrk(space, -40 * (int64_t)FL_PAGE_SIZE, &old), FL_OK);
	EXPECT(old, HEAP + 100 * FL_PAGE_SIZE);
	EXPECT(stat_of(STAT_FRAMES_FREE) >= before + 40, true);
	EXPECT(world_byte(space, HEAP + 59 * FL_PAGE_SIZE), 59);
	EXPECT(world_load(space, HEAP + 60 * FL_PAGE_SIZE, &(uint8_t){0}), REASON_ABOVE_BREAK);
	EXPECT(world_sbrk(space, 40 * FL_PAGE_SIZE, &old), FL_OK);
	EXPECT(world_byte(space, HEAP + 60 * FL_PAGE_SIZE), 0);
	EXPECT(world_check(), true);
	EXPECT(world_sbrk(space, -100 * (int64_t)FL_PAGE_SIZE, &old), FL_OK);
	EXPECT(stat_change(STAT_FRAMES_FREE), 0);
}

static void sbrk_unaligned_break_keeps_its_page(void)
{
	start();
	EXPECT(world_sbrk(space, 10, &old), FL_OK);
	EXPECT(world_store(space, HEAP + 9, 1), 0);
	EXPECT(world_store(space, HEAP + 4095, 2), 0); // the page is whole
	EXPECT(world_store(space, HEAP + 4096, 2), REASON_ABOVE_BREAK);
	EXPECT(world_sbrk(space, -9, &old), FL_OK);
	EXPECT(old, HEAP + 10);
	EXPECT(world_byte(space, HEAP + 9), 1);
	EXPECT(world_sbrk(space, -1, &old), FL_OK);
	EXPECT(world_load(space, HEAP, &(uint8_t){0}), REASON_ABOVE_BREAK);
	EXPECT(stat_change(STAT_FRAMES_FREE), 0);
	EXPECT(world_check(), true);
}

static void sbrk_refused_changes_nothing(void)
{
	static const struct {
		int64_t increment;
		uint64_t flags;
		fl_error_t error;
	} cases[] = {
		{-8193, 0, FL_BAD_ARGUMENT},
		{INT64_MIN, 0, FL_BAD_ARGUMENT},
		{INT64_MAX, 0, FL_LIMIT},
		{(int64_t)(LAYOUT_MMAP_START - HEAP), 0, FL_LIMIT},
		{(int64_t)FL_USER_END, 0, FL_LIMIT},
		{4096, 2, FL_BAD_ARGUMENT},
		{0, ~0ul, FL_BAD_ARGUMENT},
		{WORLD_RUNS * (int64_t)FL_RUN_SIZE, PAGER_SBRK_EAGER, FL_NO_MEMORY},
	};
	start();
	EXPECT(world_sbrk(space, 8192, &old), FL_OK);
	EXPECT(world_store(space, HEAP, 5), 0);
	stats_mark();
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		old = 77;
		EXPECT(heap_sbrk(world, space, cases[i].increment, cases[i].flags, &old), cases[i].error);
		EXPECT(old, 77);
		EXPECT(current_break(), HEAP + 8192);
		EXPECT(stat_change(STAT_FRAMES_FREE), 0);
		EXPECT(world_check(), true);
	}
	EXPECT(world_byte(space, HEAP), 5);
}

static void sbrk_exactly_to_the_limit_works(void)
{
	start();
	EXPECT(world_sbrk(space, (int64_t)(LAYOUT_MMAP_START - HEAP), &old), FL_OK);
	EXPECT(world_sbrk(space, 1, &old), FL_LIMIT);
	EXPECT(world_store(space, LAYOUT_MMAP_START - 1, 1), 0);
	EXPECT(world_check(), true);
}

static void sbrk_into_another_region_refused(void)
{
	world_start();
	space = world_space();
	const uint64_t rw = FL_PROT_READ | FL_PROT_WRITE;
	EXPECT(exec_region_add(world, space, HEAP, HEAP, PAGER_REGION(PAGER_KIND_HEAP, rw), 0), FL_OK);
	EXPECT(exec_region_add(world, space, HEAP + 0x8000, HEAP + 0x10000,
	                       PAGER_REGION(PAGER_KIND_STACK, rw), 0),
	       FL_OK);
	EXPECT(exec_commit(world, space, 0, 0), FL_OK);
	EXPECT(world_sbrk(space, 0x7000, &old), FL_OK);
	EXPECT(world_sbrk(space, 1, &old), FL_EXISTS); // the guard page
	EXPECT(world_sbrk(space, 0x20000, &old), FL_EXISTS);
	EXPECT(world_store(space, HEAP + 0x7000, 1), REASON_GUARD);
	EXPECT(world_check(), true);
}

static void sbrk_without_heap_refused(void)
{
	world_start();
	space = world_space();
	EXPECT(world_sbrk(space, 0, &old), FL_LIMIT);
}

static void sbrk_eager_fills_and_maps_all(void)
{
	start();
	EXPECT(world_sbrk(space, 100, &old), FL_OK);
	EXPECT(world_store(space, HEAP + 99, 9), 0);
	stats_mark();
	EXPECT(heap_sbrk(world, space, 150 * FL_PAGE_SIZE, PAGER_SBRK_EAGER, &old), FL_OK);
	EXPECT(old, HEAP + 100);
	EXPECT(stat_change(STAT_ZERO_FILLS), 150); // the page of the old break is there already
	EXPECT(world_calls.map, 3);
	stats_mark();
	for (uint64_t i = 1; i <= 150; i++)
		EXPECT(world_store(space, HEAP + i * FL_PAGE_SIZE, 1), 0);
	EXPECT(world_byte(space, HEAP + 99), 9);
	EXPECT(stat_change(STAT_FAULTS), 0);
	EXPECT(world_check(), true);
}

static void sbrk_eager_partial_first_page_filled(void)
{
	start();
	EXPECT(world_sbrk(space, 100, &old), FL_OK);
	EXPECT(world_byte(space, HEAP), 0); // the shared zero frame
	stats_mark();
	EXPECT(heap_sbrk(world, space, 1, PAGER_SBRK_EAGER, &old), FL_OK);
	EXPECT(stat_change(STAT_ZERO_FILLS), 1);
	EXPECT(world_store(space, HEAP, 1), 0);
	EXPECT(stat_change(STAT_FAULTS), 0);
	EXPECT(world_check(), true);
}

// For every number of free frames below what is needed, and every table shortage.
static void sbrk_eager_short_of_frames_undone(void)
{
	start();
	EXPECT(world_sbrk(space, 100, &old), FL_OK);
	EXPECT(world_store(space, HEAP, 3), 0);
	stats_mark();
	for (uint64_t frames = 0; frames < 85; frames++) {
		world_limit(frames);
		fl_error_t error = heap_sbrk(world, space, 80 * FL_PAGE_SIZE, PAGER_SBRK_EAGER, &old);
		// The first store's slabs have room for the structures.
		EXPECT(error, frames < 80 ? FL_NO_MEMORY : FL_OK);
		if (!error)
			EXPECT(world_sbrk(space, -80 * (int64_t)FL_PAGE_SIZE, &old), FL_OK);
		world_release();
		EXPECT(stat_change(STAT_FRAMES_FREE), 0);
		EXPECT(current_break(), HEAP + 100);
		EXPECT(world_check(), true);
	}
	for (uint64_t entries = 0; entries < 80; entries++) {
		world_map_budget = entries;
		EXPECT(heap_sbrk(world, space, 80 * FL_PAGE_SIZE, PAGER_SBRK_EAGER, &old), FL_NO_MEMORY);
		EXPECT(stat_change(STAT_FRAMES_FREE), 0);
		EXPECT(world_check(), true);
	}
	world_map_budget = ~0ul;
	EXPECT(world_byte(space, HEAP), 3);
}

static void sbrk_shrink_after_fork_leaves_relative_alone(void)
{
	start();
	EXPECT(world_sbrk(space, 100 * FL_PAGE_SIZE, &old), FL_OK);
	for (uint64_t i = 0; i < 100; i++)
		EXPECT(world_store(space, HEAP + i * FL_PAGE_SIZE, (uint8_t)i), 0);
	fl_error_t error;
	struct space *child = world_fork(space, &error);
	EXPECT(world_sbrk(child, -50 * (int64_t)FL_PAGE_SIZE, &old), FL_OK);
	EXPECT(world_check(), true);
	EXPECT(world_sbrk(child, 50 * FL_PAGE_SIZE, &old), FL_OK);
	for (uint64_t i = 0; i < 100; i++) {
		EXPECT(world_byte(child, HEAP + i * FL_PAGE_SIZE), i < 50 ? i : 0);
		EXPECT(world_byte(space, HEAP + i * FL_PAGE_SIZE), i);
	}
	stats_mark();
	EXPECT(world_store(space, HEAP + 70 * FL_PAGE_SIZE, 1), 0);
	EXPECT(stat_change(STAT_COPIES), 0);
	EXPECT(stat_change(STAT_REUSES), 1);
	EXPECT(world_check(), true);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"sbrk_growth_takes_no_frame_returns_old_break",
	     sbrk_growth_takes_no_frame_returns_old_break},
		{"sbrk_sparse_gigabyte_costs_touched_pages", sbrk_sparse_gigabyte_costs_touched_pages},
		{"sbrk_shrink_gives_frames_back_at_once", sbrk_shrink_gives_frames_back_at_once},
		{"sbrk_unaligned_break_keeps_its_page", sbrk_unaligned_break_keeps_its_page},
		{"sbrk_refused_changes_nothing", sbrk_refused_changes_nothing},
		{"sbrk_exactly_to_the_limit_works", sbrk_exactly_to_the_limit_works},
		{"sbrk_into_another_region_refused", sbrk_into_another_region_refused},
		{"sbrk_without_heap_refused", sbrk_without_heap_refused},
		{"sbrk_eager_fills_and_maps_all", sbrk_eager_fills_and_maps_all},
		{"sbrk_eager_partial_first_page_filled", sbrk_eager_partial_first_page_filled},
		{"sbrk_eager_short_of_frames_undone", sbrk_eager_short_of_frames_undone},
		{"sbrk_shrink_after_fork_leaves_relative_alone",
	     sbrk_shrink_after_fork_leaves_relative_alone},
	};
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
