// Tests of protect in kern/table.c: ranges at every edge, how far one call goes, what the fences
// are. Not here: 2 MiB leaves (table_window_test.c).
#include "table_common.h"

// Pages at and around the edges of tables and of a GiB; page numbers.
static const uint64_t edges[] = {0,    1,      255,    510,    511,    512,    513,   1023,
                                 1024, 262142, 262143, 262144, 262145, 262655, 262656};
#define EDGES (sizeof(edges) / sizeof(*edges))

static void map_edges(unsigned prot)
{
	for (unsigned i = 0; i < EDGES; i++)
		EXPECT(map(edges[i] * FL_PAGE_SIZE, host_frame(1, i % 5), prot), FL_OK);
}

static void protect_edges_once(uint64_t start, uint64_t end, unsigned take)
{
	uint64_t total = 0;
	while (total < end - start) {
		uint64_t done, before = host_fences.space;
		table_protect(&table, VA((start + total) << 12), end - start - total, take, &done);
		EXPECT(done > 0, true);
		if (done == 0)
			return;
		total += done;
		EXPECT(host_fences.space - before <= 1, true);
	}
}

static void table_protect_every_edge(void)
{
	begin();
	feed(&table, 12);
	for (unsigned i = 0; i < EDGES; i++) {
		for (unsigned j = i + 1; j < EDGES; j++) {
			unsigned prot = (i + j) % 2 ? RW | FL_PROT_ACCESSED | FL_PROT_DIRTY : RX;
			unsigned take = (i + j) % 2 ? FL_PROT_WRITE : FL_PROT_EXEC;
			map_edges(prot);
			harness_settle();
			protect_edges_once(edges[i], edges[j], take);
			for (unsigned k = 0; k < EDGES; k++) {
				bool is_inside = edges[k] >= edges[i] && edges[k] < edges[j];
				unsigned left = is_inside ? prot & ~take : prot;
				EXPECT(pte_at(edges[k] << 12), pte_leaf(host_frame(1, k % 5), left));
			}
			EXPECT_SOUND();
		}
	}
	EXPECT(table.leaves, EDGES);
	EXPECT(count_of(host_frame(1, 0)), 1 + EDGES / 5);
}

static void table_protect_nothing_to_take_no_fence(void)
{
	uint64_t done;
	begin();
	feed(&table, 2);
	EXPECT(map(0x1000, host_frame(1, 0), R), FL_OK);
	EXPECT(map(0x2000, host_frame(1, 1), RX), FL_OK);
	struct host_fences before = host_fences;
	table_protect(&table, VA(0), 512, FL_PROT_WRITE, &done);
	EXPECT(memcmp(&before, &host_fences, sizeof(before)), 0);
	table_protect(&table, VA(0), 512, FL_PROT_WRITE | FL_PROT_EXEC, &done);
	EXPECT(host_fences.space, before.space + 1);
	EXPECT(pte_at(0x1000), pte_leaf(host_frame(1, 0), R));
	EXPECT(pte_at(0x2000), pte_leaf(host_frame(1, 1), R));
	EXPECT_SOUND();
}

static void table_protect_dense_512_pages_a_call(void)
{
	uint64_t done;
	begin();
	feed(&table, 3);
	for (unsigned i = 0; i < 1024; i++)
		EXPECT(map(i * FL_PAGE_SIZE, host_frame(1, i % 512), RW), FL_OK);
	uint64_t space = host_fences.space;
	table_protect(&table, VA(56 * FL_PAGE_SIZE), 900, FL_PROT_WRITE, &done);
	EXPECT(done, 512);
	EXPECT(host_fences.space, space + 1);
	for (unsigned i = 0; i < 1024; i++)
		EXPECT(pte_at(i * FL_PAGE_SIZE),
		       pte_leaf(host_frame(1, i % 512), i >= 56 && i < 568 ? R : RW));
	table_protect(&table, VA(568 * FL_PAGE_SIZE), 262144 - 568, FL_PROT_WRITE, &done);
	EXPECT(done, (1024 - 568) + 56 * 512); // the pages, then 56 missing tables
	EXPECT_SOUND();
}

static void table_protect_empty_space_one_call(void)
{
	const uint64_t pages[] = {0, 1, 511, 512, 513, 262143, 262144, 262145, FL_USER_END >> 12};
	begin();
	struct host_fences before = host_fences;
	harness_remember();
	for (unsigned i = 0; i < 9; i++) {
		uint64_t done;
		table_protect(&table, VA(0), pages[i], FL_PROT_WRITE, &done);
		EXPECT(done, pages[i]);
		table_protect(&table, VA(FL_USER_END - (pages[i] << 12)), pages[i], FL_PROT_EXEC, &done);
		EXPECT(done, pages[i]);
	}
	EXPECT(harness_is_unchanged(), true);
	EXPECT(memcmp(&before, &host_fences, sizeof(before)), 0);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"table_protect_empty_space_one_call", table_protect_empty_space_one_call},
		{"table_protect_every_edge_exact", table_protect_every_edge},
		{"table_protect_nothing_to_take_no_fence", table_protect_nothing_to_take_no_fence},
		{"table_protect_dense_512_pages_a_call", table_protect_dense_512_pages_a_call},
	};
	return tap_run(tests, sizeof(tests) / sizeof(*tests));
}
