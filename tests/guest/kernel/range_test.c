// unmap, protect and pte_read over ranges: what a batch covers, exactly; where tables go.
#include "fixture.h"
#include "fl/string.h"

#define GIB (1ul << 30)
#define FAR_VA 0x2000000000ul

static struct fl_result counts(void)
{
	struct fl_result r;
	require(fl_space_counts(fixture.space, &r) == FL_OK);
	return r;
}

// Maps fixture.page at `count` consecutive pages.
static void fill(uint64_t va, unsigned count, unsigned prot)
{
	for (unsigned i = 0; i < count; i++)
		expect(FL_OK, page_map(fixture.space, va + i * FL_PAGE_SIZE, fixture.page, prot));
}

static void batch(uint64_t va, uint64_t pages, uint64_t done_expected, uint64_t removed_expected)
{
	uint64_t done, removed;
	expect(FL_OK, fl_unmap(fixture.space, va, pages, &done, &removed));
	expect(done_expected, done);
	expect(removed_expected, removed);
}

static void unmap_present_pages_batch_of_512(void)
{
	fixture_open();
	fill(FIXTURE_VA + FL_PAGE_SIZE, 600, 1);
	expect(601, counts().value[1]);
	expect(601, frame_state(fixture.page).value[1]);
	batch(FIXTURE_VA + FL_PAGE_SIZE, 600, 512, 512);
	expect(89, counts().value[1]);
	batch(FIXTURE_VA + (1 + 512) * FL_PAGE_SIZE, 88, 88, 88);
	batch(FIXTURE_VA + FL_PAGE_SIZE, 600, 600, 0); // 511 in the first table, the second is gone: 1
	expect(1, frame_state(fixture.page).value[1]);
	expect(1, counts().value[1]);
	fixture_close();
}

static void unmap_zero_pages_nothing_done(void)
{
	fixture_open();
	batch(FIXTURE_VA, 0, 0, 0);
	batch(FL_USER_END - FL_PAGE_SIZE, 0, 0, 0);
	expect(1, counts().value[1]);
	fixture_close();
}

// Absent tables are skipped whole, one of the 512 steps each: the user half is 256 entries of 1
// GiB, of which one has a table with 512 entries of 2 MiB, of which the fourth has one.
static void unmap_whole_space_skips_absent_tables(void)
{
	const uint64_t pages = FL_USER_END >> FL_PAGE_SHIFT;
	fixture_open();
	batch(FL_PAGE_SIZE * 512 * 4, GIB >> 12, GIB >> 12, 0); // 2 MiB entries 4 .. 511, and GiB 1
	uint64_t at = 0, done, removed, calls = 0, all = 0;
	for (; at < pages; at += done, calls++) {
		expect(FL_OK, fl_unmap(fixture.space, at << FL_PAGE_SHIFT, pages - at, &done, &removed));
		all += removed;
		require(done > 0);
	}
	expect(1, all);
	// 3 + 509 steps; with the only page gone, both tables are: 1 + 255 steps.
	expect(2, calls);
	expect(0, counts().value[2]);
	expect(2, counts().value[3]);
	fixture_close();
}

static void unmap_last_page_of_tables_tables_drain(void)
{
	uint64_t frame;
	fixture_open();
	const uint64_t first = counts().value[3];
	fill(FAR_VA, 1, 1);
	fill(FAR_VA + FL_RUN_SIZE, 1, 1);
	fill(FAR_VA + GIB, 1, 1);
	expect(2 + 5, counts().value[2]);
	batch(FAR_VA, 1, 1, 1);
	expect(2 + 4, counts().value[2]);
	batch(FAR_VA + FL_RUN_SIZE, 1, 1, 1);
	expect(2 + 2, counts().value[2]);
	batch(FAR_VA + GIB, 1, 1, 1);
	expect(2, counts().value[2]);
	expect(first + 5, counts().value[3]);
	for (unsigned i = 0; i < first + 5; i++) {
		expect(FL_OK, fl_space_drain(fixture.space, FL_FEED_TABLE, &frame));
		expect(FL_FRAME_FREE, frame_state(frame).value[0]);
		frame_end(frame);
	}
	expect(FL_EMPTY, fl_space_drain(fixture.space, FL_FEED_TABLE, &frame));
	expect(0, frame);
	fixture_close();
}

static void protect_range_takes_rights_only(void)
{
	struct fl_result r;
	uint64_t done;
	fixture_open();
	fill(FIXTURE_VA + FL_PAGE_SIZE, 5, 3);
	fill(FIXTURE_VA + 6 * FL_PAGE_SIZE, 1, 5);
	expect(FL_OK, fl_protect(fixture.space, FIXTURE_VA + 2 * FL_PAGE_SIZE, 3, 2, &done));
	expect(3, done);
	static const unsigned rights[] = {3, 3, 1, 1, 1, 3, 5};
	for (unsigned i = 0; i < 7; i++) {
		expect(FL_OK, fl_pte_read(fixture.space, FIXTURE_VA + i * FL_PAGE_SIZE, &r));
		expect(rights[i], r.value[2] >> 1 & 7);
	}
	expect(FL_OK, fl_protect(fixture.space, FIXTURE_VA, 7, 4, &done));
	expect(FL_OK, fl_pte_read(fixture.space, FIXTURE_VA + 6 * FL_PAGE_SIZE, &r));
	expect(1, r.value[2] >> 1 & 7);
	expect(7, counts().value[1]);
	expect(7, frame_state(fixture.page).value[1]);
	fixture_close();
}

static void protect_long_range_batch_of_512(void)
{
	uint64_t done;
	struct fl_result r;
	fixture_open();
	fill(FIXTURE_VA + FL_PAGE_SIZE, 600, 3);
	expect(FL_OK, fl_protect(fixture.space, FIXTURE_VA + FL_PAGE_SIZE, 600, 2, &done));
	expect(512, done);
	for (unsigned i = 510; i < 515; i++) {
		expect(FL_OK, fl_pte_read(fixture.space, FIXTURE_VA + (1 + i) * FL_PAGE_SIZE, &r));
		expect(i < 512 ? 1 : 3, r.value[2] >> 1 & 7);
	}
	fixture_close();
}

static void pte_read_every_depth_exact(void)
{
	struct fl_result r;
	fixture_open();
	expect(FL_OK, fl_pte_read(fixture.space, FAR_VA, &r));
	expect(0, r.value[0] | r.value[1] | r.value[2]);
	expect(FL_OK, fl_pte_read(fixture.space, FIXTURE_VA + FL_RUN_SIZE, &r));
	expect(1, r.value[0] & 0xff);
	expect(0, r.value[1] | r.value[2]);
	expect(FL_OK, fl_pte_read(fixture.space, FIXTURE_VA + FL_PAGE_SIZE, &r));
	expect(1, r.value[1] & 0xff);
	expect(FL_FRAME_TABLE, frame_state(r.value[1] >> 10 << 12).value[0]);
	expect(1, frame_state(r.value[1] >> 10 << 12).value[1]);
	expect(0, r.value[2]);
	expect(FL_OK, fl_pte_read(FL_ROOT_SPACE, (uintptr_t)page_at(fixture.page), &r));
	expect((fixture.page & -FL_RUN_SIZE) >> 2 | 0xd7, r.value[1]);
	expect(0, r.value[2]);
	expect(FL_OK, fl_pte_read(fixture.space, FIXTURE_VA + 5, &r));
	expect(fixture.mapped >> 2 | 0x17, r.value[2]);
	fixture_close();
}

static void unmap_into_window_window_goes_whole(void)
{
	unsigned repeats;
	uint64_t done, removed;
	fixture_open();
	const uint64_t run = fixture.run, va = (uintptr_t)window_of(run);
	expect(FL_OK, run_hold(run, FL_RUN_WINDOW, va, &repeats));
	expect(FL_OK, fl_protect(FL_ROOT_SPACE, va, 512, FL_PROT_WRITE, &done));
	*(volatile uint64_t *)va = 1; // protect leaves windows alone
	expect(FL_OK, fl_unmap(FL_ROOT_SPACE, va + 7 * FL_PAGE_SIZE, 3, &done, &removed));
	expect(3, done);
	expect(512, removed);
	expect(0, frame_state(run).value[1]);
	expect(FL_FRAME_USER, frame_state(run).value[0]);
	expect(FL_RUN_WINDOW, frame_state(run).value[2]);
	expect(FL_OK, fl_run_detach(FL_ROOT_MEMORY, run));
	expect(FL_FRAME_FREE, frame_state(run).value[0]);
	fixture_close();
}

static const struct test tests[] = {
	TEST(unmap_present_pages_batch_of_512),
	TEST(unmap_zero_pages_nothing_done),
	TEST(unmap_whole_space_skips_absent_tables),
	TEST(unmap_last_page_of_tables_tables_drain),
	TEST(protect_range_takes_rights_only),
	TEST(protect_long_range_batch_of_512),
	TEST(pte_read_every_depth_exact),
	TEST(unmap_into_window_window_goes_whole),
};
SUITE(range, tests);
