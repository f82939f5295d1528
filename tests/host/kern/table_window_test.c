// Tests of 2 MiB leaves in kern/table.c: installing, what is in the way, removing whole, protect.
// Not here: the frames of a window run (frame_run_test.c).
#include "table_common.h"

static void unmap(struct table *from, uint64_t va, uint64_t pages, uint64_t expected_done,
                  uint64_t expected_removed)
{
	uint64_t done, removed;
	table_unmap(from, VA(va), pages, &done, &removed);
	EXPECT(done, expected_done);
	EXPECT(removed, expected_removed);
}

static void table_map_window_empty_range(void)
{
	begin();
	unsigned level;
	pte_t leaf = pte_leaf(host_frame(1, 0), 0) | PTE_R | PTE_W | PTE_A | PTE_D;
	for (unsigned i = 0; i < FL_RUN_FRAMES; i += 73) {
		EXPECT(harness_walk(&pager, VA(PAGER_WINDOW + i * FL_PAGE_SIZE), &level), leaf);
		EXPECT(level, 1);
	}
	EXPECT(harness_walk(&pager, VA(PAGER_WINDOW - FL_PAGE_SIZE), &level), 0);
	EXPECT(harness_walk(&pager, VA(PAGER_WINDOW + FL_RUN_SIZE), &level), 0);
	EXPECT(pager.windows, 1);
	EXPECT(pager.leaves, 0);
	EXPECT(pager.tables, 1);
	EXPECT(pager.spares, 0);
}

static void table_map_window_no_spare_refused(void)
{
	begin();
	EXPECT(host_attach(2, FL_RUN_OBJECT, holder(), NULL, VA(0)), FL_OK);
	run_release(&frames.run[2]);
	harness_remember();
	EXPECT(table_map_window(&pager, VA(GIB), host_frame(2, 0)), FL_NO_TABLE);
	EXPECT(table_map_window(&table, VA(PAGER_WINDOW), host_frame(2, 0)), FL_NO_TABLE);
	EXPECT(harness_is_unchanged(), true);
	EXPECT(table_map_window(&pager, VA(0), host_frame(2, 0)), FL_OK); // the table is there
	EXPECT(pager.windows, 2);
	EXPECT(count_of(host_frame(2, 0)), 0); // the caller's business
}

static void table_map_window_range_in_use_exists(void)
{
	begin();
	EXPECT(host_attach(2, FL_RUN_OBJECT, holder(), NULL, VA(0)), FL_OK);
	run_release(&frames.run[2]);
	feed(&pager, 2);
	const unsigned pages[] = {0, 1, 300, 511};
	for (unsigned i = 0; i < 4; i++) {
		uint64_t va = 3 * FL_RUN_SIZE + pages[i] * FL_PAGE_SIZE;
		EXPECT(table_map(&pager, VA(va), host_frame(1, 0), R), FL_OK);
		harness_remember();
		EXPECT(table_map_window(&pager, VA(3 * FL_RUN_SIZE), host_frame(2, 0)), FL_EXISTS);
		EXPECT(table_map_window(&pager, VA(PAGER_WINDOW), host_frame(2, 0)), FL_EXISTS);
		EXPECT(harness_is_unchanged(), true);
		unmap(&pager, va, 1, 1, 1);
	}
	EXPECT(table_map_window(&pager, VA(3 * FL_RUN_SIZE), host_frame(2, 0)), FL_OK);
}

static void table_map_under_window_exists(void)
{
	begin();
	feed(&pager, 2);
	const unsigned pages[] = {0, 1, 300, 511};
	for (unsigned i = 0; i < 4; i++) {
		harness_remember();
		vaddr_t va = VA(PAGER_WINDOW + pages[i] * FL_PAGE_SIZE);
		EXPECT(table_map(&pager, va, host_frame(1, pages[i]), RW), FL_EXISTS);
		EXPECT(table_map(&pager, va, PA(HOST_DEVICE), R), FL_EXISTS);
		EXPECT(harness_is_unchanged(), true);
	}
	EXPECT(table_map(&pager, VA(PAGER_WINDOW - FL_PAGE_SIZE), host_frame(1, 0), RW), FL_OK);
}

// A range that reaches into a window removes all of it, and the call ends there.
static void table_unmap_part_of_window_goes_whole(void)
{
	const struct {
		unsigned first, pages, done;
	} ranges[] = {{0, 1, 1},     {511, 1, 1},    {5, 100, 100},
	              {0, 512, 512}, {500, 100, 12}, {1, 4096, 511}};
	for (unsigned i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
		begin();
		uint64_t space = host_fences.space;
		uint64_t va = PAGER_WINDOW + ranges[i].first * FL_PAGE_SIZE;
		unmap(&pager, va, ranges[i].pages, ranges[i].done, FL_RUN_FRAMES);
		EXPECT(host_fences.space, space + 1);
		EXPECT(pager.windows, 0);
		EXPECT(pager.tables, 0);
		EXPECT(pager.spares, 1);
		EXPECT(count_of(pager.root), 0);
		EXPECT(frames.run[1].window, 0);
		for (unsigned f = 0; f < FL_RUN_FRAMES; f++)
			EXPECT(count_of(host_frame(1, f)), 0);
		EXPECT_SOUND();
	}
}

static void table_unmap_window_after_pages_ends_the_call(void)
{
	begin();
	feed(&pager, 1);
	uint64_t va = PAGER_WINDOW - 2 * FL_PAGE_SIZE;
	for (unsigned i = 0; i < 2; i++) {
		harness_watch(&pager, VA(va + i * FL_PAGE_SIZE));
		EXPECT(table_map(&pager, VA(va + i * FL_PAGE_SIZE), host_frame(1, 9), R), FL_OK);
	}
	EXPECT(count_of(host_frame(1, 9)), 3);
	unmap(&pager, va, 4096, 2 + FL_RUN_FRAMES, 2 + FL_RUN_FRAMES);
	EXPECT(count_of(host_frame(1, 9)), 0);
	EXPECT(pager.tables, 0);
	EXPECT(pager.spares, 2);
	EXPECT_SOUND();
}

static void table_unmap_window_frames_mapped_elsewhere_stay(void)
{
	begin();
	feed(&table, 2);
	EXPECT(map(0x5000, host_frame(1, 9), RW), FL_OK);
	unmap(&pager, PAGER_WINDOW, 512, 512, 512);
	EXPECT(count_of(host_frame(1, 9)), 1);
	EXPECT(run_idle(&frames.run[1]), FL_BUSY);
	EXPECT(pte_at(0x5000), pte_leaf(host_frame(1, 9), RW));
	unmap(&table, 0x5000, 1, 1, 1);
	EXPECT(run_idle(&frames.run[1]), FL_OK);
	run_release(&frames.run[1]);
	EXPECT_SOUND();
}

static void table_protect_window_stays(void)
{
	begin();
	harness_remember();
	uint64_t done, space = host_fences.space;
	table_protect(&pager, VA(PAGER_WINDOW), 512, FL_PROT_WRITE, &done);
	EXPECT(done, 512);
	table_protect(&pager, VA(PAGER_WINDOW - FL_PAGE_SIZE), 100, FL_PROT_WRITE | FL_PROT_EXEC,
	              &done);
	EXPECT(done, 100);
	EXPECT(harness_is_unchanged(), true);
	EXPECT(host_fences.space, space);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"table_map_window_empty_range_one_leaf", table_map_window_empty_range},
		{"table_map_window_no_spare_refused", table_map_window_no_spare_refused},
		{"table_map_window_range_in_use_exists", table_map_window_range_in_use_exists},
		{"table_map_under_window_exists", table_map_under_window_exists},
		{"table_unmap_part_of_window_goes_whole", table_unmap_part_of_window_goes_whole},
		{"table_unmap_window_after_pages_ends_the_call",
	     table_unmap_window_after_pages_ends_the_call},
		{"table_unmap_window_frames_mapped_elsewhere_stay",
	     table_unmap_window_frames_mapped_elsewhere_stay},
		{"table_protect_window_stays", table_protect_window_stays},
	};
	return tap_run(tests, sizeof(tests) / sizeof(*tests));
}
