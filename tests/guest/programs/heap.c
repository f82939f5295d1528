// sbrk: growth, shrinking, arguments, zero-fill and the eager variant, with exact counts.
#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "guest.h"

#define PAGES 64
#define FEW 4
#define GIB (1l << 30)

static const struct cost nothing;

static void growth(void)
{
	char *old = heap_take(0);
	struct measurement m;
	measure_begin(&m);
	void *returned = sbrk(PAGES * FL_PAGE_SIZE);
	measure_end(&m);
	tap_equal((uintptr_t)old, (uintptr_t)returned, "heap_growth_returns_old_break");
	cost_equal(&m, &nothing, "heap_growth_allocates_no_frame");
	tap_equal((uintptr_t)old + PAGES * FL_PAGE_SIZE, (uintptr_t)sbrk(0), "heap_growth_moves_break");

	measure_begin(&m);
	returned = sbrk(GIB);
	void *back = sbrk(-GIB);
	measure_end(&m);
	tap_equal((uintptr_t)old + PAGES * FL_PAGE_SIZE, (uintptr_t)returned,
	          "heap_growth_by_1_gib_succeeds");
	tap_equal((uintptr_t)returned + GIB, (uintptr_t)back, "heap_shrink_returns_old_break");
	cost_equal(&m, &nothing, "heap_growth_by_1_gib_allocates_no_frame");

	measure_begin(&m);
	returned = sbrk(0);
	measure_end(&m);
	tap_equal((uintptr_t)old + PAGES * FL_PAGE_SIZE, (uintptr_t)returned,
	          "heap_growth_by_zero_returns_break");
	cost_equal(&m, &nothing, "heap_growth_by_zero_costs_nothing");
}

static void store(void)
{
	char *memory = heap_take(PAGES);
	pages_store(memory, 1, 1, 1); // the page table for the others is there now
	struct measurement m;
	measure_begin(&m);
	pages_store(memory + FL_PAGE_SIZE, FEW, 1, 7);
	measure_end(&m);
	static const struct cost expected = {
		.faults = FEW, .stores = FEW, .zero_fills = FEW, .frames = FEW};
	cost_equal(&m, &expected, "heap_store_untouched_gets_zeroed_frame");
	tap_equal(2 * FEW, m.kernel_entries - m.interrupts, "heap_store_untouched_two_entries");
	tap_ok(pages_hold(memory + FL_PAGE_SIZE, FEW, 1, 7), "heap_store_untouched_is_kept");
	measure_begin(&m);
	pages_store(memory, FEW, 1, 9);
	pages_load(memory, FEW, 1);
	measure_end(&m);
	cost_equal(&m, &nothing, "heap_access_resident_does_not_fault");
	tap_equal(0, m.kernel_entries - m.interrupts, "heap_access_resident_enters_no_kernel");
}

static void load(void)
{
	char *memory = heap_take(PAGES);
	struct measurement m;
	measure_begin(&m);
	pages_load(memory, FEW, 1);
	measure_end(&m);
	static const struct cost shared = {.faults = FEW, .loads = FEW, .zero_shared = FEW};
	cost_equal(&m, &shared, "heap_load_untouched_maps_shared_zero_frame");
	uint64_t pte = pte_of(getpid(), memory);
	tap_equal(PTE_V | PTE_R | PTE_U, pte & (PTE_V | PTE_R | PTE_W | PTE_X | PTE_U),
	          "heap_load_untouched_maps_read_only");
	tap_equal(PTE_ADDRESS(pte), PTE_ADDRESS(pte_of(getpid(), memory + FL_PAGE_SIZE)),
	          "heap_load_untouched_maps_one_frame_for_all");
	tap_ok(pages_zero(memory, FEW, 1), "heap_load_untouched_reads_zero");
	measure_begin(&m);
	pages_load(memory, FEW, 1);
	measure_end(&m);
	cost_equal(&m, &nothing, "heap_load_again_does_not_fault");

	measure_begin(&m);
	pages_store(memory, FEW, 1, 0);
	measure_end(&m);
	static const struct cost own = {.faults = FEW, .stores = FEW, .zero_fills = FEW, .frames = FEW};
	cost_equal(&m, &own, "heap_store_after_load_gets_zeroed_frame");
	pages_store(memory, FEW, 1, 5);
	tap_ok(pages_hold(memory, FEW, 1, 5), "heap_store_after_load_is_kept");
	tap_ok(pages_zero(memory + FEW * FL_PAGE_SIZE, FEW, 1),
	       "heap_load_untouched_after_stores_reads_zero");
}

static int store_child(void *context)
{
	pages_store(context, 1, 1, 0);
	return 0;
}

static void above_break(const char *address, const char *name)
{
	struct process_ending ending = child_wait(child_start(store_child, (void *)(uintptr_t)address));
	tap_equal(REASON_ABOVE_BREAK, ending.end == PROCESS_FAULTED ? ending.reason : 0, name);
}

static void shrink(void)
{
	char *memory = heap_take(PAGES);
	pages_store(memory, PAGES, 1, 3);
	struct measurement m;
	measure_begin(&m);
	heap_give(PAGES / 2);
	measure_end(&m);
	static const struct cost back = {.frames = -PAGES / 2};
	cost_equal(&m, &back, "heap_shrink_gives_frames_back_at_once");
	tap_ok(pages_hold(memory, PAGES / 2, 1, 3), "heap_shrink_keeps_pages_below");
	above_break(memory + PAGES / 2 * FL_PAGE_SIZE, "heap_store_above_break_ends_process");
	char *again = heap_take(PAGES / 2);
	tap_equal((uintptr_t)(memory + PAGES / 2 * FL_PAGE_SIZE), (uintptr_t)again,
	          "heap_growth_after_shrink_starts_at_break");
	tap_ok(pages_zero(again, PAGES / 2, 1), "heap_growth_after_shrink_reads_zero");
	measure_begin(&m);
	heap_give(PAGES);
	measure_end(&m);
	cost_equal(&m, &back, "heap_shrink_to_old_break_gives_rest_back");
}

static void unaligned(void)
{
	char *memory = heap_take(1);
	struct measurement m;
	tap_equal((uintptr_t)memory + FL_PAGE_SIZE, (uintptr_t)sbrk(100), "heap_growth_unaligned");
	tap_equal((uintptr_t)memory + FL_PAGE_SIZE + 100, (uintptr_t)sbrk(-1), "heap_shrink_unaligned");
	tap_equal((uintptr_t)memory + FL_PAGE_SIZE + 99, (uintptr_t)sbrk(0),
	          "heap_break_is_kept_to_the_byte");
	pages_store(memory + FL_PAGE_SIZE, 1, 1, 77);
	measure_begin(&m);
	void *result = sbrk(-98);
	measure_end(&m);
	tap_ok(result != (void *)-1 && pages_hold(memory + FL_PAGE_SIZE, 1, 1, 77),
	       "heap_shrink_inside_page_keeps_it");
	cost_equal(&m, &nothing, "heap_shrink_inside_page_gives_nothing_back");
	above_break(memory + 2 * FL_PAGE_SIZE, "heap_store_behind_last_page_ends_process");
	measure_begin(&m);
	result = sbrk(-1);
	measure_end(&m);
	static const struct cost back = {.frames = -1};
	cost_equal(&m, &back, "heap_shrink_off_page_gives_it_back");
	tap_equal((uintptr_t)memory + FL_PAGE_SIZE + 1, (uintptr_t)result,
	          "heap_shrink_off_page_returns_old_break");
}

static void refused(ptrdiff_t increment, const char *name)
{
	struct measurement m;
	void *before = sbrk(0);
	measure_begin(&m);
	void *result = sbrk(increment);
	measure_end(&m);
	tap_ok(result == (void *)-1 && sbrk(0) == before && cost_matches(&m, &nothing, name), name);
}

static void arguments(void)
{
	char *memory = heap_take(2);
	pages_store(memory, 2, 1, 1);
	intptr_t end = (intptr_t)sbrk(0);
	intptr_t start = (intptr_t)region_at(memory).start;
	refused(INTPTR_MAX, "heap_growth_by_largest_number_fails");
	refused(INTPTR_MIN, "heap_shrink_by_smallest_number_fails");
	refused(INTPTR_MIN + 1, "heap_shrink_by_next_number_fails");
	refused((intptr_t)LAYOUT_MMAP_START - end + 1, "heap_growth_one_byte_past_limit_fails");
	refused((intptr_t)FL_USER_END - end, "heap_growth_into_stack_fails");
	refused(-end, "heap_shrink_to_address_0_fails");
	refused(start - end - 1, "heap_shrink_one_byte_below_start_fails");
	refused((intptr_t)LAYOUT_IMAGE_BASE - end, "heap_shrink_into_image_fails");
	tap_ok(pages_hold(memory, 2, 1, 1), "heap_content_after_refusals_is_kept");
	void *result = sbrk((intptr_t)LAYOUT_MMAP_START - end);
	tap_equal((uintptr_t)end, (uintptr_t)result, "heap_growth_to_limit_succeeds");
	refused(1, "heap_growth_at_limit_fails");
	pages_store((char *)LAYOUT_MMAP_START - FL_PAGE_SIZE, 1, 1, 5);
	tap_ok(pages_hold((char *)LAYOUT_MMAP_START - FL_PAGE_SIZE, 1, 1, 5),
	       "heap_store_to_last_page_is_kept");
	tap_ok(sbrk(end - (intptr_t)LAYOUT_MMAP_START) != (void *)-1,
	       "heap_shrink_from_limit_succeeds");
	tap_ok(sbrk(start - end) != (void *)-1, "heap_shrink_to_start_succeeds");
	refused(-1, "heap_shrink_of_empty_heap_fails");
	struct fl_message m = {.word = {PAGER_SBRK, FL_PAGE_SIZE, 2}};
	fl_error_t error = fl_call(2, &m);
	tap_ok(error == FL_OK && m.word[0] == FL_BAD_ARGUMENT, "heap_growth_with_unknown_flag_fails");
}

static void eager(void)
{
	(void)heap_take(0);
	struct measurement m;
	measure_begin(&m);
	char *memory = sbrk_eager(FEW * FL_PAGE_SIZE);
	measure_end(&m);
	static const struct cost expected = {.zero_fills = FEW, .frames = FEW};
	cost_equal(&m, &expected, "heap_eager_growth_fills_at_once");
	measure_begin(&m);
	pages_load(memory, FEW, 1);
	pages_store(memory, FEW, 1, 1);
	measure_end(&m);
	cost_equal(&m, &nothing, "heap_eager_store_does_not_fault");
	tap_ok(pages_hold(memory, FEW, 1, 1), "heap_eager_store_is_kept");
	measure_begin(&m);
	heap_give(FEW);
	measure_end(&m);
	static const struct cost back = {.frames = -FEW};
	cost_equal(&m, &back, "heap_eager_shrink_gives_frames_back");
	void *before = sbrk(0);
	measure_begin(&m);
	memory = sbrk_eager(1);
	measure_end(&m);
	static const struct cost one = {.zero_fills = 1, .frames = 1};
	tap_equal((uintptr_t)before, (uintptr_t)memory,
	          "heap_eager_growth_unaligned_returns_old_break");
	cost_equal(&m, &one, "heap_eager_growth_by_one_byte_fills_one_page");
	measure_begin(&m);
	memory = sbrk_eager(FL_PAGE_SIZE);
	measure_end(&m);
	cost_equal(&m, &one, "heap_eager_growth_from_resident_page_fills_the_next");
}

// As many pages as there are free frames, and `more`.
static void eager_refused(size_t more, const char *name)
{
	(void)sbrk_eager(0); // its code is there now: from here on no frame is taken
	uint64_t free_before = statistic(STAT_FRAMES_FREE);
	uint64_t objects_before = statistic(STAT_OBJECT_FRAMES_FREE);
	void *before = sbrk(0);
	errno = 0;
	void *result = sbrk_eager((ptrdiff_t)((free_before + more) * FL_PAGE_SIZE));
	bool failed = result == (void *)-1 && errno == ENOMEM;
	uint64_t free_after = statistic(STAT_FRAMES_FREE);
	uint64_t objects_after = statistic(STAT_OBJECT_FRAMES_FREE);
	if (!tap_ok(failed && sbrk(0) == before && free_after == free_before &&
	                objects_after == objects_before,
	            name))
		tap_note("result %p, errno %d, frames %" PRIu64 " -> %" PRIu64 ", objects %" PRIu64
		         " -> %" PRIu64,
		         result, errno, free_before, free_after, objects_before, objects_after);
}

static void eager_short(void)
{
	char *memory = heap_take(FEW);
	pages_store(memory, FEW, 1, 11);
	eager_refused(1, "heap_eager_growth_by_more_than_free_fails");
	// As many pages as there are frames: the bookkeeping for them does not fit any more, so this
	// one fails half-way and is undone.
	eager_refused(0, "heap_eager_growth_by_all_free_is_undone");
	eager_refused(1ul << 24, "heap_eager_growth_by_64_gib_fails");
	tap_ok(pages_hold(memory, FEW, 1, 11), "heap_content_after_eager_failure_is_kept");
	tap_ok(sbrk_eager(FEW * FL_PAGE_SIZE) != (void *)-1,
	       "heap_eager_growth_after_failure_succeeds");
}

const struct guest_case guest_cases[] = {
	{"heap_growth", growth},
	{"heap_store", store},
	{"heap_load", load},
	{"heap_shrink", shrink},
	{"heap_unaligned", unaligned},
	{"heap_arguments", arguments},
	{"heap_eager", eager},
	{"heap_eager_short", eager_short},
	{NULL, NULL},
};

const struct guest_helper guest_helpers[] = {{NULL, NULL}};
