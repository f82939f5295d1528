// Tests of kern/table.c: map and replace one page; the list of spare tables; page rights.
// Not here: ranges (table_unmap_test.c, table_protect_test.c), windows (table_window_test.c).
#include "table_common.h"

static void prot_check_all_values(void)
{
	unsigned good = 0;
	for (unsigned prot = 0; prot < 4096; prot++) {
		EXPECT(prot_check(prot), prot_is_good(prot) ? FL_OK : FL_BAD_PROT);
		good += prot_check(prot) == FL_OK;
	}
	EXPECT(good, 8); // R, RX: with and without A; RW: with and without A, D
	EXPECT(prot_check(1u << 12 | R), FL_BAD_PROT);
	EXPECT(prot_check(1u << 31 | R), FL_BAD_PROT);
}

static void table_map_all_rights(void)
{
	begin();
	feed(&table, 2);
	for (unsigned prot = 0; prot < 32; prot++) {
		if (!prot_is_good(prot))
			continue;
		uint64_t va = prot * FL_PAGE_SIZE;
		EXPECT(map(va, host_frame(1, prot), prot), FL_OK);
		pte_t expected = host_frame(1, prot).v / 4096 * 1024 + 0x11; // PPN, U, V
		expected += (prot & 7) * 2 + (prot & 8 ? 0x40 : 0) + (prot & 16 ? 0x80 : 0);
		EXPECT(pte_at(va), expected);
		EXPECT(count_of(host_frame(1, prot)), 2);
	}
	EXPECT(table.leaves, 8);
	EXPECT_SOUND();
}

static void table_map_missing_tables_spares_exact(void)
{
	begin();
	paddr_t pa = host_frame(1, 3);
	for (unsigned spares = 0; spares < 2; spares++) {
		EXPECT(table.spares, spares);
		harness_remember();
		EXPECT(map(0x1000, pa, RW), FL_NO_TABLE);
		EXPECT(map(FL_USER_END - FL_PAGE_SIZE, pa, RW), FL_NO_TABLE);
		EXPECT(harness_is_unchanged(), true);
		feed(&table, 1);
	}
	EXPECT(map(0x1000, pa, RW), FL_OK);
	EXPECT(table.spares, 0);
	EXPECT(table.spare.v, 0);
	EXPECT(table.tables, 2);
	EXPECT(map(0x2000, pa, RW), FL_OK); // no table missing
	harness_remember();
	EXPECT(map(FL_RUN_SIZE, pa, RW), FL_NO_TABLE); // one missing
	EXPECT(harness_is_unchanged(), true);
	feed(&table, 1);
	harness_remember();
	EXPECT(map(GIB, pa, RW), FL_NO_TABLE); // two missing
	EXPECT(harness_is_unchanged(), true);
	EXPECT(map(FL_RUN_SIZE, pa, RW), FL_OK);
	EXPECT(table.tables, 3);
	EXPECT(table.spares, 0);
	EXPECT(count_of(table.root), 1);
	EXPECT(count_of(pa), 4);
	EXPECT_SOUND();
}

static void table_map_edges_nothing_else_changed(void)
{
	const uint64_t edges[] = {0,   511 * FL_PAGE_SIZE,        FL_RUN_SIZE, GIB - FL_PAGE_SIZE,
	                          GIB, FL_USER_END - FL_PAGE_SIZE};
	begin();
	feed(&table, 8);
	for (unsigned i = 0; i < 6; i++) {
		EXPECT(map(edges[i], host_frame(1, i), R), FL_OK);
		for (unsigned j = 0; j < 6; j++)
			EXPECT(pte_address(pte_at(edges[j])).v, j <= i ? host_frame(1, j).v : 0);
	}
	EXPECT(table.leaves, 6);
	EXPECT(table.tables, 8 - table.spares);
	EXPECT(table.tables, 3 + 5); // GiB 0, 1, 255; regions 0, 1, 511 of 0, 0 of 1, 511 of 255
	const pte_t *root = phys_to_virt(table.root);
	for (unsigned i = TABLE_USER_ENTRIES; i < TABLE_ENTRIES; i++)
		EXPECT(root[i], 0);
	EXPECT_SOUND();
}

static void table_map_replace_counts_follow(void)
{
	begin();
	feed(&table, 2);
	EXPECT(map(0x5000, host_frame(1, 1), R), FL_OK);
	EXPECT_SOUND();
	struct host_fences before = host_fences;
	EXPECT(map(0x5000, host_frame(1, 2), RW), FL_OK);
	EXPECT(host_fences.page, before.page + 1);
	EXPECT(host_fences.last_page, 0x5000);
	EXPECT(count_of(host_frame(1, 1)), 1);
	EXPECT(count_of(host_frame(1, 2)), 2);
	EXPECT(table.leaves, 1);
	EXPECT_SOUND();
	EXPECT(map(0x5000, host_frame(1, 2), R), FL_OK); // the same frame, other rights
	EXPECT(count_of(host_frame(1, 2)), 2);
	EXPECT(pte_at(0x5000), pte_leaf(host_frame(1, 2), R));
	EXPECT(table.leaves, 1);
	EXPECT(host_fences.page, before.page + 2);
	EXPECT(host_fences.space, before.space);
	EXPECT_SOUND();
}

static void table_map_maximum_count_overflows(void)
{
	begin();
	paddr_t pa = host_frame(1, 1), other = host_frame(1, 2);
	frame_at(pa)->count = UINT32_MAX;
	harness_remember();
	EXPECT(map(0x5000, pa, R), FL_OVERFLOW); // no tables
	EXPECT(harness_is_unchanged(), true);
	feed(&table, 2);
	harness_remember();
	EXPECT(map(0x5000, pa, R), FL_OVERFLOW);
	EXPECT(harness_is_unchanged(), true);
	EXPECT(map(0x5000, other, R), FL_OK);
	harness_remember();
	EXPECT(map(0x5000, pa, R), FL_OVERFLOW); // instead of another
	EXPECT(harness_is_unchanged(), true);
	frame_at(pa)->count = UINT32_MAX - 1;
	EXPECT(map(0x6000, pa, R), FL_OK);
	EXPECT(count_of(pa), UINT32_MAX);
	harness_remember();
	EXPECT(map(0x7000, pa, R), FL_OVERFLOW);
	EXPECT(harness_is_unchanged(), true);
	EXPECT_SOUND();
}

static void table_map_device_page_no_count(void)
{
	begin();
	feed(&table, 2);
	struct frame before[HOST_FRAMES];
	EXPECT(map(0x5000, PA(HOST_DEVICE), R), FL_OK);
	memcpy(before, frames.frame, sizeof(before));
	EXPECT(map(0x5000, PA(HOST_DEVICE + FL_PAGE_SIZE), RW), FL_OK);
	EXPECT(memcmp(before, frames.frame, sizeof(before)), 0);
	EXPECT(pte_at(0x5000), pte_leaf(PA(HOST_DEVICE + FL_PAGE_SIZE), RW));
	EXPECT(map(0x5000, host_frame(1, 1), R), FL_OK);
	EXPECT(count_of(host_frame(1, 1)), 2);
	EXPECT(map(0x5000, PA((1ul << 56) - FL_PAGE_SIZE), R), FL_OK); // the highest frame there is
	EXPECT(count_of(host_frame(1, 1)), 1);
	EXPECT(pte_address(pte_at(0x5000)).v, (1ul << 56) - FL_PAGE_SIZE);
	uint64_t done, removed;
	table_unmap(&table, VA(0x5000), 1, &done, &removed);
	EXPECT(removed, 1);
	EXPECT(table.leaves, 0);
	EXPECT_SOUND();
}

static void table_map_fixed_frame_counted(void)
{
	begin();
	feed(&table, 2);
	frame_at(host_frame(2, 4))->type = FL_FRAME_FIXED;
	EXPECT(map(0x5000, host_frame(2, 4), R), FL_OK);
	EXPECT(map(0x6000, host_frame(2, 4), R), FL_OK);
	EXPECT(count_of(host_frame(2, 4)), 2);
	EXPECT(map(0x5000, host_frame(1, 4), R), FL_OK);
	EXPECT(count_of(host_frame(2, 4)), 1);
	EXPECT_SOUND();
}

static void table_map_executable_asks_for_fence_i(void)
{
	begin();
	feed(&table, 2);
	EXPECT(map(0x5000, host_frame(1, 1), R), FL_OK);
	EXPECT(map(0x6000, host_frame(1, 1), RW), FL_OK);
	EXPECT(host_fences.executable, 0);
	EXPECT(map(0x5000, host_frame(1, 1), RX), FL_OK); // R -> RX
	EXPECT(host_fences.executable, 1);
	EXPECT_SOUND();
	EXPECT(map(0x5000, host_frame(1, 2), RX), FL_OK); // another frame
	EXPECT(host_fences.executable, 2);
	EXPECT_SOUND();
	EXPECT(map(0x7000, host_frame(1, 2), RX), FL_OK);
	EXPECT(host_fences.executable, 3);
	EXPECT_SOUND();
}

// "If software modifies a non-leaf PTE, it should execute SFENCE.VMA with rs1=x0": privileged
// specification 20211203, "Supervisor Memory-Management Fence Instruction". A fence of one page
// orders the leaf only.
static void table_map_new_table_fences_the_space(void)
{
	begin();
	feed(&table, 3);
	uint64_t before = host_fences.space;
	EXPECT(map(0x5000, host_frame(1, 1), R), FL_OK);
	EXPECT(host_fences.space, before + 1);
	EXPECT(map(0x6000, host_frame(1, 1), R), FL_OK); // a leaf and nothing else
	EXPECT(host_fences.space, before + 1);
	EXPECT(host_fences.last_page, 0x6000);
	EXPECT(map(FL_RUN_SIZE, host_frame(1, 1), R), FL_OK);
	EXPECT(host_fences.space, before + 2);
	uint64_t pager_before = host_fences.space;
	feed(&pager, 1);
	EXPECT(table_map_window(&pager, VA(GIB), host_frame(1, 0)), FL_OK);
	EXPECT(host_fences.space, pager_before + 1);
}

static void table_drain_last_fed_first(void)
{
	struct frame *frame;
	begin();
	EXPECT(table_drain(&table, &frame), FL_EMPTY);
	unsigned first = next_table;
	feed(&table, 5);
	for (unsigned i = 5; i-- > 0;) {
		EXPECT(table.spares, i + 1);
		EXPECT(table_drain(&table, &frame), FL_OK);
		EXPECT(frame == frame_at(host_frame(0, first + i)), true);
		EXPECT(frame->type, FL_FRAME_TABLE);
		EXPECT(frame->id, 0);
		EXPECT(frame->count, 0);
		frame_give(frame);
	}
	harness_remember();
	EXPECT(table_drain(&table, &frame), FL_EMPTY);
	EXPECT(harness_is_unchanged(), true);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"prot_check_all_values_obey_the_rule", prot_check_all_values},
		{"table_map_all_rights_entry_exact", table_map_all_rights},
		{"table_map_missing_tables_spares_exact", table_map_missing_tables_spares_exact},
		{"table_map_edges_nothing_else_changed", table_map_edges_nothing_else_changed},
		{"table_map_replace_counts_follow", table_map_replace_counts_follow},
		{"table_map_maximum_count_overflows", table_map_maximum_count_overflows},
		{"table_map_device_page_no_count", table_map_device_page_no_count},
		{"table_map_fixed_frame_counted", table_map_fixed_frame_counted},
		{"table_map_executable_asks_for_fence_i", table_map_executable_asks_for_fence_i},
		{"table_map_new_table_fences_the_space", table_map_new_table_fences_the_space},
		{"table_drain_last_fed_first", table_drain_last_fed_first},
	};
	return tap_run(tests, sizeof(tests) / sizeof(*tests));
}
