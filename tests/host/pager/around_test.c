// Fault-around: what one answer installs beyond the page that was asked for.
#include "tap.h"
#include "world.h"

static void around_store_fills_aligned_window(void)
{
	world_start();
	struct space *space = world_program();
	uint64_t old;
	EXPECT(world_sbrk(space, 64 * FL_PAGE_SIZE, &old), FL_OK);
	world->around = 16;
	stats_mark();
	uint64_t va = (HEAP + 0x20000) & ~0xfffful; // the first page of a whole window
	for (uint64_t i = 0; i < 16; i++)
		EXPECT(world_store(space, va + i * FL_PAGE_SIZE, 1), 0);
	EXPECT(stat_change(STAT_FAULTS), 1);
	EXPECT(stat_change(STAT_ZERO_FILLS), 16);
	EXPECT(stat_change(STAT_AROUND_MAPS), 15);
	EXPECT(world_check(), true);
}

static void around_load_stays_in_region_and_reads_nothing(void)
{
	world_start();
	struct space *space = world_program();
	world->around = 64;
	stats_mark();
	uint8_t byte;
	EXPECT(world_fetch(space, TEXT, &byte), 0);
	EXPECT(stat_change(STAT_IMAGE_FILLS), 1); // neighbours are not read
	EXPECT(stat_change(STAT_AROUND_MAPS), 0);
	EXPECT(world_fetch(space, TEXT + 0x1000, &byte), 0);
	EXPECT(world_fetch(space, TEXT + 0x2000, &byte), 0);
	struct space *second = world_program();
	stats_mark();
	EXPECT(world_fetch(second, TEXT + 0x1000, &byte), 0);
	EXPECT(stat_change(STAT_AROUND_MAPS), 2);
	EXPECT(stat_change(STAT_IMAGE_MAPS), 3);
	EXPECT(world_fetch(second, TEXT, &byte), 0);
	EXPECT(stat_change(STAT_FAULTS), 1);
	EXPECT(world_check(), true);
}

static void around_short_of_frames_still_meets_the_fault(void)
{
	world_start();
	struct space *space = world_program();
	uint64_t old;
	EXPECT(world_sbrk(space, 64 * FL_PAGE_SIZE, &old), FL_OK);
	EXPECT(world_store(space, HEAP, 1), 0);
	world->around = 16;
	stats_mark();
	world_limit(3);
	EXPECT(world_store(space, HEAP + 0x1000, 1), 0);
	EXPECT(stat_change(STAT_ZERO_FILLS), 3);
	world_release();
	EXPECT(world_check(), true);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"around_store_fills_aligned_window", around_store_fills_aligned_window},
		{"around_load_stays_in_region_and_reads_nothing",
	     around_load_stays_in_region_and_reads_nothing},
		{"around_short_of_frames_still_meets_the_fault",
	     around_short_of_frames_still_meets_the_fault},
	};
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
