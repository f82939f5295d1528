// The stack: grows by faults down to its limit; below it lies the guard page.
#include <string.h>
#include <unistd.h>

#include "guest.h"

#define FEW 8
#define DEPTH_BYTES 512

static void growth(void)
{
	(void)heap_take(0);
	struct process_region stack = region_at((void *)LAYOUT_STACK_START);
	tap_equal(LAYOUT_STACK_START, stack.start, "stack_region_starts_at_limit");
	tap_equal(LAYOUT_STACK_TOP, stack.end, "stack_region_ends_at_top");
	tap_equal(PAGER_KIND_STACK, stack.kind, "stack_region_is_stack");
	tap_ok(stack.resident_pages <= 3, "stack_after_start_has_few_pages");
	// Far below the stack pointer: a fault there is the stack's growth wherever sp is.
	char *lowest = (char *)LAYOUT_STACK_START;
	pages_store(lowest + 64 * FL_PAGE_SIZE, 1, 1, 1);
	struct measurement m;
	measure_begin(&m);
	pages_store(lowest, FEW, 1, 3);
	measure_end(&m);
	static const struct cost expected = {
		.faults = FEW, .stores = FEW, .zero_fills = FEW, .frames = FEW};
	cost_equal(&m, &expected, "stack_store_grows_to_its_limit");
	tap_ok(pages_hold(lowest, FEW, 1, 3), "stack_store_is_kept");
	tap_equal(stack.resident_pages + FEW + 1, region_at(lowest).resident_pages,
	          "stack_growth_is_page_by_page");
}

// Writes a frame at every depth and adds it up on the way back.
static __attribute__((noinline)) uint64_t recurse(unsigned depth)
{
	volatile uint64_t frame[DEPTH_BYTES / sizeof(uint64_t)];
	for (unsigned i = 0; i < sizeof(frame) / sizeof(frame[0]); i++)
		frame[i] = depth;
	uint64_t below = depth > 0 ? recurse(depth - 1) : 0;
	return below + frame[0] + frame[sizeof(frame) / sizeof(frame[0]) - 1];
}

static void recursion(void)
{
	const unsigned depth = 1000; // more than 500 KB
	tap_equal((uint64_t)depth * (depth + 1), recurse(depth), "stack_deep_recursion_keeps_frames");
	tap_ok(region_at((void *)LAYOUT_STACK_START).resident_pages >
	           depth * DEPTH_BYTES / FL_PAGE_SIZE,
	       "stack_deep_recursion_has_pages");
}

static int store_at(void *context)
{
	*(volatile char *)context = 1;
	return 0;
}

static void guard(void)
{
	struct process_ending ending =
		child_wait(child_start(store_at, (char *)LAYOUT_STACK_START - 1));
	tap_equal(REASON_GUARD, ending.reason, "stack_store_below_limit_hits_guard_page");
	ending = child_wait(child_start(store_at, (char *)LAYOUT_STACK_START - FL_PAGE_SIZE));
	tap_equal(REASON_GUARD, ending.reason, "stack_guard_is_a_whole_page");
	ending = child_wait(child_start(store_at, (char *)LAYOUT_STACK_START - FL_PAGE_SIZE - 1));
	tap_equal(REASON_NO_REGION, ending.reason, "stack_guard_is_one_page");
	ending = child_wait(child_start(store_at, (char *)LAYOUT_STACK_TOP));
	tap_equal(REASON_NO_REGION, ending.reason, "stack_store_above_top_ends_process");
	tap_equal(0, (uint64_t)child_run(store_at, (char *)LAYOUT_STACK_TOP - 1),
	          "stack_store_to_last_byte_succeeds");
	tap_equal(0, (uint64_t)child_run(store_at, (char *)LAYOUT_STACK_START),
	          "stack_store_to_first_byte_succeeds");
}

const struct guest_case guest_cases[] = {
	{"stack_growth", growth},
	{"stack_recursion", recursion},
	{"stack_guard", guard},
	{NULL, NULL},
};

const struct guest_helper guest_helpers[] = {{NULL, NULL}};
