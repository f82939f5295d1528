// mmap, munmap and mprotect: places, cuts and joins, rights, refusals.
#include "mapping.h"

#include "tap.h"
#include "world.h"

#define R FL_PROT_READ
#define W FL_PROT_WRITE
#define X FL_PROT_EXEC
#define PAGE FL_PAGE_SIZE

static struct space *space;
static uint64_t start_count; // regions of the program

static void start(void)
{
	world_start();
	space = world_program();
	start_count = space->layout.count;
	stats_mark();
}

static uint64_t map(uint64_t address, uint64_t pages, uint64_t rights, uint64_t flags)
{
	uint64_t at = 0;
	EXPECT(mapping_create(world, space, address, pages * PAGE, PAGER_MAPPING(rights, flags), &at),
	       FL_OK);
	return at;
}

static void unmap(uint64_t va, uint64_t pages)
{
	EXPECT(mapping_remove(world, space, va, pages * PAGE), FL_OK);
}

static void protect(uint64_t va, uint64_t pages, uint64_t rights)
{
	EXPECT(mapping_protect(world, space, va, pages * PAGE, rights), FL_OK);
}

// Regions beyond those of the program.
static uint64_t added(void)
{
	EXPECT(world_check(), true);
	return space->layout.count - start_count;
}

static void expect_nothing_left(void)
{
	EXPECT(stat_change(STAT_FRAMES_FREE), 0);
	EXPECT(stat_change(STAT_FRAMES_META), 0);
	EXPECT(world_check(), true);
}

static void mmap_without_hint_is_top_down(void)
{
	start();
	uint64_t a = map(0, 2, R | W, 0), b = map(0, 3, R, 0), c = map(0, 1, R | W, 0);
	EXPECT(a, LAYOUT_MMAP_END - 2 * PAGE);
	EXPECT(b, a - 3 * PAGE);
	EXPECT(c, b - PAGE);
	EXPECT(added(), 3);
	// The highest hole that is large enough is taken.
	unmap(b, 3);
	EXPECT(map(0, 4, R, 0), c - 4 * PAGE);
	EXPECT(map(0, 2, R, 0), a - 2 * PAGE);
	EXPECT(map(0, 1, R, 0), b);
	EXPECT(added(), 4);
}

static void mmap_hint_taken_if_free(void)
{
	start();
	uint64_t hint = 0x2000000000;
	EXPECT(map(hint + 5, 2, R, 0), hint);
	EXPECT(map(hint + PAGE, 1, R | W, 0), LAYOUT_MMAP_END - PAGE);
	EXPECT(map(LAYOUT_WINDOW - PAGE, 2, R | W, 0), LAYOUT_MMAP_END - 3 * PAGE);
	EXPECT(map(LAYOUT_STACK_START - PAGE, 1, R | W, 0), LAYOUT_MMAP_END - 4 * PAGE);
	EXPECT(map(LAYOUT_USER_TOP, 1, R | W, 0), LAYOUT_MMAP_END - 5 * PAGE);
	EXPECT(map(HEAP, 1, R | W, 0), LAYOUT_MMAP_END - 6 * PAGE); // where the heap will start
	EXPECT(map(~0ul, 1, R | W, 0), LAYOUT_MMAP_END - 7 * PAGE);
	EXPECT(added(), 2);
}

static void mmap_neighbours_with_pages_become_one_region(void)
{
	start();
	uint64_t base = 0x3100000000;
	EXPECT(map(base, 1, R | W, PAGER_MMAP_FIXED), base);
	EXPECT(map(base + 2 * PAGE, 1, R | W, PAGER_MMAP_FIXED), base + 2 * PAGE);
	EXPECT(world_store(space, base, 1), 0);
	EXPECT(world_store(space, base + 2 * PAGE, 3), 0);
	EXPECT(added(), 2);
	EXPECT(map(base + PAGE, 1, R | W, PAGER_MMAP_FIXED), base + PAGE);
	EXPECT(added(), 1);
	EXPECT(world_store(space, base + PAGE, 2), 0);
	for (uint64_t i = 0; i < 3; i++)
		EXPECT(world_byte(space, base + i * PAGE), i + 1);
	EXPECT(stat_change(STAT_ZERO_FILLS), 3);
	unmap(base, 3);
	EXPECT(added(), 0);
	expect_nothing_left();
}

static void mmap_fixed_replaces_part_with_zeros(void)
{
	start();
	uint64_t base = map(0, 4, R | W, 0);
	for (uint64_t i = 0; i < 4; i++)
		EXPECT(world_store(space, base + i * PAGE, (uint8_t)(i + 1)), 0);
	uint64_t frames = stat_of(STAT_FRAMES_FREE);
	EXPECT(map(base + PAGE, 2, R | W, PAGER_MMAP_FIXED), base + PAGE);
	EXPECT(added(), 1);
	EXPECT(stat_of(STAT_FRAMES_FREE), frames + 2);
	EXPECT(world_byte(space, base), 1);
	EXPECT(world_byte(space, base + PAGE), 0);
	EXPECT(world_byte(space, base + 2 * PAGE), 0);
	EXPECT(world_byte(space, base + 3 * PAGE), 4);
	// Over a part of the program's data as well.
	EXPECT(map(DATA + PAGE, 1, R | W, PAGER_MMAP_FIXED), DATA + PAGE);
	EXPECT(world_byte(space, DATA + PAGE + 1), 0);
	EXPECT(world_byte(space, DATA), world_image_byte(DATA));
	EXPECT(added(), 3);
}

static void mmap_gigabytes_cost_no_frame_but_for_the_region(void)
{
	start();
	uint64_t at = map(0, 1ul << 23, R | W, 0); // 32 GiB
	EXPECT(stat_of(STAT_FRAMES_META), 4);      // one more slab: amaps
	EXPECT(world_store(space, at + (1ul << 34), 9), 0);
	EXPECT(world_byte(space, at + (1ul << 34)), 9);
	EXPECT(world_byte(space, at), 0);
	EXPECT(stat_change(STAT_ZERO_FILLS), 1);
	unmap(at, 1ul << 23);
	expect_nothing_left();
}

static void munmap_any_part_gives_frames_back(void)
{
	start();
	uint64_t base = map(0, 10, R | W, 0);
	for (uint64_t i = 0; i < 10; i++)
		EXPECT(world_store(space, base + i * PAGE, (uint8_t)(i + 1)), 0);
	uint64_t frames = stat_of(STAT_FRAMES_FREE);
	unmap(base + 4 * PAGE, 2); // the middle
	EXPECT(added(), 2);
	EXPECT(stat_of(STAT_FRAMES_FREE), frames + 2);
	EXPECT(world_store(space, base + 4 * PAGE, 1), REASON_NO_REGION);
	EXPECT(world_byte(space, base + 3 * PAGE), 4);
	EXPECT(world_byte(space, base + 6 * PAGE), 7);
	unmap(base, 1);            // the start
	unmap(base + 9 * PAGE, 1); // the end
	EXPECT(added(), 2);
	unmap(base, 10); // with holes
	EXPECT(added(), 0);
	unmap(base, 10); // nothing but a hole
	expect_nothing_left();
}

static void munmap_in_image_and_stack_keeps_the_rest(void)
{
	start();
	EXPECT(world_store(space, STACK_END - 1, 1), 0);
	EXPECT(world_store(space, STACK_END - 5 * PAGE, 5), 0);
	unmap(STACK_END - 3 * PAGE, 1);
	EXPECT(world_byte(space, STACK_END - 1), 1);
	EXPECT(world_byte(space, STACK_END - 5 * PAGE), 5);
	EXPECT(world_store(space, STACK_END - 3 * PAGE, 5), REASON_NO_REGION);
	unmap(TEXT + PAGE, 1);
	EXPECT(world_byte(space, TEXT), world_image_byte(TEXT));
	EXPECT(world_byte(space, TEXT + 2 * PAGE), world_image_byte(TEXT + 2 * PAGE));
	EXPECT(world_byte(space, TEXT + PAGE), 0x1ff);
	EXPECT(added(), 2);
	// The guard page stays when the stack's lowest page goes, and nothing can be put there.
	unmap(LAYOUT_STACK_START, 1);
	EXPECT(world_store(space, LAYOUT_STACK_START - 1, 1), REASON_GUARD);
	uint64_t at;
	EXPECT(mapping_create(world, space, LAYOUT_STACK_START - PAGE, PAGE,
	                      PAGER_MAPPING(R, PAGER_MMAP_FIXED), &at),
	       FL_BAD_ADDRESS);
	EXPECT(added(), 2);
}

static void mprotect_takes_rights_at_once(void)
{
	start();
	uint64_t base = map(0, 3, R | W, 0);
	for (uint64_t i = 0; i < 3; i++)
		EXPECT(world_store(space, base + i * PAGE, (uint8_t)(i + 1)), 0);
	protect(base + PAGE, 1, R);
	EXPECT(added(), 3);
	EXPECT(world_store(space, base + PAGE, 9), REASON_PROTECTION);
	EXPECT(world_byte(space, base + PAGE), 2);
	protect(base + PAGE, 1, 0);
	EXPECT(mmu_find(space, base + PAGE), 0);
	EXPECT(world_byte(space, base + PAGE), 0x1ff);
	EXPECT(world_load(space, base + PAGE, &(uint8_t){0}), REASON_PROTECTION);
	EXPECT(world_byte(space, base), 1);
	protect(base + PAGE, 1, R | W);
	EXPECT(added(), 1);
	EXPECT(world_byte(space, base + PAGE), 2);
	EXPECT(world_store(space, base + PAGE, 9), 0);
	EXPECT(stat_change(STAT_COPIES), 0);
	unmap(base, 3);
	expect_nothing_left();
}

static void mprotect_write_or_exec_alone_can_be_read(void)
{
	start();
	uint64_t base = map(0, 1, W, 0);
	EXPECT(world_store(space, base, 0x13), 0);
	protect(base, 1, X);
	uint8_t byte = 0;
	EXPECT(world_store(space, base, 1), REASON_PROTECTION);
	EXPECT(world_fetch(space, base, &byte), 0);
	EXPECT(byte, 0x13);
	EXPECT(world_byte(space, base), 0x13);
	protect(base, 1, W);
	EXPECT(world_fetch(space, base, &byte), REASON_PROTECTION);
	EXPECT(world_store(space, base, 1), 0);
	EXPECT(world_check(), true);
}

static void mprotect_of_image_text_makes_private_copy(void)
{
	start();
	uint8_t byte;
	EXPECT(world_fetch(space, TEXT + PAGE, &byte), 0);
	protect(TEXT + PAGE, 1, R | W);
	EXPECT(world_store(space, TEXT + PAGE, 0x77), 0);
	EXPECT(stat_change(STAT_COPIES), 1);
	protect(TEXT + PAGE, 1, R | X);
	EXPECT(added(), 0);
	EXPECT(world_fetch(space, TEXT + PAGE, &byte), 0);
	EXPECT(byte, 0x77);
	struct space *other = world_program();
	EXPECT(world_byte(other, TEXT + PAGE), world_image_byte(TEXT + PAGE));
	EXPECT(world_check(), true);
}

static void mprotect_every_second_page_and_back_is_minimal(void)
{
	start();
	uint64_t base = map(0, 101, R | W, 0);
	for (uint64_t i = 0; i < 101; i++)
		EXPECT(world_store(space, base + i * PAGE, (uint8_t)i), 0);
	for (uint64_t i = 1; i < 101; i += 2)
		protect(base + i * PAGE, 1, R);
	EXPECT(added(), 101);
	for (uint64_t i = 99; i < 101; i -= 2)
		protect(base + i * PAGE, 1, R | W);
	EXPECT(added(), 1);
	for (uint64_t i = 0; i < 101; i++)
		EXPECT(world_byte(space, base + i * PAGE), i);
	EXPECT(stat_change(STAT_COPIES), 0);
	unmap(base, 101);
	expect_nothing_left();
}

static void mmap_family_bad_arguments_change_nothing(void)
{
	static const struct {
		uint64_t address, bytes, mapping;
		fl_error_t error;
	} maps[] = {
		{0, 0, PAGER_MAPPING(R, 0), FL_BAD_ARGUMENT},
		{0, PAGE, PAGER_MAPPING(R, 8), FL_BAD_ARGUMENT},
		{0, PAGE, ~0ul, FL_BAD_ARGUMENT},
		{0, PAGE, PAGER_MAPPING(W | X, 0), FL_BAD_PROT},
		{0, PAGE, PAGER_MAPPING(8, 0), FL_BAD_PROT},
		{0, LAYOUT_MMAP_END - LAYOUT_MMAP_START + 1, PAGER_MAPPING(R, 0), FL_NO_MEMORY},
		{0, ~0ul, PAGER_MAPPING(R, 0), FL_NO_MEMORY},
		{DATA + 1, PAGE, PAGER_MAPPING(R, PAGER_MMAP_FIXED), FL_BAD_ARGUMENT},
		{0, PAGE, PAGER_MAPPING(R, PAGER_MMAP_FIXED), FL_BAD_ADDRESS},
		{DATA, 0, PAGER_MAPPING(R, PAGER_MMAP_FIXED), FL_BAD_ARGUMENT},
		{DATA, ~0ul, PAGER_MAPPING(R, PAGER_MMAP_FIXED), FL_BAD_ADDRESS},
		{~0xffful, 2 * PAGE, PAGER_MAPPING(R, PAGER_MMAP_FIXED), FL_BAD_ADDRESS},
		{LAYOUT_USER_TOP, PAGE, PAGER_MAPPING(R, PAGER_MMAP_FIXED), FL_BAD_ADDRESS},
		{FL_USER_END, PAGE, PAGER_MAPPING(R, PAGER_MMAP_FIXED), FL_BAD_ADDRESS},
		{LAYOUT_WINDOW - PAGE, 2 * PAGE, PAGER_MAPPING(R, PAGER_MMAP_FIXED), FL_BAD_ADDRESS},
		{LAYOUT_STACK_START - PAGE, PAGE, PAGER_MAPPING(R, PAGER_MMAP_FIXED), FL_BAD_ADDRESS},
		{BSS - PAGE, 2 * PAGE, PAGER_MAPPING(R, PAGER_MMAP_NOREPLACE), FL_EXISTS},
	};
	static const struct {
		uint64_t start, bytes, rights;
		fl_error_t remove, protect;
	} ranges[] = {
		{DATA + 1, PAGE, R, FL_BAD_ARGUMENT, FL_BAD_ARGUMENT},
		{DATA, 0, R, FL_BAD_ARGUMENT, FL_BAD_ARGUMENT},
		{DATA, ~0ul, R, FL_BAD_ADDRESS, FL_BAD_ADDRESS},
		{DATA, FL_USER_END, R, FL_BAD_ADDRESS, FL_BAD_ADDRESS},
		{FL_USER_END, PAGE, R, FL_BAD_ADDRESS, FL_BAD_ADDRESS},
		{HEAP, PAGE, R, FL_OK, FL_NO_MEMORY},
		{RODATA + PAGE, 2 * PAGE, R, FL_OK, FL_NO_MEMORY},
		{LAYOUT_STACK_START - PAGE, PAGE, R, FL_OK, FL_NO_MEMORY},
	};
	start();
	uint64_t at = 77;
	for (unsigned i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		EXPECT(mapping_create(world, space, maps[i].address, maps[i].bytes, maps[i].mapping, &at),
		       maps[i].error);
		EXPECT(at, 77);
	}
	for (unsigned i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		EXPECT(mapping_protect(world, space, ranges[i].start, ranges[i].bytes, ranges[i].rights),
		       ranges[i].protect);
		if (ranges[i].start != RODATA + PAGE)
			EXPECT(mapping_remove(world, space, ranges[i].start, ranges[i].bytes),
			       ranges[i].remove);
	}
	EXPECT(mapping_protect(world, space, DATA, PAGE, W | X), FL_BAD_PROT);
	EXPECT(mapping_protect(world, space, DATA, PAGE, 8), FL_BAD_PROT);
	EXPECT(added(), 0);
	expect_nothing_left();
}

static void mapping_at_region_limit_refused(void)
{
	start();
	uint64_t base = map(0, 2 * PAGER_REGIONS_MAX, R | W, 0), at;
	uint64_t cuts = 0;
	fl_error_t error = FL_OK;
	for (; !error && cuts < PAGER_REGIONS_MAX; cuts += !error)
		error = mapping_protect(world, space, base + (2 * cuts + 1) * PAGE, PAGE, R);
	EXPECT(error, FL_LIMIT);
	EXPECT(start_count + 2 * cuts + 1 <= PAGER_REGIONS_MAX, true);
	EXPECT(start_count + 2 * cuts + 3 > PAGER_REGIONS_MAX, true);
	while (mapping_create(world, space, 0, PAGE, PAGER_MAPPING(cuts++ % 2 ? X : W, 0), &at) ==
	       FL_OK)
		;
	EXPECT(space->layout.count, PAGER_REGIONS_MAX);
	// A hole would be one more; an end is none.
	uint64_t end = base + 2 * PAGER_REGIONS_MAX * PAGE;
	EXPECT(mapping_remove(world, space, end - 2 * PAGE, PAGE), FL_LIMIT);
	EXPECT(mapping_remove(world, space, end - PAGE, PAGE), FL_OK);
	unmap(LAYOUT_MMAP_START, (LAYOUT_MMAP_END - LAYOUT_MMAP_START) / PAGE);
	EXPECT(added(), 0);
	expect_nothing_left();
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"mmap_without_hint_is_top_down", mmap_without_hint_is_top_down},
		{"mmap_hint_taken_if_free", mmap_hint_taken_if_free},
		{"mmap_neighbours_with_pages_become_one_region",
	     mmap_neighbours_with_pages_become_one_region},
		{"mmap_fixed_replaces_part_with_zeros", mmap_fixed_replaces_part_with_zeros},
		{"mmap_gigabytes_cost_no_frame_but_for_the_region",
	     mmap_gigabytes_cost_no_frame_but_for_the_region},
		{"munmap_any_part_gives_frames_back", munmap_any_part_gives_frames_back},
		{"munmap_in_image_and_stack_keeps_the_rest", munmap_in_image_and_stack_keeps_the_rest},
		{"mprotect_takes_rights_at_once", mprotect_takes_rights_at_once},
		{"mprotect_write_or_exec_alone_can_be_read", mprotect_write_or_exec_alone_can_be_read},
		{"mprotect_of_image_text_makes_private_copy", mprotect_of_image_text_makes_private_copy},
		{"mprotect_every_second_page_and_back_is_minimal",
	     mprotect_every_second_page_and_back_is_minimal},
		{"mmap_family_bad_arguments_change_nothing", mmap_family_bad_arguments_change_nothing},
		{"mapping_at_region_limit_refused", mapping_at_region_limit_refused},
	};
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
