// sys/mman.h on the real pager: what POSIX says of good calls, with exact frames. The bad ones are
// in mman_errors.c.
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest.h"

#define PAGES 16
#define BYTES (PAGES * FL_PAGE_SIZE)
#define RW (PROT_READ | PROT_WRITE)
#define PAGE(memory, index) ((memory) + (index)*FL_PAGE_SIZE)

static char *map_take(size_t bytes, int flags)
{
	char *memory = mmap(NULL, bytes, RW, flags | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		tap_bail("mmap failed: %s", strerror(errno));
	return memory;
}

static uint64_t regions(void)
{
	struct process_memory memory;
	if (process_memory_read(getpid(), &memory) != FL_OK)
		tap_bail("the regions cannot be read");
	return memory.regions;
}

static int load_child(void *context)
{
	return *(volatile char *)context;
}

static int store_child(void *context)
{
	*(volatile char *)context = 1;
	return 0;
}

// The reason why a child that makes this access dies; 0: it lives.
static uint64_t death(int (*body)(void *), char *address)
{
	struct process_ending ending = child_wait(child_start(body, address));
	return ending.end == PROCESS_FAULTED ? ending.reason : 0;
}

static void private(void)
{
	struct measurement m;
	measure_begin(&m);
	char *memory = map_take(1ul << 30, MAP_PRIVATE);
	measure_end(&m);
	tap_equal(0, (uint64_t)data_frames(&m), "mmap_of_1_gib_takes_no_frame");
	tap_ok((uintptr_t)memory % FL_PAGE_SIZE == 0, "mmap_is_aligned");
	tap_ok(pages_zero(memory, 2, 1), "mmap_reads_zero");
	pages_store(memory, 1, 1, 0);
	measure_begin(&m);
	pages_store(PAGE(memory, 8), PAGES, 1, 3);
	measure_end(&m);
	static const struct cost touched = {
		.faults = PAGES, .stores = PAGES, .zero_fills = PAGES, .frames = PAGES};
	cost_equal(&m, &touched, "mmap_store_gets_a_frame_for_each_page");
	measure_begin(&m);
	tap_equal(0, (uint64_t)munmap(memory, 1ul << 30), "munmap_succeeds");
	measure_end(&m);
	tap_equal((uint64_t) - (PAGES + 1), (uint64_t)data_frames(&m), "munmap_gives_frames_back");
	tap_equal(REASON_NO_REGION, death(load_child, memory), "munmap_access_ends_process");
	tap_equal(0, (uint64_t)munmap(memory, BYTES), "munmap_of_nothing_succeeds");
}

static void parts(void)
{
	uint64_t before = regions();
	char *memory = map_take(BYTES, MAP_PRIVATE);
	pages_store(memory, PAGES, 1, 1);
	tap_equal(before + 1, regions(), "mmap_makes_one_region");
	tap_equal(0, (uint64_t)munmap(PAGE(memory, 5), 2 * FL_PAGE_SIZE - 5), "munmap_middle_succeeds");
	tap_equal(before + 2, regions(), "munmap_middle_leaves_two_regions");
	tap_ok(pages_hold(memory, 5, 1, 1) && pages_hold(PAGE(memory, 7), PAGES - 7, 1, 8),
	       "munmap_middle_keeps_the_rest");
	tap_equal(REASON_NO_REGION, death(store_child, PAGE(memory, 6)), "munmap_middle_is_gone");
	void *again = mmap(PAGE(memory, 5), 2 * FL_PAGE_SIZE, RW,
	                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	tap_equal((uintptr_t)PAGE(memory, 5), (uintptr_t)again, "mmap_into_hole_goes_there");
	tap_ok(pages_zero(PAGE(memory, 5), 2, 1), "mmap_into_hole_reads_zero");
	tap_equal(before + 1, regions(), "mmap_into_hole_joins_regions");
	again =
		mmap(PAGE(memory, 1), 2 * FL_PAGE_SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	tap_equal((uintptr_t)PAGE(memory, 1), (uintptr_t)again, "mmap_fixed_goes_there");
	tap_ok(pages_zero(PAGE(memory, 1), 2, 1), "mmap_fixed_replaces");
	tap_ok(pages_hold(PAGE(memory, 3), 2, 1, 4) && pages_hold(memory, 1, 1, 1),
	       "mmap_fixed_keeps_neighbours");
	tap_equal(before + 1, regions(), "mmap_fixed_joins_regions");
	again = mmap(memory, BYTES, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	tap_ok(again != MAP_FAILED && again != memory, "mmap_hint_in_use_goes_elsewhere");
	(void)munmap(again, BYTES);
	again = mmap(PAGE((char *)again, 0) + 123, BYTES, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	tap_ok(again != MAP_FAILED && (uintptr_t)again % FL_PAGE_SIZE == 0, "mmap_odd_hint_is_rounded");
	(void)munmap(again, BYTES);
	(void)munmap(memory, BYTES);
	tap_equal(before, regions(), "munmap_of_all_leaves_no_region");
}

static void protected(void)
{
	uint64_t before = regions();
	char *memory = map_take(BYTES, MAP_PRIVATE);
	pages_store(memory, PAGES, 1, 1);
	tap_equal(0, (uint64_t)mprotect(PAGE(memory, 4), FL_PAGE_SIZE, PROT_READ),
	          "mprotect_read_succeeds");
	tap_equal(before + 3, regions(), "mprotect_middle_makes_three_regions");
	tap_ok(pages_hold(memory, PAGES, 1, 1), "mprotect_read_keeps_content");
	tap_equal(REASON_PROTECTION, death(store_child, PAGE(memory, 4)), "mprotect_read_store_dies");
	tap_equal(0, death(store_child, PAGE(memory, 3)), "mprotect_read_leaves_neighbours");
	tap_equal(0, (uint64_t)mprotect(PAGE(memory, 4), FL_PAGE_SIZE, PROT_NONE),
	          "mprotect_none_succeeds");
	tap_equal(REASON_PROTECTION, death(load_child, PAGE(memory, 4)), "mprotect_none_load_dies");
	tap_equal(0, (uint64_t)mprotect(memory, BYTES, RW), "mprotect_over_three_regions_succeeds");
	tap_equal(before + 1, regions(), "mprotect_same_rights_joins_regions");
	tap_ok(pages_hold(memory, PAGES, 1, 1), "mprotect_none_keeps_content");
	pages_store(memory, PAGES, 1, 9);
	tap_ok(pages_hold(memory, PAGES, 1, 9), "mprotect_write_can_store");
	tap_equal(0, (uint64_t)mprotect(memory, 0, PROT_NONE), "mprotect_of_nothing_succeeds");
	(void)munmap(memory, BYTES);

	char *none = mmap(NULL, BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	tap_equal(REASON_PROTECTION, death(load_child, none), "mmap_none_load_dies");
	tap_equal(0, (uint64_t)mprotect(none, BYTES, PROT_WRITE), "mprotect_write_only_succeeds");
	pages_store(none, PAGES, 1, 2);
	tap_ok(pages_hold(none, PAGES, 1, 2), "mprotect_write_only_can_be_stored_to");
	(void)munmap(none, BYTES);
}

static int shared_child(void *context)
{
	if (!pages_hold(context, PAGES / 2, 1, 1))
		return 1;
	pages_store(context, PAGES, 1, 7);
	return 0;
}

static void shared(void)
{
	char *memory = map_take(BYTES, MAP_SHARED);
	char *other = map_take(BYTES, MAP_PRIVATE);
	pages_store(memory, PAGES / 2, 1, 1);
	pages_store(other, PAGES, 1, 1);
	tap_equal(0, (uint64_t)child_run(shared_child, memory), "shared_child_sees_parents_stores");
	tap_ok(pages_hold(memory, PAGES, 1, 7), "shared_parent_sees_childs_stores");
	tap_equal(0, (uint64_t)child_run(shared_child, other), "private_child_sees_old_content");
	tap_ok(pages_hold(other, PAGES, 1, 1), "private_parent_sees_no_stores");
	tap_equal(0, (uint64_t)msync(memory, BYTES, MS_SYNC), "msync_of_anonymous_memory_succeeds");
	(void)munmap(memory, BYTES);
	(void)munmap(other, BYTES);
}

static uint64_t resident(char *memory, size_t pages)
{
	unsigned char byte[PAGES] = {0};
	uint64_t count = 0;
	if (mincore(memory, pages * FL_PAGE_SIZE, byte) != 0)
		return UINT64_MAX;
	for (size_t i = 0; i < pages; i++)
		count += byte[i];
	return count;
}

static void advised(void)
{
	struct measurement m;
	char *memory = map_take(BYTES, MAP_PRIVATE);
	tap_equal(0, resident(memory, PAGES), "mincore_of_untouched_is_none");
	pages_store(memory, PAGES / 2, 2, 1);
	tap_equal(PAGES / 2, resident(memory, PAGES), "mincore_counts_touched");
	(void)munmap(memory, BYTES);
	memory = map_take(BYTES, MAP_PRIVATE);
	pages_store(memory, PAGES, 1, 1);
	measure_begin(&m);
	tap_equal(0, (uint64_t)madvise(PAGE(memory, 2), 4 * FL_PAGE_SIZE, MADV_DONTNEED),
	          "madvise_dontneed_succeeds");
	measure_end(&m);
	tap_equal((uint64_t)-4, (uint64_t)data_frames(&m), "madvise_dontneed_gives_frames_back");
	tap_equal(PAGES - 4, resident(memory, PAGES), "madvise_dontneed_is_not_resident");
	tap_ok(pages_zero(PAGE(memory, 2), 4, 1), "madvise_dontneed_reads_zero");
	tap_ok(pages_hold(PAGE(memory, 6), PAGES - 6, 1, 7), "madvise_dontneed_keeps_neighbours");
	tap_equal(0, (uint64_t)posix_madvise(memory, BYTES, POSIX_MADV_DONTNEED),
	          "posix_madvise_dontneed_succeeds");
	tap_ok(pages_hold(PAGE(memory, 6), PAGES - 6, 1, 7), "posix_madvise_dontneed_keeps_content");
	(void)munmap(memory, BYTES);
}

static void populated(void)
{
	static const struct cost nothing;
	struct measurement m;
	char *memory = map_take(BYTES, MAP_PRIVATE | MAP_POPULATE);
	measure_begin(&m);
	pages_store(memory, PAGES, 1, 1);
	measure_end(&m);
	cost_equal(&m, &nothing, "map_populate_store_does_not_fault");
	(void)munmap(memory, BYTES);
	memory = map_take(BYTES, MAP_PRIVATE);
	tap_equal(0, (uint64_t)mlock(memory + 5, BYTES - 5), "mlock_succeeds");
	measure_begin(&m);
	pages_store(memory, PAGES, 1, 1);
	measure_end(&m);
	cost_equal(&m, &nothing, "mlock_store_does_not_fault");
	tap_equal(0, (uint64_t)munlock(memory, BYTES), "munlock_succeeds");
	(void)munmap(memory, BYTES);
	tap_equal(0, (uint64_t)mlockall(MCL_CURRENT | MCL_FUTURE), "mlockall_succeeds");
	memory = map_take(BYTES, MAP_PRIVATE);
	measure_begin(&m);
	pages_store(memory, PAGES, 1, 1);
	measure_end(&m);
	cost_equal(&m, &nothing, "mlockall_future_store_does_not_fault");
	tap_equal(0, (uint64_t)munlockall(), "munlockall_succeeds");
	(void)munmap(memory, BYTES);
}

const struct guest_case guest_cases[] = {
	{"mman_private", private},
	{"mman_parts", parts},
	{"mman_protected", protected},
	{"mman_shared", shared},
	{"mman_advised", advised},
	{"mman_populated", populated},
	{NULL, NULL},
};

const struct guest_helper guest_helpers[] = {{NULL, NULL}};
