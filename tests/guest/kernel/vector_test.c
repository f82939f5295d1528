// map with a vector of entries, map over what is mapped, and map_fixed.
#include "fixture.h"
#include "fl/string.h"

#define HUGE (~0ul)
#define KERNEL_VA 0xffffffc080200000ul
#define ENTRIES FL_MAP_ENTRIES_MAX

static struct fl_map_entry vector[ENTRIES + 1];

// Entries 0 .. count - 1: fixture.page, at consecutive addresses after FIXTURE_VA.
static void vector_fill(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		vector[i] = (struct fl_map_entry){FIXTURE_VA + (i + 1) * FL_PAGE_SIZE, fixture.page | 1};
}

static uint64_t leaves(void)
{
	struct fl_result r;
	require(fl_space_counts(fixture.space, &r) == FL_OK);
	return r.value[1];
}

static void unmap_all(uint64_t expected)
{
	uint64_t done, removed;
	expect(FL_OK, fl_unmap(fixture.space, FIXTURE_VA + FL_PAGE_SIZE, ENTRIES, &done, &removed));
	expect(ENTRIES, done);
	expect(expected, removed);
	expect(1, leaves());
	expect(1, frame_state(fixture.page).value[1]);
}

static void map_vector_every_length_all_installed(void)
{
	fixture_open();
	vector_fill(ENTRIES);
	for (unsigned count = 0; count <= ENTRIES; count++) {
		unsigned installed = 99;
		expect(FL_OK, fl_map(fixture.space, vector, count, &installed));
		expect(count, installed);
		expect(count + 1, leaves());
		expect(count + 1, frame_state(fixture.page).value[1]);
		unmap_all(count);
	}
	fixture_close();
}

static void map_vector_too_long_bad_argument(void)
{
	static const uint64_t count[] = {ENTRIES + 1, 255, 1ul << 32, 1ul << 63 | 1, HUGE};
	fixture_open();
	vector_fill(ENTRIES + 1);
	for (unsigned i = 0; i < sizeof count / sizeof count[0]; i++) {
		struct fl_result r;
		expect(FL_BAD_ARGUMENT,
		       fl_invoke(FL_SYS_MAP, fixture.space, count[i], (uintptr_t)vector, 0, 0, 0, 0, &r));
		expect(0, r.value[0]);
		expect(1, leaves());
	}
	fixture_close();
}

// A bad entry stops the call; what came before it stays and is counted.
static void map_vector_bad_entry_count_tells(void)
{
	fixture_open();
	for (unsigned bad = 0; bad < ENTRIES; bad += 9) {
		const struct {
			struct fl_map_entry entry;
			fl_error_t error;
		} kind[] = {{{FIXTURE_VA + 1, fixture.page | 1}, FL_BAD_ADDRESS},
		            {{FIXTURE_VA, fixture.frame | 1}, FL_BAD_FRAME},
		            {{FIXTURE_VA, fixture.page | 6}, FL_BAD_PROT},
		            {{0x3000000000, fixture.page | 1}, FL_NO_TABLE}};
		for (unsigned i = 0; i < sizeof kind / sizeof kind[0]; i++) {
			unsigned installed = 99;
			vector_fill(ENTRIES);
			vector[bad] = kind[i].entry;
			expect(kind[i].error, fl_map(fixture.space, vector, ENTRIES, &installed));
			expect(bad, installed);
			expect(1 + bad, leaves());
			expect(1 + bad, frame_state(fixture.page).value[1]);
			unmap_all(bad);
		}
	}
	fixture_close();
}

static void map_vector_unreadable_bad_address(void)
{
	static const uint64_t at[] = {
		0,         0x3000, FL_USER_END, FL_USER_END - 16,   KERNEL_VA,         1ul << 40,
		1ul << 63, -16ul,  HUGE,        FL_BOOTINFO_VA + 4, FL_BOOTINFO_VA + 1};
	fixture_open();
	for (unsigned i = 0; i < sizeof at / sizeof at[0]; i++) {
		struct fl_result r;
		struct picture before = picture_take();
		expect(FL_BAD_ADDRESS, fl_invoke(FL_SYS_MAP, fixture.space, 3, at[i], 0, 0, 0, 0, &r));
		expect(0, r.value[0]);
		picture_same(&before);
	}
	fixture_close();
}

// The vector runs from a present page into an absent one: two entries are read.
static void map_vector_ends_in_absent_page_count_tells(void)
{
	const uint64_t va = 0x3000000;
	uint64_t done, removed;
	unsigned installed;
	fixture_open();
	vector_fill(3);
	uint64_t page = page_new();
	expect(FL_OK, page_map(FL_ROOT_SPACE, va, page, 3));
	struct fl_map_entry *edge = (void *)(va + FL_PAGE_SIZE - 2 * sizeof *edge);
	memcpy(edge, vector, 2 * sizeof *edge);
	expect(FL_BAD_ADDRESS, fl_map(fixture.space, edge, 3, &installed));
	expect(2, installed);
	expect(3, leaves());
	unmap_all(2);
	expect(FL_OK, fl_unmap(FL_ROOT_SPACE, va, 1, &done, &removed));
	page_end(page);
	fixture_close();
}

static void map_present_page_replaced_counts_kept(void)
{
	unsigned installed;
	struct fl_result r;
	fixture_open();
	const struct fl_map_entry other = {FIXTURE_VA, fixture.page | 1};
	const struct fl_map_entry same[2] = {{FIXTURE_VA, fixture.page | 3},
	                                     {FIXTURE_VA, fixture.page | 1}};
	expect(FL_OK, fl_map(fixture.space, &other, 1, &installed));
	expect(2, frame_state(fixture.page).value[1]);
	expect(1, frame_state(fixture.mapped).value[1]);
	expect(FL_OK, fl_map(fixture.space, same, 2, &installed));
	expect(2, installed);
	expect(2, frame_state(fixture.page).value[1]);
	expect(1, leaves());
	expect(FL_OK, fl_pte_read(fixture.space, FIXTURE_VA, &r));
	expect(fixture.page >> 2 | 0x13, r.value[2]);
	const struct fl_map_entry back = {FIXTURE_VA, fixture.mapped | 3};
	expect(FL_OK, fl_map(fixture.space, &back, 1, &installed));
	expect(1, frame_state(fixture.page).value[1]);
	expect(2, frame_state(fixture.mapped).value[1]);
	fixture_close();
}

static void fixed_refused(fl_error_t error, uint64_t va, fl_slot_t fixed, uint64_t page,
                          uint64_t count, uint64_t prot)
{
	struct fl_result r;
	struct picture before = picture_take();
	bool good = expect(
		error, fl_invoke(FL_SYS_MAP_FIXED, fixture.space, va, fixed, page, count, prot, 0, &r));
	if (!expect(0, r.value[0]) || !picture_same(&before) || !good)
		note("map_fixed slot %u page %lu count %lu at 0x%lx", fixed, page, count, va);
}

static void map_fixed_bad_argument_error(void)
{
	fixture_open();
	const fl_slot_t pool = FL_ROOT_POOL;
	const uint64_t va = FIXTURE_VA + FL_PAGE_SIZE, pages = boot->pool_pages;
	static const uint64_t prot[] = {0, 2, 6, 7, 0x11, 0x20, 0x1000, 0x1001, 1ul << 32 | 1, HUGE};
	for (unsigned i = 0; i < sizeof prot / sizeof prot[0]; i++)
		fixed_refused(FL_BAD_PROT, va, pool, 1, 1, prot[i]);
	static const uint64_t address[] = {FIXTURE_VA + 8, FL_USER_END, KERNEL_VA, 1ul << 40, HUGE};
	for (unsigned i = 0; i < sizeof address / sizeof address[0]; i++)
		fixed_refused(FL_BAD_ADDRESS, address[i], pool, 1, 1, 1);
	fixed_refused(FL_BAD_ADDRESS, FL_USER_END - FL_PAGE_SIZE, pool, 1, 2, 1);
	fixed_refused(FL_BAD_ADDRESS, va, pool, 1, HUGE, 1);
	fixed_refused(FL_BAD_ARGUMENT, va, pool, 1, 65, 1);
	fixed_refused(FL_BAD_ARGUMENT, va, pool, pages, 1, 1);
	fixed_refused(FL_BAD_ARGUMENT, va, pool, pages - 1, 2, 1);
	fixed_refused(FL_BAD_ARGUMENT, va, pool, HUGE, 1, 1);
	fixed_refused(FL_BAD_ARGUMENT, va, pool, 1ul << 32, 1, 1);
	fixed_refused(FL_BAD_ARGUMENT, va, pool, 1ul << 52, 1, 1);
	fixed_refused(FL_NO_RIGHT, va, FL_ROOT_INITRD, 0, 1, 3);
	fixed_refused(FL_NO_TABLE, 0x3000000000, pool, 1, 1, 1);
	fixed_refused(FL_OK, va, pool, 1, 0, 1);
	fixture_close();
}

static void map_fixed_pages_mapped_and_counted(void)
{
	unsigned installed;
	uint64_t done, removed;
	struct fl_result r;
	fixture_open();
	const uint64_t va = FIXTURE_VA + FL_PAGE_SIZE, frame = fixture.fixed + FL_PAGE_SIZE;
	expect(FL_FRAME_FIXED, frame_state(frame).value[0]);
	expect(0, frame_state(frame).value[1]);
	expect(FL_OK, fl_map_fixed(fixture.space, va, FL_ROOT_POOL, 1, 64, 3, &installed));
	expect(64, installed);
	expect(65, leaves());
	expect(FL_OK, fl_map_fixed(fixture.space, va, FL_ROOT_POOL, 2, 1, 1, &installed));
	expect(65, leaves());
	expect(0, frame_state(frame).value[1]);
	expect(2, frame_state(frame + FL_PAGE_SIZE).value[1]);
	expect(FL_OK, fl_pte_read(fixture.space, va, &r));
	expect((frame + FL_PAGE_SIZE) >> 2 | 0x13, r.value[2]);
	expect(FL_OK, fl_unmap(fixture.space, va, 64, &done, &removed));
	expect(64, removed);
	expect(0, frame_state(frame + FL_PAGE_SIZE).value[1]);
	// Device registers have no frame and no count.
	const struct fl_boot_item *item = &boot->item[0];
	expect(FL_OK, fl_map_fixed(fixture.space, va, item->slot, 0, 1, 3, &installed));
	expect(FL_OK, fl_pte_read(fixture.space, va, &r));
	expect(item->base >> 12 << 10 | 0x17, r.value[2]);
	const struct fl_map_entry over = {va, fixture.page | 1};
	expect(FL_OK, fl_map(fixture.space, &over, 1, &installed));
	expect(FL_OK, fl_unmap(fixture.space, va, 1, &done, &removed));
	expect(1, removed);
	fixture_close();
}

static const struct test tests[] = {
	TEST(map_vector_every_length_all_installed),
	TEST(map_vector_too_long_bad_argument),
	TEST(map_vector_bad_entry_count_tells),
	TEST(map_vector_unreadable_bad_address),
	TEST(map_vector_ends_in_absent_page_count_tells),
	TEST(map_present_page_replaced_counts_kept),
	TEST(map_fixed_bad_argument_error),
	TEST(map_fixed_pages_mapped_and_counted),
};
SUITE(vector, tests);
