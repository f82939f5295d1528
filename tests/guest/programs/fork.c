// Copy-on-write fork: what is copied, what is shared, who is left as the last owner.
#include <unistd.h>

#include "guest.h"

#define PAGES 16
#define FEW 4
#define GENERATIONS 8
#define SHARERS GUEST_SIZE(16u, 64u, 300u)
#define SHARERS_MAX 300

struct family {
	char *memory;
	pid_t gate;
	unsigned number;
};

static const struct cost nothing;
static const struct cost few_copies = {.faults = FEW, .stores = FEW, .copies = FEW, .frames = FEW};
static const struct cost few_reuses = {.faults = FEW, .stores = FEW, .reuses = FEW};

static bool store_costs(char *memory, const struct cost *cost, const char *what)
{
	struct measurement m;
	measure_begin(&m);
	pages_store(memory, FEW, 1, 500);
	measure_end(&m);
	return cost_matches(&m, cost, what) && pages_hold(memory, FEW, 1, 500);
}

static char *memory_prepare(void)
{
	char *memory = heap_take(PAGES);
	pages_store(memory, PAGES, 1, 1);
	return memory;
}

static int child_stores(void *context)
{
	char *memory = context;
	parent_settle();
	return !(pages_hold(memory, PAGES, 1, 1) && store_costs(memory, &few_copies, "child") &&
	         pages_hold(memory + FEW * FL_PAGE_SIZE, PAGES - FEW, 1, 1 + FEW));
}

static void child_first(void)
{
	char *memory = memory_prepare();
	tap_equal(0, (uint64_t)child_run(child_stores, memory), "fork_child_store_copies_page");
	tap_ok(pages_hold(memory, PAGES, 1, 1), "fork_child_store_is_not_seen_by_parent");
	tap_ok(store_costs(memory, &few_reuses, "parent"), "fork_last_owner_store_reuses_page");
	tap_ok(store_costs(memory, &nothing, "parent"), "fork_last_owner_store_again_does_not_fault");
}

static int child_parks_after_store(void *context)
{
	if (child_stores(context) != 0)
		return 1;
	process_park();
}

// Each has its own copy as soon as one of two has stored.
static void child_lives(void)
{
	char *memory = memory_prepare();
	pid_t child = child_start(child_parks_after_store, memory);
	state_wait(child, PROCESS_SLEEPING);
	tap_ok(store_costs(memory, &few_reuses, "parent"), "fork_store_after_childs_reuses_page");
	tap_ok(pages_hold(memory + FEW * FL_PAGE_SIZE, PAGES - FEW, 1, 1 + FEW),
	       "fork_other_pages_keep_content");
	process_remove(child);
}

static int child_stores_second(void *context)
{
	const struct family *family = context;
	gate_wait(family->gate);
	parent_settle();
	return !(store_costs(family->memory, &few_reuses, "child") &&
	         pages_hold(family->memory + FEW * FL_PAGE_SIZE, PAGES - FEW, 1, 1 + FEW));
}

static void parent_first(void)
{
	struct family family = {.memory = memory_prepare(), .gate = gate_create()};
	pid_t child = child_start(child_stores_second, &family);
	state_wait(child, PROCESS_SLEEPING);
	struct measurement m;
	measure_begin(&m);
	pages_load(family.memory, PAGES, 1);
	measure_end(&m);
	cost_equal(&m, &nothing, "fork_parent_load_does_not_fault");
	tap_ok(store_costs(family.memory, &few_copies, "parent"), "fork_parent_store_copies_page");
	gate_open(family.gate);
	tap_equal(0, (uint64_t)child_wait(child).value, "fork_child_store_after_parents_reuses_page");
	tap_ok(pages_hold(family.memory, FEW, 1, 500), "fork_parent_store_is_kept");
}

static int child_loads(void *context)
{
	struct measurement m;
	parent_settle();
	measure_begin(&m);
	pages_load(context, PAGES, 1);
	measure_end(&m);
	static const struct cost loads = {.faults = PAGES, .loads = PAGES};
	if (!cost_matches(&m, &loads, "child"))
		return 1;
	process_park();
}

static void child_load(void)
{
	char *memory = memory_prepare();
	pid_t child = child_start(child_loads, memory);
	state_wait(child, PROCESS_SLEEPING);
	bool one = true, read_only = true;
	for (unsigned i = 0; i < PAGES; i++) {
		uint64_t mine = pte_of(getpid(), memory + i * FL_PAGE_SIZE);
		uint64_t its = pte_of(child, memory + i * FL_PAGE_SIZE);
		one &= PTE_ADDRESS(mine) == PTE_ADDRESS(its);
		read_only &= !((mine | its) & PTE_W);
	}
	tap_ok(one, "fork_child_load_shares_frames");
	tap_ok(read_only, "fork_shared_frames_are_read_only_in_both");
	process_remove(child);
	tap_ok(store_costs(memory, &few_reuses, "parent"), "fork_store_after_child_was_killed_reuses");
}

static int child_execs(void *context)
{
	(void)context;
	char *arguments[] = {"true", NULL};
	(void)execv("/bin/true", arguments);
	return 1;
}

static void exec_in_child(void)
{
	char *memory = memory_prepare();
	tap_equal(0, (uint64_t)child_run(child_execs, NULL), "fork_child_exec_succeeds");
	tap_ok(store_costs(memory, &few_reuses, "parent"), "fork_store_after_childs_exec_reuses_page");
}

static int child_shrinks(void *context)
{
	struct measurement m;
	parent_settle();
	measure_begin(&m);
	heap_give(PAGES / 2);
	measure_end(&m);
	return !(cost_matches(&m, &nothing, "child") && pages_hold(context, PAGES / 2, 1, 1) &&
	         pages_zero(heap_take(PAGES / 2), PAGES / 2, 1));
}

static int child_verifies(void *context)
{
	const struct family *family = context;
	gate_wait(family->gate);
	return !pages_hold(family->memory, PAGES, 1, 1);
}

static void shrink(void)
{
	struct family family = {.memory = memory_prepare()};
	tap_equal(0, (uint64_t)child_run(child_shrinks, family.memory),
	          "fork_child_shrink_gives_no_shared_frame_back");
	tap_ok(pages_hold(family.memory, PAGES, 1, 1), "fork_child_shrink_leaves_parents_pages");
	family.gate = gate_create();
	pid_t child = child_start(child_verifies, &family);
	state_wait(child, PROCESS_SLEEPING);
	struct measurement m;
	measure_begin(&m);
	heap_give(PAGES);
	measure_end(&m);
	cost_equal(&m, &nothing, "fork_parent_shrink_gives_no_shared_frame_back");
	gate_open(family.gate);
	tap_equal(0, (uint64_t)child_wait(child).value, "fork_parent_shrink_leaves_childs_pages");
	tap_ok(pages_zero(heap_take(PAGES), PAGES, 1), "fork_parent_growth_after_shrink_reads_zero");
}

// Every generation changes one page, and forks the next one.
static int generation(void *context)
{
	struct family *family = context;
	unsigned own = family->number;
	struct measurement m;
	parent_settle();
	measure_begin(&m);
	pages_store(family->memory + own * FL_PAGE_SIZE, 1, 1, 100 + own);
	measure_end(&m);
	static const struct cost one = {.faults = 1, .stores = 1, .copies = 1, .frames = 1};
	bool good = cost_matches(&m, &one, "generation");
	family->number = own + 1;
	if (own + 1 < GENERATIONS)
		good &= child_run(generation, family) == 0;
	return !(good && pages_hold(family->memory, own + 1, 1, 100) &&
	         pages_hold(family->memory + (own + 1) * FL_PAGE_SIZE, PAGES - own - 1, 1, own + 2));
}

static void chain(void)
{
	struct family family = {.memory = memory_prepare()};
	tap_equal(0, (uint64_t)child_run(generation, &family), "fork_of_fork_copies_only_what_differs");
	tap_ok(pages_hold(family.memory, PAGES, 1, 1), "fork_of_fork_leaves_first_parents_pages");
	tap_ok(store_costs(family.memory, &few_reuses, "parent"),
	       "fork_of_fork_last_owner_reuses_page");
}

// Stores to one page, then holds what it has until the gate opens.
static int sharer(void *context)
{
	struct family *family = context;
	unsigned own = family->number % PAGES;
	struct measurement m;
	parent_settle();
	measure_begin(&m);
	pages_store(family->memory + own * FL_PAGE_SIZE, 1, 1, 1000 + family->number);
	measure_end(&m);
	static const struct cost one = {.faults = 1, .stores = 1, .copies = 1, .frames = 1};
	bool good = cost_matches(&m, &one, "sharer");
	gate_wait(family->gate);
	return !(good && pages_hold(family->memory, own, 1, 1) &&
	         pages_hold(family->memory + own * FL_PAGE_SIZE, 1, 1, 1000 + family->number) &&
	         pages_hold(family->memory + (own + 1) * FL_PAGE_SIZE, PAGES - own - 1, 1, own + 2));
}

static void sharers(void)
{
	static pid_t child[SHARERS_MAX];
	struct family family = {.memory = memory_prepare(), .gate = gate_create()};
	const unsigned count = SHARERS;
	for (unsigned i = 0; i < count; i++) {
		family.number = i;
		child[i] = child_start(sharer, &family);
		state_wait(child[i], PROCESS_SLEEPING);
	}
	struct measurement m;
	measure_begin(&m);
	pages_store(family.memory, 1, 1, 1);
	measure_end(&m);
	static const struct cost one = {.faults = 1, .stores = 1, .copies = 1, .frames = 1};
	cost_equal(&m, &one, "fork_many_sharers_parent_store_copies_page");
	// Every third is killed, the youngest first; the others end by themselves in any order.
	for (unsigned i = count; i-- > 0;) {
		if (i % 3 == 0)
			process_remove(child[i]);
	}
	gate_open(family.gate);
	unsigned good = 0;
	for (unsigned i = 0; i < count; i++)
		good += i % 3 != 0 && child_wait(child[i]).value == 0;
	tap_equal(count - (count + 2) / 3, good, "fork_many_sharers_each_keep_their_content");
	tap_ok(pages_hold(family.memory, PAGES, 1, 1), "fork_many_sharers_leave_parents_content");
	measure_begin(&m);
	pages_store(family.memory, PAGES, 1, 1);
	measure_end(&m);
	static const struct cost reuses = {
		.faults = PAGES - 1, .stores = PAGES - 1, .reuses = PAGES - 1};
	cost_equal(&m, &reuses, "fork_many_sharers_last_owner_reuses_pages");
}

static int child_ends(void *context)
{
	(void)context;
	return 0;
}

static void repeated(void)
{
	char *memory = memory_prepare();
	unsigned good = 0;
	const unsigned times = GUEST_SIZE(20u, 100u, 1000u);
	(void)child_run(child_ends, NULL);
	struct measurement m;
	measure_begin(&m);
	for (unsigned i = 0; i < times; i++)
		good += child_run(child_ends, NULL) == 0;
	measure_end(&m);
	tap_equal(times, good, "fork_repeated_succeeds");
	tap_equal(0, (uint64_t)data_frames(&m), "fork_repeated_takes_no_frame");
	tap_equal(0, m.stat[STAT_OBJECT_FRAMES_FREE], "fork_repeated_takes_no_object_frame");
	tap_ok(pages_hold(memory, PAGES, 1, 1), "fork_repeated_keeps_content");
}

const struct guest_case guest_cases[] = {
	{"fork_child_first", child_first},
	{"fork_child_lives", child_lives},
	{"fork_parent_first", parent_first},
	{"fork_child_load", child_load},
	{"fork_exec_in_child", exec_in_child},
	{"fork_shrink", shrink},
	{"fork_chain", chain},
	{"fork_sharers", sharers},
	{"fork_repeated", repeated},
	{NULL, NULL},
};

const struct guest_helper guest_helpers[] = {{NULL, NULL}};
