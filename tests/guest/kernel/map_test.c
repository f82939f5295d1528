// map and map_fixed: which frame, address and rights they refuse, vectors, tables, replacement.
#include "fixture.h"
#include "fl/string.h"

#define HUGE (~0ul)
#define KERNEL_VA 0xffffffc080200000ul
#define VECTOR_VA 0x1000000ul // in the puppet's or the fixture's space

static fl_error_t map_one(uint64_t va, uint64_t frame, unsigned *installed)
{
	const struct fl_map_entry entry = {va, frame};
	*installed = 99;
	return fl_map(fixture.space, &entry, 1, installed);
}

static void map_refused(fl_error_t error, uint64_t va, uint64_t frame)
{
	unsigned installed;
	struct picture before = picture_take();
	bool good = expect(error, map_one(va, frame, &installed));
	if (!expect(0, installed) || !picture_same(&before) || !good)
		note("map of 0x%lx at 0x%lx", (unsigned long)frame, (unsigned long)va);
}

static void map_frame_not_mappable_bad_frame(void)
{
	fixture_open();
	const struct fixture *f = &fixture;
	struct fl_result r;
	require(fl_pte_read(f->space, FIXTURE_VA, &r) == FL_OK);
	const uint64_t table = r.value[1] >> 10 << FL_PAGE_SHIFT;
	expect(FL_FRAME_TABLE, frame_state(table).value[0]);
	const uint64_t bad[] = {0,
	                        f->frame,       // free, of an object run
	                        table,          // a page table of this very space
	                        f->object,      // a kernel object
	                        f->fixed,       // boot memory
	                        f->reserved,    // the kernel
	                        boot->ram_base, // firmware
	                        f->run,         // of a run that nobody holds
	                        f->beyond,
	                        f->beyond - 0, // end of RAM
	                        boot->ram_base - FL_PAGE_SIZE,
	                        boot->item[0].base & -FL_PAGE_SIZE, // a device
	                        1ul << 55,
	                        1ul << 63 | f->page, // bits above the physical address
	                        1ul << 56 | f->page,
	                        -FL_PAGE_SIZE};
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		map_refused(FL_BAD_FRAME, FIXTURE_VA, bad[i] | FL_PROT_READ);
		map_refused(FL_BAD_FRAME, FIXTURE_VA + FL_PAGE_SIZE, bad[i] | FL_PROT_READ);
	}
	fixture_close();
}

// The frame of another space's window, and the other way round.
static void map_frame_of_another_holder_bad_frame(void)
{
	struct puppet puppet;
	fixture_open();
	puppet_open(&puppet);
	const uint64_t run = run_spare(0), va = 0x2000000;
	table_feed(puppet.space);
	expect(FL_OK, puppet_give(&puppet, 2, FL_ROOT_MEMORY, FL_RIGHT_ALL));
	expect(FL_OK, puppet_give(&puppet, 3, fixture.space, FL_RIGHT_ALL));
	const uint64_t attach[7] = {2, run, FL_RUN_WINDOW, va};
	fl_error_t error;
	do {
		error = puppet_call(&puppet, FL_SYS_RUN_ATTACH, attach, NULL);
	} while (error == FL_AGAIN);
	expect(FL_OK, error);
	map_refused(FL_BAD_FRAME, FIXTURE_VA, run | FL_PROT_READ);
	const uint64_t foreign[7] = {3, 1, FIXTURE_VA, fixture.page | FL_PROT_READ};
	expect(FL_BAD_FRAME, puppet_call(&puppet, FL_SYS_MAP, foreign, NULL));
	const uint64_t own[7] = {3, 1, FIXTURE_VA + FL_PAGE_SIZE, run | FL_PROT_READ};
	expect(FL_OK, puppet_call(&puppet, FL_SYS_MAP, own, NULL));
	expect(2, frame_state(run).value[1]);
	expect(0, frame_state(run).value[3]);
	uint64_t done, removed;
	expect(FL_OK, fl_unmap(fixture.space, FIXTURE_VA + FL_PAGE_SIZE, 1, &done, &removed));
	expect(FL_OK, puppet_call(&puppet, FL_SYS_RUN_DETACH, (uint64_t[7]){2, run}, NULL));
	expect(FL_RUN_NONE, frame_state(run).value[2]);
	puppet_close(&puppet);
	fixture_close();
}

static void map_rights_not_possible_bad_prot(void)
{
	fixture_open();
	for (unsigned prot = 0; prot < FL_PAGE_SIZE; prot = prot < 64 ? prot + 1 : prot * 2) {
		unsigned rights = prot & FL_PROT_RIGHTS;
		bool good = rights == FL_PROT_READ || rights == 3 || rights == 5;
		if (prot & FL_PROT_DIRTY && !(rights & FL_PROT_WRITE))
			good = false;
		if (prot > FL_PROT_MASK || !good)
			map_refused(FL_BAD_PROT, FIXTURE_VA, fixture.page | prot);
	}
	fixture_close();
}

static void map_rights_possible_exact_pte(void)
{
	static const unsigned prot[] = {1, 3, 5, 9, 0xb, 0xd, 0x13, 0x1b};
	fixture_open();
	for (unsigned i = 0; i < sizeof prot / sizeof prot[0]; i++) {
		unsigned installed;
		struct fl_result r;
		expect(FL_OK, map_one(FIXTURE_VA, fixture.page | prot[i], &installed));
		expect(1, installed);
		expect(FL_OK, fl_pte_read(fixture.space, FIXTURE_VA, &r));
		uint64_t bits = 0x11 | (prot[i] & 7) << 1 | (prot[i] & 8) << 3 | (prot[i] & 0x10) << 3;
		expect(fixture.page >> 2 | bits, r.value[2]);
		expect(2, frame_state(fixture.page).value[1]);
		expect(1, frame_state(fixture.mapped).value[1]);
	}
	unsigned installed;
	expect(FL_OK, map_one(FIXTURE_VA, fixture.mapped | 3, &installed));
	fixture_close();
}

static void map_address_bad_bad_address(void)
{
	static const uint64_t bad[] = {FIXTURE_VA + 1,
	                               FIXTURE_VA + 8,
	                               FIXTURE_VA + 0x800,
	                               FL_USER_END,
	                               FL_USER_END + FL_PAGE_SIZE,
	                               1ul << 39,
	                               1ul << 40,
	                               1ul << 63,
	                               KERNEL_VA,
	                               -FL_PAGE_SIZE,
	                               HUGE};
	fixture_open();
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
		map_refused(FL_BAD_ADDRESS, bad[i], fixture.page | FL_PROT_READ);
	fixture_close();
}

static void map_table_missing_no_table_until_fed(void)
{
	fixture_open();
	const uint64_t far = 0x2000000000, near = FIXTURE_VA + FL_RUN_SIZE;
	unsigned installed;
	struct fl_result r;
	map_refused(FL_NO_TABLE, near, fixture.page | FL_PROT_READ); // one is missing
	map_refused(FL_NO_TABLE, far, fixture.page | FL_PROT_READ);  // two are
	table_feed(fixture.space);
	map_refused(FL_NO_TABLE, far, fixture.page | FL_PROT_READ); // one of them: stays a spare
	expect(FL_OK, map_one(near, fixture.page | FL_PROT_READ, &installed));
	table_feed(fixture.space);
	table_feed(fixture.space);
	expect(FL_OK, map_one(far, fixture.page | FL_PROT_READ, &installed));
	expect(3, frame_state(fixture.page).value[1]);
	expect(FL_OK, fl_space_counts(fixture.space, &r));
	expect(3, r.value[1]);
	expect(5, r.value[2]);
	expect(0, r.value[3]);
	uint64_t done, removed;
	expect(FL_OK, fl_unmap(fixture.space, far, 1, &done, &removed));
	expect(FL_OK, fl_unmap(fixture.space, near, 1, &done, &removed));
	expect(FL_OK, fl_space_counts(fixture.space, &r));
	expect(2, r.value[2]);
	expect(3, r.value[3]);
	expect(1, frame_state(fixture.page).value[1]);
	fixture_close();
}

static void map_over_window_exists(void)
{
	unsigned installed;
	fixture_open();
	const struct fl_map_entry entry = {(uintptr_t)page_at(fixture.page), fixture.page | 1};
	expect(FL_EXISTS, fl_map(FL_ROOT_SPACE, &entry, 1, &installed));
	expect(0, installed);
	expect(1, frame_state(fixture.page).value[1]);
	fixture_close();
}

static const struct test tests[] = {
	TEST(map_frame_not_mappable_bad_frame), TEST(map_frame_of_another_holder_bad_frame),
	TEST(map_rights_not_possible_bad_prot), TEST(map_rights_possible_exact_pte),
	TEST(map_address_bad_bad_address),      TEST(map_table_missing_no_table_until_fed),
	TEST(map_over_window_exists),
};
SUITE(map, tests);
