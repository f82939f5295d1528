// Tests of kern/table.c: reading the entries on the way to a page; setting A and D by software.
// Not here: changing leaves (table_test.c).
#include "table_common.h"

static void table_read_every_depth(void)
{
	pte_t entry[3];
	begin();
	feed(&table, 2);
	table_read(&table, VA(0), entry);
	EXPECT(entry[0] | entry[1] | entry[2], 0);
	EXPECT(map(0x5000, host_frame(1, 1), RW), FL_OK);
	harness_remember();
	table_read(&table, VA(0x5000), entry);
	EXPECT(entry[0], pte_table(pte_address(*(pte_t *)phys_to_virt(table.root))));
	EXPECT(entry[1], *(pte_t *)phys_to_virt(pte_address(entry[0])));
	EXPECT(entry[1], pte_table(pte_address(entry[1])));
	EXPECT(entry[2], pte_leaf(host_frame(1, 1), RW));
	pte_t level2 = entry[0], level1 = entry[1];
	table_read(&table, VA(0x5123), entry); // any byte of the page
	EXPECT(entry[2], pte_leaf(host_frame(1, 1), RW));
	table_read(&table, VA(0x6000), entry);
	EXPECT(entry[0] == level2 && entry[1] == level1 && entry[2] == 0, true);
	table_read(&table, VA(FL_RUN_SIZE), entry);
	EXPECT(entry[0] == level2 && entry[1] == 0 && entry[2] == 0, true);
	table_read(&table, VA(GIB), entry);
	EXPECT(entry[0] | entry[1] | entry[2], 0);
	table_read(&pager, VA(PAGER_WINDOW + 0x3000), entry);
	EXPECT(entry[1], pte_leaf(host_frame(1, 0), RW | FL_PROT_ACCESSED | FL_PROT_DIRTY));
	EXPECT(entry[2], 0);
	EXPECT(harness_is_unchanged(), true);
}

static void touch_once(unsigned prot, unsigned access, bool is_user)
{
	EXPECT(map(0x5000, host_frame(1, 1), prot), FL_OK);
	pte_t *place = pte_place(0x5000), before = *place;
	if (!is_user)
		*place = before &= ~PTE_U;
	pte_t want = access == FL_PROT_WRITE ? PTE_A | PTE_D : PTE_A;
	bool is_touched = is_user && prot & access && (before & want) != want;
	uint64_t page = host_fences.page, space = host_fences.space;
	EXPECT(table_touch(&table, VA(0x5000 + 0x7f8), access), is_touched);
	EXPECT(*place, is_touched ? before | want : before);
	EXPECT(host_fences.page - page, is_touched);
	EXPECT(host_fences.space, space);
	*place |= PTE_U;
}

static void table_touch_all_rights(void)
{
	begin();
	feed(&table, 2);
	for (unsigned prot = 0; prot < 32; prot++) {
		for (unsigned access = FL_PROT_READ; access <= FL_PROT_EXEC && prot_is_good(prot);
		     access *= 2) {
			touch_once(prot, access, true);
			EXPECT_SOUND();
			touch_once(prot, access, false);
		}
	}
	EXPECT(count_of(host_frame(1, 1)), 2);
}

static void table_touch_nothing_mapped_false(void)
{
	begin();
	feed(&table, 2);
	for (unsigned depth = 0; depth < 2; depth++) {
		harness_remember();
		for (unsigned access = FL_PROT_READ; access <= FL_PROT_EXEC; access *= 2) {
			EXPECT(table_touch(&table, VA(0x6000), access), false);
			EXPECT(table_touch(&table, VA(FL_RUN_SIZE), access), false);
			EXPECT(table_touch(&table, VA(GIB), access), false);
			EXPECT(table_touch(&pager, VA(PAGER_WINDOW), access), false); // A and D are set
		}
		EXPECT(harness_is_unchanged(), true);
		EXPECT(map(0x5000, host_frame(1, 1), RW), FL_OK);
	}
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"table_read_every_depth_entries_exact", table_read_every_depth},
		{"table_touch_all_rights_bits_exact", table_touch_all_rights},
		{"table_touch_nothing_mapped_false", table_touch_nothing_mapped_false},
	};
	return tap_run(tests, sizeof(tests) / sizeof(*tests));
}
