// Copy-on-write forks: who pays what, and when.
#include "tap.h"
#include "world.h"

static fl_error_t error;

static uint64_t data_frames(void)
{
	return stat_of(STAT_FRAMES_TOTAL) - stat_of(STAT_FRAMES_FREE) - stat_of(STAT_FRAMES_META);
}

static void fork_copies_no_page(void)
{
	world_start();
	struct space *parent = world_program();
	for (uint64_t i = 0; i < 100; i++)
		EXPECT(world_store(parent, STACK_END - 1 - i * FL_PAGE_SIZE, (uint8_t)i), 0);
	uint64_t frames = data_frames();
	stats_mark();
	struct space *child = world_fork(parent, &error);
	EXPECT(error, FL_OK);
	EXPECT(data_frames(), frames);
	EXPECT(stat_change(STAT_COPIES), 0);
	EXPECT(stat_change(STAT_FRAMES_SHARED), 100);
	// The parent keeps its mappings without W; the child's tables are empty.
	EXPECT(mmu_find(parent, STACK_END - 1) & FL_PROT_RIGHTS, FL_PROT_READ);
	EXPECT(mmu_find(child, STACK_END - 1), 0);
	for (uint64_t i = 0; i < 100; i++)
		EXPECT(world_byte(child, STACK_END - 1 - i * FL_PAGE_SIZE), (uint8_t)i);
	EXPECT(data_frames(), frames);
	EXPECT(world_check(), true);
}

static void fork_store_copies_only_that_page(void)
{
	world_start();
	struct space *parent = world_program();
	for (uint64_t i = 0; i < 100; i++)
		EXPECT(world_store(parent, STACK_END - 1 - i * FL_PAGE_SIZE, (uint8_t)i), 0);
	struct space *child = world_fork(parent, &error);
	uint64_t frames = data_frames();
	stats_mark();
	EXPECT(world_store(child, STACK_END - 1 - 7 * FL_PAGE_SIZE, 200), 0);
	EXPECT(stat_change(STAT_COPIES), 1);
	EXPECT(data_frames(), frames + 1);
	EXPECT(world_byte(parent, STACK_END - 1 - 7 * FL_PAGE_SIZE), 7);
	EXPECT(world_byte(child, STACK_END - 1 - 7 * FL_PAGE_SIZE), 200);
	// Two owners became one on each side: no second copy.
	EXPECT(world_store(parent, STACK_END - 1 - 7 * FL_PAGE_SIZE, 201), 0);
	EXPECT(stat_change(STAT_COPIES), 1);
	EXPECT(stat_change(STAT_REUSES), 1);
	EXPECT(stat_of(STAT_FRAMES_SHARED), 99);
	EXPECT(world_check(), true);
}

static void fork_child_gone_parent_reuses(void)
{
	world_start();
	struct space *parent = world_program();
	for (uint64_t i = 0; i < 50; i++)
		EXPECT(world_store(parent, BSS + i % 2 * FL_PAGE_SIZE + i, 1), 0);
	struct space *child = world_fork(parent, &error);
	EXPECT(world_byte(child, BSS), 1);
	space_destroy(world, child);
	stats_mark();
	EXPECT(world_store(parent, BSS, 2), 0);
	EXPECT(world_store(parent, BSS + FL_PAGE_SIZE, 2), 0);
	EXPECT(stat_change(STAT_COPIES), 0);
	EXPECT(stat_change(STAT_REUSES), 2);
	EXPECT(stat_change(STAT_FAULTS), 2);
	EXPECT(world_check(), true);
}

static void fork_parent_gone_child_owns(void)
{
	world_start();
	uint64_t free = stat_of(STAT_FRAMES_FREE);
	struct space *parent = world_program();
	EXPECT(world_store(parent, BSS, 1), 0);
	EXPECT(world_store(parent, DATA, 3), 0);
	struct space *child = world_fork(parent, &error);
	space_destroy(world, parent);
	stats_mark();
	EXPECT(world_store(child, BSS + 1, 2), 0);
	EXPECT(stat_change(STAT_COPIES), 0);
	EXPECT(world_byte(child, BSS), 1);
	EXPECT(world_byte(child, DATA), 3);
	EXPECT(world_byte(child, DATA + 1), world_image_byte(DATA + 1));
	space_destroy(world, child);
	EXPECT(stat_of(STAT_FRAMES_FREE), free);
}

static void fork_untouched_heap_costs_no_frame(void)
{
	world_start();
	struct space *parent = world_program();
	uint64_t old;
	EXPECT(world_sbrk(parent, 1 << 30, &old), FL_OK);
	EXPECT(world_store(parent, HEAP, 1), 0);
	uint64_t frames = data_frames();
	stats_mark();
	struct space *child = world_fork(parent, &error);
	EXPECT(data_frames(), frames);
	EXPECT(world_byte(child, HEAP + (1 << 29)), 0);
	EXPECT(data_frames(), frames);
	EXPECT(world_sbrk(child, 0, &old), FL_OK);
	EXPECT(old, HEAP + (1 << 30));
	EXPECT(world_check(), true);
}

static void fork_before_first_growth_heaps_are_independent(void)
{
	world_start();
	struct space *parent = world_program();
	struct space *child = world_fork(parent, &error);
	uint64_t old;
	EXPECT(world_sbrk(child, 5000, &old), FL_OK);
	EXPECT(old, HEAP);
	EXPECT(world_store(child, HEAP, 9), 0);
	EXPECT(world_load(parent, HEAP, &(uint8_t){0}), REASON_ABOVE_BREAK);
	EXPECT(world_sbrk(parent, 100, &old), FL_OK);
	EXPECT(world_byte(parent, HEAP), 0);
	EXPECT(world_check(), true);
}

static void fork_write_protects_only_what_can_be_writable(void)
{
	world_start();
	struct space *parent = world_program();
	EXPECT(world_store(parent, STACK_END - 1, 1), 0);
	EXPECT(world_store(parent, STACK_END - 3 * FL_PAGE_SIZE, 1), 0);
	EXPECT(world_byte(parent, BSS), 0);
	world_fork(parent, &error);
	EXPECT(world_calls.protect, 1); // the stack; bss and data have no private page
	EXPECT(world_calls.protect_pages, 3);
}

// Hundreds of sharers, some forked from each other, gone in a shuffled order.
static void fork_hundreds_any_exit_order_counts_right(void)
{
	enum { SHARERS = 300, PAGES = 40 };
	world_start();
	uint64_t free = stat_of(STAT_FRAMES_FREE);
	static struct space *space[SHARERS];
	space[0] = world_program();
	for (uint64_t page = 0; page < PAGES; page++)
		EXPECT(world_store(space[0], STACK_END - 1 - page * FL_PAGE_SIZE, (uint8_t)page), 0);
	for (unsigned i = 1; i < SHARERS; i++) {
		space[i] = world_fork(space[i * 7 % i], &error);
		EXPECT(error, FL_OK);
		EXPECT(world_store(space[i], STACK_END - 1 - i % PAGES * FL_PAGE_SIZE, (uint8_t)(i + 1)),
		       0);
	}
	EXPECT(world_check(), true);
	for (unsigned i = 0; i < SHARERS - 1; i++) {
		unsigned gone = i * 131 % SHARERS; // 131 and 300 have no common divisor
		if (gone == 17)
			continue;
		space_destroy(world, space[gone]);
		if (i % 30 == 0)
			EXPECT(world_check(), true);
	}
	unsigned last = (SHARERS - 1) * 131 % SHARERS;
	if (last != 17)
		space_destroy(world, space[last]);
	EXPECT(stat_of(STAT_PROCESS_SPACES), 1);
	EXPECT(stat_of(STAT_FRAMES_SHARED), 0);
	EXPECT(world_byte(space[17], STACK_END - 1 - 17 * FL_PAGE_SIZE), 18);
	stats_mark();
	for (uint64_t page = 0; page < PAGES; page++)
		EXPECT(world_store(space[17], STACK_END - 1 - page * FL_PAGE_SIZE, 1), 0);
	EXPECT(stat_change(STAT_COPIES), 0);
	EXPECT(data_frames(), PAGES + 1); // and the zero frame
	space_destroy(world, space[17]);
	EXPECT(stat_of(STAT_FRAMES_FREE), free);
	EXPECT(world_check(), true);
}

static void space_number_stale_not_found(void)
{
	world_start();
	struct space *space = world_space();
	uint64_t number = space->number;
	EXPECT(number >= 2, true);
	EXPECT(space_find(world, number) == space, true);
	space_destroy(world, space);
	EXPECT(space_find(world, number) == NULL, true);
	struct space *next = world_space();
	EXPECT(next->number != number, true);
	EXPECT(space_find(world, number) == NULL, true);
	EXPECT(space_find(world, ~0ul) == NULL, true);
	EXPECT(space_find(world, 0) == NULL, true);
}

static void space_limit_reached_error(void)
{
	world_start();
	struct space *space;
	for (unsigned i = 0; i < PAGER_SPACES_MAX; i++)
		world_space();
	EXPECT(space_create(world, &space), FL_LIMIT);
	EXPECT(world_check(), true);
	for (unsigned i = 0; i < PAGER_SPACES_MAX; i++)
		space_destroy(world, world->space[i]);
	EXPECT(stat_of(STAT_FRAMES_META), 0);
	EXPECT(space_create(world, &space), FL_OK);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"fork_copies_no_page", fork_copies_no_page},
		{"fork_store_copies_only_that_page", fork_store_copies_only_that_page},
		{"fork_child_gone_parent_reuses", fork_child_gone_parent_reuses},
		{"fork_parent_gone_child_owns", fork_parent_gone_child_owns},
		{"fork_untouched_heap_costs_no_frame", fork_untouched_heap_costs_no_frame},
		{"fork_before_first_growth_heaps_are_independent",
	     fork_before_first_growth_heaps_are_independent},
		{"fork_write_protects_only_what_can_be_writable",
	     fork_write_protects_only_what_can_be_writable},
		{"fork_hundreds_any_exit_order_counts_right", fork_hundreds_any_exit_order_counts_right},
		{"space_number_stale_not_found", space_number_stale_not_found},
		{"space_limit_reached_error", space_limit_reached_error},
	};
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
