// Mappings that meet fork, the heap, exec and advice; shared memory.
#include "mapping.h"

#include "tap.h"
#include "world.h"

#define R FL_PROT_READ
#define W FL_PROT_WRITE
#define PAGE FL_PAGE_SIZE

static struct space *space;
static uint64_t old;

static void start(void)
{
	world_start();
	space = world_program();
	stats_mark();
}

static uint64_t map(uint64_t pages, uint64_t flags)
{
	uint64_t at = 0;
	EXPECT(mapping_create(world, space, 0, pages * PAGE, PAGER_MAPPING(R | W, flags), &at), FL_OK);
	return at;
}

static struct space *fork_of(struct space *parent)
{
	fl_error_t error;
	struct space *child = world_fork(parent, &error);
	EXPECT(error, FL_OK);
	return child;
}

static fl_error_t protect(struct space *of, uint64_t va, uint64_t pages, uint64_t rights)
{
	return mapping_protect(world, of, va, pages * PAGE, rights);
}

static fl_error_t advise(uint64_t va, uint64_t pages, enum pager_advice advice)
{
	return mapping_advise(world, space, va, pages * PAGE, advice);
}

static void shared_memory_is_one_over_forks(void)
{
	start();
	uint64_t at = map(4, PAGER_MMAP_SHARED);
	EXPECT(world_store(space, at, 1), 0);
	struct space *child = fork_of(space), *grandchild = fork_of(child);
	EXPECT(mmu_find(space, at) & FL_PROT_WRITE, FL_PROT_WRITE); // fork leaves it writable
	EXPECT(world_store(child, at + PAGE, 2), 0);                // first touched by the child
	EXPECT(world_byte(grandchild, at), 1);
	EXPECT(world_byte(grandchild, at + PAGE), 2);
	EXPECT(world_store(grandchild, at, 3), 0);
	EXPECT(world_byte(space, at), 3);
	EXPECT(world_byte(space, at + PAGE), 2);
	EXPECT(stat_change(STAT_ZERO_FILLS), 2);
	EXPECT(stat_change(STAT_COPIES), 0);
	EXPECT(world_check(), true);
	space_destroy(world, space);
	EXPECT(mapping_remove(world, child, at, 4 * PAGE), FL_OK);
	EXPECT(world_byte(grandchild, at + PAGE), 2);
	uint64_t frames = stat_of(STAT_FRAMES_FREE);
	EXPECT(mapping_remove(world, grandchild, at, 3 * PAGE), FL_OK);
	EXPECT(world->objects.live_count > 0, true);
	EXPECT(mapping_remove(world, grandchild, at + 3 * PAGE, PAGE), FL_OK);
	EXPECT(stat_of(STAT_FRAMES_FREE) >= frames + 2, true);
	EXPECT(world_check(), true);
}

static void shared_memory_cut_and_joined_keeps_content(void)
{
	start();
	uint64_t count = space->layout.count, at = map(3, PAGER_MMAP_SHARED);
	for (uint64_t i = 0; i < 3; i++)
		EXPECT(world_store(space, at + i * PAGE, (uint8_t)(i + 1)), 0);
	EXPECT(protect(space, at + PAGE, 1, R), FL_OK);
	EXPECT(space->layout.count, count + 3);
	EXPECT(world_store(space, at + PAGE, 9), REASON_PROTECTION);
	struct space *child = fork_of(space);
	EXPECT(protect(child, at + PAGE, 1, R | W), FL_OK);
	EXPECT(child->layout.count, count + 1);
	EXPECT(world_store(child, at + PAGE, 9), 0);
	EXPECT(world_byte(space, at + PAGE), 9);
	EXPECT(advise(at, 3, PAGER_ADVICE_DONTNEED), FL_OK); // content of shared memory stays
	EXPECT(mmu_find(space, at), 0);
	EXPECT(world_byte(space, at), 1);
	EXPECT(world_check(), true);
}

static void private_mapping_in_pieces_is_copied_on_write_after_fork(void)
{
	start();
	uint64_t count = space->layout.count, at = map(64, 0);
	for (uint64_t i = 0; i < 64; i++)
		EXPECT(world_store(space, at + i * PAGE, (uint8_t)i), 0);
	EXPECT(protect(space, at + 10 * PAGE, 10, R), FL_OK);
	EXPECT(mapping_remove(world, space, at + 30 * PAGE, PAGE), FL_OK);
	EXPECT(space->layout.count, count + 4);
	stats_mark();
	struct space *child = fork_of(space);
	EXPECT(world_check(), true);
	EXPECT(stat_change(STAT_FRAMES_SHARED), 63);
	EXPECT(protect(child, at + 10 * PAGE, 10, R | W), FL_OK);
	EXPECT(child->layout.count, count + 2);
	EXPECT(world_store(child, at + 15 * PAGE, 200), 0);
	EXPECT(world_store(child, at, 201), 0);
	EXPECT(stat_change(STAT_COPIES), 2);
	EXPECT(world_byte(space, at + 15 * PAGE), 15);
	EXPECT(world_byte(space, at), 0);
	EXPECT(world_store(child, at + 30 * PAGE, 1), REASON_NO_REGION);
	EXPECT(world_check(), true);
	EXPECT(mapping_remove(world, child, at, 64 * PAGE), FL_OK);
	EXPECT(world_check(), true);
	stats_mark();
	EXPECT(world_store(space, at + 63 * PAGE, 9), 0); // alone again
	EXPECT(stat_change(STAT_REUSES), 1);
	EXPECT(stat_change(STAT_COPIES), 0);
	space_destroy(world, child);
	EXPECT(world_check(), true);
}

static void heap_in_pieces_still_grows_and_shrinks(void)
{
	start();
	uint64_t count = space->layout.count;
	EXPECT(world_sbrk(space, 10 * PAGE, &old), FL_OK);
	for (uint64_t i = 0; i < 10; i++)
		EXPECT(world_store(space, HEAP + i * PAGE, (uint8_t)(i + 1)), 0);
	EXPECT(protect(space, HEAP + 8 * PAGE, 2, R), FL_OK); // the top: sbrk goes on with R W
	EXPECT(space->layout.count, count + 2);
	EXPECT(world_sbrk(space, PAGE, &old), FL_OK);
	EXPECT(old, HEAP + 10 * PAGE);
	EXPECT(world_store(space, HEAP + 10 * PAGE, 11), 0);
	EXPECT(world_store(space, HEAP + 9 * PAGE, 11), REASON_PROTECTION);
	EXPECT(space->layout.count, count + 3);
	EXPECT(world_check(), true);
	EXPECT(protect(space, HEAP + 8 * PAGE, 2, R | W), FL_OK);
	EXPECT(space->layout.count, count + 1);
	EXPECT(mapping_remove(world, space, HEAP + 3 * PAGE, 2 * PAGE), FL_OK);
	EXPECT(mapping_remove(world, space, HEAP + 9 * PAGE, 2 * PAGE), FL_OK); // the top
	EXPECT(world_sbrk(space, 0, &old), FL_OK);
	EXPECT(old, HEAP + 11 * PAGE);
	EXPECT(world_store(space, HEAP + 10 * PAGE, 1), REASON_NO_REGION);
	EXPECT(heap_sbrk(world, space, 2 * PAGE, PAGER_SBRK_EAGER, &old), FL_OK);
	EXPECT(world_byte(space, HEAP + 12 * PAGE), 0);
	EXPECT(world_check(), true);
	// Past both holes, into the lowest piece, and from there up again as one.
	EXPECT(world_sbrk(space, -11 * (int64_t)PAGE, &old), FL_OK);
	EXPECT(old, HEAP + 13 * PAGE);
	EXPECT(world_byte(space, HEAP + PAGE), 2);
	EXPECT(world_store(space, HEAP + 2 * PAGE, 1), REASON_ABOVE_BREAK);
	EXPECT(world_sbrk(space, 5 * PAGE, &old), FL_OK);
	EXPECT(world_byte(space, HEAP + 2 * PAGE), 0);
	EXPECT(space->layout.count, count + 1);
	EXPECT(world_sbrk(space, -8 * (int64_t)PAGE, &old), FL_BAD_ARGUMENT);
	EXPECT(world_sbrk(space, -7 * (int64_t)PAGE, &old), FL_OK);
	EXPECT(stat_change(STAT_FRAMES_FREE), 0);
	EXPECT(world_check(), true);
}

static void heap_with_mapping_in_it_shrinks_over_it(void)
{
	start();
	EXPECT(world_sbrk(space, 4 * PAGE, &old), FL_OK);
	uint64_t at;
	EXPECT(mapping_create(world, space, HEAP + 3 * PAGE, 2 * PAGE,
	                      PAGER_MAPPING(R | W, PAGER_MMAP_FIXED), &at),
	       FL_OK);
	EXPECT(world_store(space, HEAP + 3 * PAGE, 1), 0);
	EXPECT(world_sbrk(space, PAGE, &old), FL_EXISTS);
	struct space *child = fork_of(space);
	EXPECT(world_sbrk(space, -2 * (int64_t)PAGE, &old), FL_OK);
	EXPECT(world_store(space, HEAP + 3 * PAGE, 1), REASON_ABOVE_BREAK);
	EXPECT(world_store(space, HEAP + 4 * PAGE, 2), 0); // above the old break: not the heap's
	EXPECT(world_byte(child, HEAP + 3 * PAGE), 1);
	EXPECT(world_check(), true);
	space_destroy(world, child);
	EXPECT(world_check(), true);
}

static void madvise_dontneed_reads_zeros_or_the_image(void)
{
	start();
	uint64_t at = map(4, 0);
	for (uint64_t i = 0; i < 4; i++)
		EXPECT(world_store(space, at + i * PAGE, 7), 0);
	EXPECT(world_store(space, DATA, 7), 0);
	uint64_t frames = stat_of(STAT_FRAMES_FREE);
	EXPECT(advise(at + PAGE, 2, PAGER_ADVICE_DONTNEED), FL_OK);
	EXPECT(stat_of(STAT_FRAMES_FREE), frames + 2);
	EXPECT(advise(DATA, 1, PAGER_ADVICE_DONTNEED), FL_OK);
	EXPECT(world_byte(space, at), 7);
	EXPECT(world_byte(space, at + PAGE), 0);
	EXPECT(world_byte(space, at + 3 * PAGE), 7);
	EXPECT(world_byte(space, DATA), world_image_byte(DATA));
	EXPECT(advise(at + 3 * PAGE, 2, PAGER_ADVICE_DONTNEED), FL_NO_MEMORY);
	EXPECT(world_byte(space, at + 3 * PAGE), 7);
	EXPECT(advise(at, 1, PAGER_ADVICE_POPULATE + 1), FL_BAD_ARGUMENT);
	EXPECT(advise(at + 1, 1, PAGER_ADVICE_NORMAL), FL_BAD_ARGUMENT);
	EXPECT(world_check(), true);
}

static void madvise_populate_maps_all_or_says_so(void)
{
	start();
	uint64_t at = map(200, 0), resident[4];
	EXPECT(advise(at, 100, PAGER_ADVICE_POPULATE), FL_OK);
	EXPECT(stat_change(STAT_ZERO_FILLS), 100);
	EXPECT(world_calls.map, 2); // batches of 64
	EXPECT(mmu_find(space, at + 99 * PAGE) & FL_PROT_WRITE, FL_PROT_WRITE);
	EXPECT(mapping_resident(space, at, 200, resident), FL_OK);
	EXPECT(resident[0], ~0ul);
	EXPECT(resident[1], (1ul << 36) - 1);
	EXPECT(resident[2] | resident[3], 0);
	EXPECT(world_check(), true);
	world_limit(10);
	EXPECT(advise(at, 200, PAGER_ADVICE_POPULATE), FL_NO_MEMORY);
	EXPECT(advise(at, 200, PAGER_ADVICE_WILLNEED), FL_OK); // as far as it goes
	EXPECT(world_check(), true);
	world_release();
	world_map_budget = 3;
	EXPECT(advise(at, 200, PAGER_ADVICE_POPULATE), FL_NO_MEMORY);
	world_map_budget = ~0ul;
	EXPECT(world_check(), true);
	EXPECT(protect(space, at + 5 * PAGE, 1, 0), FL_OK);
	EXPECT(advise(at, 10, PAGER_ADVICE_POPULATE), FL_NO_MEMORY);
	EXPECT(advise(at, 10, PAGER_ADVICE_WILLNEED), FL_OK);
	EXPECT(mmu_find(space, at + 5 * PAGE), 0);
	EXPECT(world_check(), true);
}

static void mincore_tells_private_and_object_pages(void)
{
	start();
	uint64_t resident[4] = {0}, at = map(3, PAGER_MMAP_SHARED);
	EXPECT(world_store(space, at + PAGE, 1), 0);
	EXPECT(mapping_resident(space, at, 3, resident), FL_OK);
	EXPECT(resident[0], 2);
	EXPECT(world_byte(space, TEXT + PAGE), world_image_byte(TEXT + PAGE));
	EXPECT(mapping_resident(space, TEXT, 3, resident), FL_OK);
	EXPECT(resident[0], 2);
	EXPECT(mapping_resident(space, TEXT, 257, resident), FL_BAD_ARGUMENT);
	EXPECT(mapping_resident(space, TEXT, 0, resident), FL_BAD_ARGUMENT);
	EXPECT(mapping_resident(space, TEXT, 4, resident), FL_NO_MEMORY);
	EXPECT(mapping_resident(space, FL_USER_END, 1, resident), FL_BAD_ADDRESS);
	EXPECT(mapping_resident(space, LAYOUT_STACK_START, 256, resident), FL_OK);
	EXPECT(resident[0] | resident[1] | resident[2] | resident[3], 0);
}

static void exec_arguments_from_mappings_move(void)
{
	start();
	uint64_t shared = map(1, PAGER_MMAP_SHARED), private = map(2, 0);
	EXPECT(private + 2 * PAGE, shared); // so that one block has both
	EXPECT(world_store(space, private + 1, 11), 0);
	EXPECT(world_store(space, shared + 1, 13), 0);
	struct space *child = fork_of(space);
	EXPECT(space_rescue_set(space, 0x10000, 0x10100, 0x10100), FL_OK);
	EXPECT(world_layout(space), FL_OK);
	EXPECT(exec_commit(world, space, private, 3 * PAGE), FL_OK);
	EXPECT(space_rescues(space, 0x10000), false);
	EXPECT(world_store(child, shared + 1, 14), 0);
	EXPECT(world_byte(space, STACK_END - 3 * PAGE + 1), 11);
	EXPECT(world_byte(space, STACK_END - 2 * PAGE + 1), 0);
	EXPECT(world_byte(space, STACK_END - PAGE + 1), 13);
	EXPECT(world_byte(space, shared), 0x1ff);
	EXPECT(world_check(), true);
}

static void rescue_range_is_checked_and_kept_over_fork(void)
{
	start();
	EXPECT(space_rescues(space, 0), false);
	EXPECT(space_rescue_set(space, 0x10010, 0x10020, 0x10020), FL_OK);
	EXPECT(space_rescue_set(space, 0x10020, 0x10010, 0x10030), FL_BAD_ADDRESS);
	EXPECT(space_rescue_set(space, 0x10010, FL_USER_END + 2, 0x10000), FL_BAD_ADDRESS);
	EXPECT(space_rescue_set(space, 0x10010, 0x10020, FL_USER_END), FL_BAD_ADDRESS);
	EXPECT(space_rescue_set(space, 0x10010, 0x10020, 0x10011), FL_BAD_ARGUMENT);
	EXPECT(space_rescue_set(space, 0x10010, 0x10020, 0x10012), FL_BAD_ARGUMENT);
	struct space *child = fork_of(space);
	EXPECT(space_rescues(child, 0x1000e), false);
	EXPECT(space_rescues(child, 0x10010), true);
	EXPECT(space_rescues(child, 0x1001e), true);
	EXPECT(space_rescues(child, 0x10020), false);
	EXPECT(space_rescue_set(child, 0, 0, 0), FL_OK);
	EXPECT(space_rescues(child, 0x10010), false);
	EXPECT(space_rescues(space, 0x10010), true);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"shared_memory_is_one_over_forks", shared_memory_is_one_over_forks},
		{"shared_memory_cut_and_joined_keeps_content", shared_memory_cut_and_joined_keeps_content},
		{"private_mapping_in_pieces_is_copied_on_write_after_fork",
	     private_mapping_in_pieces_is_copied_on_write_after_fork},
		{"heap_in_pieces_still_grows_and_shrinks", heap_in_pieces_still_grows_and_shrinks},
		{"heap_with_mapping_in_it_shrinks_over_it", heap_with_mapping_in_it_shrinks_over_it},
		{"madvise_dontneed_reads_zeros_or_the_image", madvise_dontneed_reads_zeros_or_the_image},
		{"madvise_populate_maps_all_or_says_so", madvise_populate_maps_all_or_says_so},
		{"mincore_tells_private_and_object_pages", mincore_tells_private_and_object_pages},
		{"exec_arguments_from_mappings_move", exec_arguments_from_mappings_move},
		{"rescue_range_is_checked_and_kept_over_fork", rescue_range_is_checked_and_kept_over_fork},
	};
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
