// Tests of unmap in kern/table.c: ranges at every edge, how far one call goes, what the fences are,
// tables that become empty. Not here: 2 MiB leaves (table_window_test.c).
#include "table_common.h"

// Pages at and around the edges of tables and of a GiB; page numbers.
static const uint64_t edges[] = {0,      1,      2,      255,    510,    511,    512,
                                 513,    1022,   1023,   1024,   1025,   262142, 262143,
                                 262144, 262145, 262655, 262656, 262657, 524287, 524288};
#define EDGES (sizeof(edges) / sizeof(*edges))

static void map_edges(void)
{
	for (unsigned i = 0; i < EDGES; i++)
		EXPECT(map(edges[i] * FL_PAGE_SIZE, host_frame(1, i % 5), RW), FL_OK);
}

// Repeats the call until the range is done; returns the number of calls.
static unsigned unmap_all(uint64_t page, uint64_t pages, uint64_t *removed_total)
{
	unsigned calls = 0;
	*removed_total = 0;
	for (uint64_t total = 0; total < pages; calls++) {
		uint64_t done, removed;
		table_unmap(&table, VA((page + total) << 12), pages - total, &done, &removed);
		EXPECT(done > 0 && done <= pages - total, true);
		if (done == 0)
			break;
		total += done;
		*removed_total += removed;
	}
	return calls;
}

static void unmap_edges_once(uint64_t start, uint64_t end)
{
	uint64_t removed, inside = 0;
	uint32_t expected[5] = {1, 1, 1, 1, 1};
	map_edges();
	unmap_all(start, end - start, &removed);
	for (unsigned i = 0; i < EDGES; i++) {
		bool is_inside = edges[i] >= start && edges[i] < end;
		inside += is_inside;
		expected[i % 5] += !is_inside;
		EXPECT(pte_at(edges[i] << 12), is_inside ? 0 : pte_leaf(host_frame(1, i % 5), RW));
	}
	for (unsigned i = 0; i < 5; i++)
		EXPECT(count_of(host_frame(1, i)), expected[i]);
	EXPECT(removed, inside);
	EXPECT(table.leaves, EDGES - inside);
	EXPECT(table.tables + table.spares, 12);
	EXPECT_SOUND();
}

static void table_unmap_every_edge(void)
{
	begin();
	feed(&table, 12);
	for (unsigned i = 0; i < EDGES; i++) {
		for (unsigned j = i; j < EDGES; j++) {
			unmap_edges_once(edges[i], edges[j]);
			unmap_edges_once(edges[i], edges[j] + 1);
		}
	}
	uint64_t removed;
	unmap_all(0, FL_USER_END >> 12, &removed);
	EXPECT(table.tables, 0);
	EXPECT(table.spares, 12);
	EXPECT(count_of(table.root), 0);
	EXPECT(host_page_is(table.root, 0), true);
}

// Nothing mapped: a call passes 512 tables or missing tables.
static void table_unmap_empty_space_one_call(void)
{
	const uint64_t pages[] = {1, 511, 512, 513, 262143, 262144, 262145, FL_USER_END >> 12};
	begin();
	struct host_fences before = host_fences;
	harness_remember();
	for (unsigned i = 0; i < 8; i++) {
		uint64_t done, removed;
		table_unmap(&table, VA(0), pages[i], &done, &removed);
		EXPECT(done, pages[i]);
		EXPECT(removed, 0);
		table_unmap(&table, VA(FL_USER_END - (pages[i] << 12)), pages[i], &done, &removed);
		EXPECT(done, pages[i]);
	}
	EXPECT(harness_is_unchanged(), true);
	EXPECT(memcmp(&before, &host_fences, sizeof(before)), 0);
}

static void table_unmap_no_pages_nothing_done(void)
{
	uint64_t done = 9, removed = 9;
	begin();
	feed(&table, 2);
	EXPECT(map(0, host_frame(1, 0), RW), FL_OK);
	harness_remember();
	struct host_fences before = host_fences;
	table_unmap(&table, VA(0), 0, &done, &removed);
	EXPECT(done, 0);
	EXPECT(removed, 0);
	table_unmap(&table, VA(0x1000), 511, &done, &removed); // a table, but no leaf there
	EXPECT(done, 511);
	EXPECT(removed, 0);
	EXPECT(harness_is_unchanged(), true);
	EXPECT(memcmp(&before, &host_fences, sizeof(before)), 0);
}

// What each call of a sequence does, exactly.
static void unmap_expect(uint64_t page, uint64_t pages, unsigned calls, const uint64_t done[],
                         const uint64_t removed[])
{
	uint64_t total = 0;
	for (unsigned i = 0; i < calls; i++) {
		uint64_t d, r;
		table_unmap(&table, VA((page + total) << 12), pages - total, &d, &r);
		EXPECT(d, done[i]);
		EXPECT(r, removed[i]);
		total += d;
		EXPECT_SOUND();
	}
	EXPECT(total, pages);
	EXPECT(table.leaves, 0);
	EXPECT(table.tables, 0);
}

#define UNMAP_EXPECT(page, pages, done, removed)                                                   \
	unmap_expect(page, pages, sizeof(done) / sizeof(*(done)), done, removed)

// The page at the start of a GiB: its table is one batch, then the whole GiB is empty.
static void table_unmap_gib_first_page_two_calls(void)
{
	const uint64_t done[] = {512, 262144 - 512}, removed[] = {1, 0};
	begin();
	feed(&table, 2);
	EXPECT(map(0, host_frame(1, 0), R), FL_OK);
	UNMAP_EXPECT(0, 262144, done, removed);
}

// 100 missing tables, then 412 pages of the one table.
static void table_unmap_gib_middle_page_two_calls(void)
{
	const uint64_t done[] = {100 * 512 + 412, 262144 - 100 * 512 - 412}, removed[] = {1, 0};
	begin();
	feed(&table, 2);
	EXPECT(map(100 * FL_RUN_SIZE + 411 * FL_PAGE_SIZE, host_frame(1, 0), R), FL_OK);
	UNMAP_EXPECT(0, 262144, done, removed);
}

static void table_unmap_gib_last_page_two_calls(void)
{
	const uint64_t done[] = {511 * 512 + 1, 511}, removed[] = {0, 1};
	begin();
	feed(&table, 2);
	EXPECT(map(GIB - FL_PAGE_SIZE, host_frame(1, 0), R), FL_OK);
	UNMAP_EXPECT(0, 262144, done, removed);
}

// 256 GiB with a page at the start of the first four.
static void table_unmap_all_sparse_five_calls(void)
{
	const uint64_t done[] = {512, 262144 - 512 + 511, 262144, 262144,
	                         (FL_USER_END >> 12) - 3 * 262144 - 511};
	const uint64_t removed[] = {1, 1, 1, 1, 0};
	begin();
	feed(&table, 8);
	for (unsigned i = 0; i < 4; i++)
		EXPECT(map(i * GIB, host_frame(1, i), R), FL_OK);
	UNMAP_EXPECT(0, FL_USER_END >> 12, done, removed);
}

static void table_unmap_dense_512_pages_a_call(void)
{
	const uint64_t whole[] = {512, 512}, cut[] = {512, 556}, cut_removed[] = {512, 456};
	begin();
	feed(&table, 3);
	for (unsigned i = 0; i < 1024; i++)
		EXPECT(map(i * FL_PAGE_SIZE, host_frame(1, i % 512), R), FL_OK);
	struct host_fences before = host_fences;
	UNMAP_EXPECT(0, 1024, whole, whole);
	EXPECT(host_fences.page, before.page);
	EXPECT(host_fences.space, before.space + 2);
	for (unsigned i = 56; i < 1024; i++) // not aligned: parts of two tables in one call
		EXPECT(map(i * FL_PAGE_SIZE, host_frame(1, i % 512), R), FL_OK);
	UNMAP_EXPECT(56, 1068, cut, cut_removed); // and 100 pages of a GiB that is empty by then
	for (unsigned i = 0; i < FL_RUN_FRAMES; i++)
		EXPECT(count_of(host_frame(1, i)), 1);
}

// A leaf alone: a fence of its page. Several, or a table with the last: a fence of the space.
static void table_unmap_fences_page_or_space(void)
{
	uint64_t done, removed;
	begin();
	feed(&table, 2);
	for (unsigned i = 0; i < 4; i++)
		EXPECT(map(i * 2 * FL_PAGE_SIZE, host_frame(1, i), R), FL_OK);
	struct host_fences before = host_fences;
	table_unmap(&table, VA(0x1000), 2, &done, &removed);
	EXPECT(host_fences.page, before.page + 1);
	EXPECT(host_fences.space, before.space);
	EXPECT(host_fences.last_page, 0x2000);
	EXPECT(table.tables, 2);
	table_unmap(&table, VA(0), 6, &done, &removed);
	EXPECT(removed, 2);
	EXPECT(host_fences.page, before.page + 1);
	EXPECT(host_fences.space, before.space + 1);
	table_unmap(&table, VA(0x6000), 1, &done, &removed);
	EXPECT(removed, 1);
	EXPECT(host_fences.page, before.page + 1);
	EXPECT(host_fences.space, before.space + 2);
	EXPECT(table.tables, 0);
	EXPECT_SOUND();
}

// A table that went away serves again, elsewhere, and brings nothing along.
static void table_unmap_last_leaf_table_reused_zero(void)
{
	uint64_t removed;
	begin();
	feed(&table, 2);
	for (unsigned gib = 0; gib < 256; gib += 5) {
		for (unsigned i = 0; i < 3; i++)
			EXPECT(map(gib * GIB + i * FL_PAGE_SIZE, host_frame(1, i), R), FL_OK);
		EXPECT(table.spares, 0);
		EXPECT(unmap_all(gib * 262144, 3, &removed), 1);
		EXPECT(table.spares, 2);
		EXPECT(host_page_is(table.spare, 0), true);
		EXPECT(host_page_is(PA(frame_at(table.spare)->id), 0), true);
	}
	EXPECT_SOUND();
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"table_unmap_every_edge_exact", table_unmap_every_edge},
		{"table_unmap_empty_space_one_call", table_unmap_empty_space_one_call},
		{"table_unmap_no_pages_nothing_done", table_unmap_no_pages_nothing_done},
		{"table_unmap_gib_first_page_two_calls", table_unmap_gib_first_page_two_calls},
		{"table_unmap_gib_middle_page_two_calls", table_unmap_gib_middle_page_two_calls},
		{"table_unmap_gib_last_page_two_calls", table_unmap_gib_last_page_two_calls},
		{"table_unmap_all_sparse_five_calls", table_unmap_all_sparse_five_calls},
		{"table_unmap_dense_512_pages_a_call", table_unmap_dense_512_pages_a_call},
		{"table_unmap_fences_page_or_space", table_unmap_fences_page_or_space},
		{"table_unmap_last_leaf_table_reused_zero", table_unmap_last_leaf_table_reused_zero},
	};
	return tap_run(tests, sizeof(tests) / sizeof(*tests));
}
