// Single faults: what is mapped, what it costs, and what cannot be met.
#include "tap.h"
#include "world.h"

// Private and other pages that the last accesses took: exact numbers of every kind.
static void expect_counts(uint64_t zero_shared, uint64_t zero_fills, uint64_t copies,
                          uint64_t reuses, uint64_t image_fills, uint64_t image_maps)
{
	EXPECT(stat_change(STAT_ZERO_SHARED), zero_shared);
	EXPECT(stat_change(STAT_ZERO_FILLS), zero_fills);
	EXPECT(stat_change(STAT_COPIES), copies);
	EXPECT(stat_change(STAT_REUSES), reuses);
	EXPECT(stat_change(STAT_IMAGE_FILLS), image_fills);
	EXPECT(stat_change(STAT_IMAGE_MAPS), image_maps);
	EXPECT(stat_change(STAT_FAULTS),
	       zero_shared + zero_fills + copies + reuses + image_fills + image_maps);
	EXPECT(world_check(), true);
}

static uint64_t frames_taken(void)
{
	return -stat_change(STAT_FRAMES_FREE) - stat_change(STAT_FRAMES_META);
}

static void zero_load_maps_shared_frame_read_only(void)
{
	world_start();
	struct space *space = world_program();
	stats_mark();
	EXPECT(world_byte(space, BSS), 0);
	EXPECT(world_byte(space, BSS + 0x1fff), 0);
	expect_counts(2, 0, 0, 0, 0, 0);
	EXPECT(frames_taken(), 0);
	EXPECT(stat_change(STAT_FRAMES_META), 0);
	uint64_t zero = frame_physical(&world->frames, world->zero_frame);
	EXPECT(mmu_find(space, BSS), zero | FL_PROT_READ | FL_PROT_ACCESSED);
}

static void zero_store_gets_private_zeroed_frame(void)
{
	world_start();
	struct space *space = world_program();
	stats_mark();
	EXPECT(world_store(space, BSS + 5, 7), 0);
	expect_counts(0, 1, 0, 0, 0, 0);
	EXPECT(frames_taken(), 1);
	EXPECT(mmu_find(space, BSS) & FL_PROT_MASK,
	       FL_PROT_READ | FL_PROT_WRITE | FL_PROT_ACCESSED | FL_PROT_DIRTY);
	for (uint64_t va = BSS; va < BSS + FL_PAGE_SIZE; va++)
		EXPECT(world_byte(space, va), va == BSS + 5 ? 7 : 0);
}

static void zero_store_after_load_replaces_mapping(void)
{
	world_start();
	struct space *space = world_program();
	stats_mark();
	EXPECT(world_byte(space, BSS), 0);
	EXPECT(world_store(space, BSS, 1), 0);
	EXPECT(world_byte(space, BSS), 1);
	expect_counts(1, 1, 0, 0, 0, 0);
}

static void fault_planned_twice_takes_one_frame(void)
{
	world_start();
	struct space *space = world_program();
	static struct plan first, second;
	stats_mark();
	fault_plan(world, space, FL_CAUSE_STORE_PAGE, BSS, &first);
	fault_plan(world, space, FL_CAUSE_STORE_PAGE, BSS, &second);
	EXPECT(first.entry[0].frame, second.entry[0].frame);
	EXPECT(frames_taken(), 1);
}

static void image_pages_read_once_for_all_spaces(void)
{
	world_start();
	struct space *first = world_program(), *second = world_program();
	stats_mark();
	uint8_t byte = 0;
	EXPECT(world_fetch(first, TEXT + 0x1234, &byte), 0);
	EXPECT(byte, world_image_byte(TEXT + 0x1234));
	expect_counts(0, 0, 0, 0, 1, 0);
	EXPECT(world_fetch(second, TEXT + 0x1234, &byte), 0);
	expect_counts(0, 0, 0, 0, 1, 1);
	EXPECT(frames_taken(), 1);
	EXPECT(mmu_find(first, TEXT + 0x1000), mmu_find(second, TEXT + 0x1000));
	EXPECT(mmu_find(first, TEXT + 0x1000) & FL_PROT_RIGHTS, FL_PROT_READ | FL_PROT_EXEC);
	EXPECT(stat_of(STAT_FRAMES_SHARED), 1);
}

static void image_last_user_gone_pages_freed(void)
{
	world_start();
	uint64_t free = stat_of(STAT_FRAMES_FREE);
	struct space *first = world_program(), *second = world_program();
	for (uint64_t va = TEXT; va < BSS; va += FL_PAGE_SIZE) {
		if (va != TEXT + 0x3000 && va != RODATA + 0x1000)
			EXPECT(world_byte(first, va), world_image_byte(va));
	}
	space_destroy(world, first);
	EXPECT(world_byte(second, TEXT), world_image_byte(TEXT));
	EXPECT(world_check(), true);
	space_destroy(world, second);
	EXPECT(stat_of(STAT_FRAMES_FREE), free);
	EXPECT(stat_of(STAT_FRAMES_META), 0);
	EXPECT(world_check(), true);
}

static void image_tail_of_page_reads_zero(void)
{
	world_start();
	struct space *space = world_program();
	for (uint64_t va = RODATA; va < RODATA + FL_PAGE_SIZE; va++)
		EXPECT(world_byte(space, va), world_image_byte(va));
	// The region's last page lies beyond the image: the shared zero frame.
	stats_mark();
	EXPECT(world_byte(space, DATA + 0x2000), 0);
	expect_counts(1, 0, 0, 0, 0, 0);
}

static void data_store_resident_page_copied(void)
{
	world_start();
	struct space *first = world_program(), *second = world_program();
	EXPECT(world_byte(first, DATA), world_image_byte(DATA));
	stats_mark();
	EXPECT(world_store(first, DATA + 1, 99), 0);
	expect_counts(0, 0, 1, 0, 0, 0);
	EXPECT(world_byte(first, DATA), world_image_byte(DATA));
	EXPECT(world_byte(first, DATA + 1), 99);
	EXPECT(world_byte(second, DATA + 1), world_image_byte(DATA + 1));
}

static void data_store_absent_page_read_without_copy(void)
{
	world_start();
	struct space *first = world_program();
	stats_mark();
	EXPECT(world_store(first, DATA + 0x1001, 99), 0);
	expect_counts(0, 0, 0, 0, 1, 0);
	EXPECT(frames_taken(), 1);
	EXPECT(world_byte(first, DATA + 0x1000), world_image_byte(DATA + 0x1000));
	EXPECT(world_byte(first, DATA + 0x1fff), 0);
}

static void expect_reason(struct space *space, uint64_t cause, uint64_t va, unsigned reason)
{
	static struct plan plan;
	fault_plan(world, space, cause, va, &plan);
	EXPECT(plan.reason, reason);
	EXPECT(plan.count, 0);
}

static void fault_without_region_tells_reason(void)
{
	world_start();
	struct space *space = world_program();
	const uint64_t load = FL_CAUSE_LOAD_PAGE, store = FL_CAUSE_STORE_PAGE;
	stats_mark();
	expect_reason(space, load, 0, REASON_NULL);
	expect_reason(space, store, 0xfff, REASON_NULL);
	expect_reason(space, FL_CAUSE_FETCH_PAGE, 8, REASON_NULL);
	expect_reason(space, load, 0x1000, REASON_NO_REGION);
	expect_reason(space, load, RODATA + 0x1000, REASON_NO_REGION);
	expect_reason(space, load, HEAP, REASON_ABOVE_BREAK);
	expect_reason(space, load, LAYOUT_MMAP_START, REASON_NO_REGION);
	expect_reason(space, store, LAYOUT_STACK_START - 1, REASON_GUARD);
	expect_reason(space, store, LAYOUT_STACK_START - FL_PAGE_SIZE, REASON_GUARD);
	expect_reason(space, store, LAYOUT_STACK_START - FL_PAGE_SIZE - 1, REASON_NO_REGION);
	expect_reason(space, load, LAYOUT_STACK_TOP, REASON_NO_REGION);
	expect_reason(space, load, FL_USER_END - 1, REASON_NO_REGION);
	expect_reason(space, load, FL_USER_END, REASON_KERNEL_ADDRESS);
	expect_reason(space, load, ~0ul, REASON_KERNEL_ADDRESS);
	expect_reason(space, store, 0x8000000000000000ul, REASON_KERNEL_ADDRESS);
	EXPECT(stat_change(STAT_FAULTS_FATAL), 15);
	EXPECT(stat_change(STAT_FRAMES_FREE), 0);
	EXPECT(world_check(), true);
}

static void fault_between_other_regions_is_not_above_break(void)
{
	world_start();
	struct space *space = world_space();
	const uint64_t rw = FL_PROT_READ | FL_PROT_WRITE, far = HEAP + 0x100000;
	EXPECT(exec_region_add(world, space, HEAP, HEAP, PAGER_REGION(PAGER_KIND_HEAP, rw), 0), FL_OK);
	EXPECT(exec_region_add(world, space, far, far + 0x1000, PAGER_REGION(PAGER_KIND_ZERO, rw), 0),
	       FL_OK);
	EXPECT(exec_commit(world, space, 0, 0), FL_OK);
	expect_reason(space, FL_CAUSE_LOAD_PAGE, far - 1, REASON_ABOVE_BREAK);
	expect_reason(space, FL_CAUSE_LOAD_PAGE, far + 0x1000, REASON_NO_REGION);
}

static void fault_without_right_tells_protection(void)
{
	world_start();
	struct space *space = world_program();
	expect_reason(space, FL_CAUSE_STORE_PAGE, TEXT, REASON_PROTECTION);
	expect_reason(space, FL_CAUSE_STORE_PAGE, RODATA, REASON_PROTECTION);
	expect_reason(space, FL_CAUSE_FETCH_PAGE, RODATA, REASON_PROTECTION);
	expect_reason(space, FL_CAUSE_FETCH_PAGE, DATA, REASON_PROTECTION);
	expect_reason(space, FL_CAUSE_FETCH_PAGE, LAYOUT_STACK_TOP - 8, REASON_PROTECTION);
}

static void exception_other_than_page_fault_is_fatal(void)
{
	world_start();
	struct space *space = world_program();
	static const struct {
		uint64_t cause;
		unsigned reason;
	} cases[] = {
		{FL_CAUSE_FETCH_MISALIGNED, REASON_MISALIGNED},
		{FL_CAUSE_FETCH_ACCESS, REASON_ACCESS_FAULT},
		{FL_CAUSE_ILLEGAL, REASON_ILLEGAL},
		{FL_CAUSE_BREAKPOINT, REASON_BREAKPOINT},
		{FL_CAUSE_LOAD_MISALIGNED, REASON_MISALIGNED},
		{FL_CAUSE_LOAD_ACCESS, REASON_ACCESS_FAULT},
		{FL_CAUSE_STORE_MISALIGNED, REASON_MISALIGNED},
		{FL_CAUSE_STORE_ACCESS, REASON_ACCESS_FAULT},
		{8, REASON_ACCESS_FAULT},
		{14, REASON_ACCESS_FAULT},
		{16, REASON_ACCESS_FAULT},
		{~0ul, REASON_ACCESS_FAULT},
	};
	stats_mark();
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_reason(space, cases[i].cause, BSS, cases[i].reason);
	EXPECT(stat_change(STAT_FAULTS_OTHER), 12);
	EXPECT(stat_change(STAT_FAULTS), 12);
	EXPECT(stat_change(STAT_FAULTS_FATAL), 12);
}

static void store_without_frames_is_out_of_memory(void)
{
	world_start();
	struct space *space = world_program();
	EXPECT(world_byte(space, BSS), 0);
	world_limit(0);
	expect_reason(space, FL_CAUSE_STORE_PAGE, BSS, REASON_NO_MEMORY);
	EXPECT(world_byte(space, BSS), 0);
	world_release();
	EXPECT(world_check(), true);
	EXPECT(world_store(space, BSS, 1), 0);
}

static void stack_touched_lazily_from_the_top(void)
{
	world_start();
	struct space *space = world_program();
	stats_mark();
	for (uint64_t i = 1; i <= 32; i++)
		EXPECT(world_store(space, STACK_END - i * FL_PAGE_SIZE, (uint8_t)i), 0);
	EXPECT(world_store(space, LAYOUT_STACK_START, 1), 0);
	expect_counts(0, 33, 0, 0, 0, 0);
	EXPECT(frames_taken(), 33);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"zero_load_maps_shared_frame_read_only", zero_load_maps_shared_frame_read_only},
		{"zero_store_gets_private_zeroed_frame", zero_store_gets_private_zeroed_frame},
		{"zero_store_after_load_replaces_mapping", zero_store_after_load_replaces_mapping},
		{"fault_planned_twice_takes_one_frame", fault_planned_twice_takes_one_frame},
		{"image_pages_read_once_for_all_spaces", image_pages_read_once_for_all_spaces},
		{"image_last_user_gone_pages_freed", image_last_user_gone_pages_freed},
		{"image_tail_of_page_reads_zero", image_tail_of_page_reads_zero},
		{"data_store_resident_page_copied", data_store_resident_page_copied},
		{"data_store_absent_page_read_without_copy", data_store_absent_page_read_without_copy},
		{"fault_without_region_tells_reason", fault_without_region_tells_reason},
		{"fault_between_other_regions_is_not_above_break",
	     fault_between_other_regions_is_not_above_break},
		{"fault_without_right_tells_protection", fault_without_right_tells_protection},
		{"exception_other_than_page_fault_is_fatal", exception_other_than_page_fault_is_fatal},
		{"store_without_frames_is_out_of_memory", store_without_frames_is_out_of_memory},
		{"stack_touched_lazily_from_the_top", stack_touched_lazily_from_the_top},
	};
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
