// Out of memory: who faults last is ended, the others go on, and all of it comes back.
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

#define FEW 8
#define LEFT 64 // frames of a machine that is nearly full
#define BOMB_CHILDREN 3
#define BOMB_DEPTH GUEST_SIZE(3u, 5u, 6u)

static size_t frames_total(void)
{
	return (size_t)statistic(STAT_FRAMES_TOTAL);
}

// Stores to twice as many pages as there are.
static int hog(void *context)
{
	(void)context;
	size_t pages = 2 * frames_total();
	pages_store(heap_take(pages), pages, 1, 1);
	return 0;
}

static int load_all(void *context)
{
	(void)context;
	size_t pages = 2 * frames_total();
	char *memory = heap_take(pages);
	pages_load(memory, pages, 1);
	return 0;
}

static bool out_of_memory(const struct process_ending *ending)
{
	return ending->end == PROCESS_FAULTED && ending->reason == REASON_NO_MEMORY;
}

static void one(void)
{
	char *memory = heap_take(FEW);
	pages_store(memory, FEW, 1, 1);
	(void)child_wait(child_start(hog, NULL));
	const unsigned times = 4;
	unsigned deaths = 0;
	struct measurement m;
	measure_begin(&m);
	for (unsigned i = 0; i < times; i++) {
		struct process_ending ending = child_wait(child_start(hog, NULL));
		deaths += out_of_memory(&ending);
	}
	measure_end(&m);
	tap_equal(times, deaths, "memory_out_of_frames_ends_process");
	tap_equal(times, m.stat[STAT_FAULTS_FATAL], "memory_out_of_frames_is_one_fatal_fault");
	tap_equal(0, (uint64_t)data_frames(&m), "memory_out_of_frames_gives_all_back");
	tap_ok(pages_hold(memory, FEW, 1, 1), "memory_out_of_frames_leaves_parents_pages");
	tap_equal(0, (uint64_t)child_run(load_all, NULL),
	          "memory_loads_of_more_than_all_need_no_frame");
}

static void two(void)
{
	pid_t first = child_start(hog, NULL);
	pid_t second = child_start(hog, NULL);
	struct process_ending a = child_wait(first);
	struct process_ending b = child_wait(second);
	tap_ok(out_of_memory(&a) && out_of_memory(&b), "memory_two_hogs_both_end");
	tap_equal(0, (uint64_t)child_run(load_all, NULL), "memory_after_two_hogs_processes_run");
}

// Every byte of every page is other than 0 when the child ends.
static int soil(void *context)
{
	(void)context;
	size_t pages = frames_total() * 3 / 4;
	memset(heap_take(pages), 0xa5, pages * FL_PAGE_SIZE);
	return 0;
}

static int stores_on_zeros(void *context)
{
	(void)context;
	size_t pages = frames_total() * 3 / 4;
	char *memory = heap_take(pages);
	pages_store(memory, pages, 1, 1);
	for (size_t i = 0; i < pages; i++)
		*(uint64_t *)(memory + i * FL_PAGE_SIZE) = 0;
	return !pages_zero(memory, pages, 1);
}

static void recycled(void)
{
	tap_equal(0, (uint64_t)child_run(soil, NULL), "memory_dirty_frames_come_back");
	tap_equal(0, (uint64_t)child_run(stores_on_zeros, NULL), "memory_recycled_frames_are_zeroed");
}

// The child's stores need copies of what the parent has.
static int store_shared(void *context)
{
	size_t pages = frames_total() * 5 / 8;
	pages_store(context, pages, 1, 9);
	return 0;
}

static void shared(void)
{
	size_t pages = frames_total() * 5 / 8;
	char *memory = heap_take(pages);
	pages_store(memory, pages, 1, 1);
	struct process_ending ending = child_wait(child_start(store_shared, memory));
	tap_ok(out_of_memory(&ending), "memory_too_short_for_copies_ends_child");
	tap_ok(pages_hold(memory, pages, 1, 1), "memory_too_short_for_copies_leaves_parents_pages");
	struct measurement m;
	measure_begin(&m);
	pages_store(memory, pages, 1, 2);
	measure_end(&m);
	tap_equal(pages, m.stat[STAT_REUSES], "memory_after_childs_end_parent_reuses_all_pages");
}

// Takes all frames but `left`, as far as the bookkeeping for them allows.
static void fill(size_t left)
{
	size_t pages = (size_t)statistic(STAT_FRAMES_FREE) - left;
	while (sbrk_eager((ptrdiff_t)(pages * FL_PAGE_SIZE)) == (void *)-1)
		pages -= pages / 128;
	while (statistic(STAT_FRAMES_FREE) > left && sbrk_eager((ptrdiff_t)FL_PAGE_SIZE) != (void *)-1)
		continue;
}

static int fill_and_park(void *context)
{
	(void)context;
	fill(LEFT);
	process_park();
}

static int fork_until_fail(void *context)
{
	(void)context;
	for (unsigned i = 0; i < PROCESS_MAX; i++) {
		pid_t child = fork();
		if (child < 0)
			return errno == ENOMEM || errno == EAGAIN ? 0 : 1;
		if (child == 0)
			process_park();
	}
	return 1;
}

// Ends the children that a forker left to init.
static void orphans_end(void)
{
	struct process_info info;
	for (int from = getpid() + 1; process_next(from, &info) == FL_OK; from = info.pid + 1) {
		if (info.parent == 1)
			(void)kill(info.pid, SIGKILL);
	}
}

static void fork_fails(void)
{
	gate_open(gate_create()); // brings in the code that runs when no frame is left
	unsigned processes = process_count();
	pid_t full = child_start(fill_and_park, NULL);
	state_wait(full, PROCESS_SLEEPING);
	struct process_ending ending = child_wait(child_start(fork_until_fail, NULL));
	process_remove(full);
	tap_ok(out_of_memory(&ending) || (ending.end == PROCESS_EXITED && ending.value == 0),
	       "memory_short_fork_fails_or_ends_process");
	orphans_end();
	process_count_wait(processes);
	tap_equal(0, (uint64_t)child_run(load_all, NULL), "memory_after_short_fork_processes_run");
}

static int bomb(void *context)
{
	uintptr_t depth = (uintptr_t)context;
	pages_store(heap_take(FEW), FEW, 1, depth);
	for (unsigned i = 0; depth < BOMB_DEPTH && i < BOMB_CHILDREN; i++) {
		pid_t child = fork();
		if (child == 0)
			_exit(bomb((void *)(depth + 1)));
	}
	struct process_ending ending;
	while (process_wait(0, 0, &ending) == FL_OK)
		continue;
	return 0;
}

static void fork_bomb(void)
{
	unsigned processes = process_count();
	for (unsigned i = 0; i < 3; i++) {
		struct process_ending ending = child_wait(child_start(bomb, NULL));
		tap_ok(out_of_memory(&ending) || (ending.end == PROCESS_EXITED && ending.value == 0),
		       "memory_fork_bomb_ends");
		process_count_wait(processes);
	}
	tap_equal(0, (uint64_t)child_run(load_all, NULL), "memory_after_fork_bomb_processes_run");
}

// A stack that grows into a machine that is full.
static int stack_and_heap(void *context)
{
	(void)context;
	fill(LEFT);
	size_t stack = LAYOUT_STACK_BYTES >> FL_PAGE_SHIFT;
	pages_store((char *)LAYOUT_STACK_START, stack - FEW, 1, 1);
	return 0;
}

static void stack(void)
{
	struct process_ending ending = child_wait(child_start(stack_and_heap, NULL));
	tap_ok(out_of_memory(&ending), "memory_full_stack_growth_ends_process");
}

const struct guest_case guest_cases[] = {
	{"memory_one", one},
	{"memory_two", two},
	{"memory_recycled", recycled},
	{"memory_shared", shared},
	{"memory_fork_fails", fork_fails},
	{"memory_bomb", fork_bomb},
	{"memory_stack", stack},
	{NULL, NULL},
};

const struct guest_helper guest_helpers[] = {{NULL, NULL}};
