// What a program may rely on whoever the pager is (docs/pager-protocol.md): the results, not the
// cost. Runs with the default pager and with the minimal one, and would with another.
//
// Not here: exact counts of faults, copies and frames, which are the default pager's own affair.
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

#define PAGES 16
#define CHILDREN 6
#define PROCESSES 200
#define ROUND 50 // processes between two looks at the statistics
#define CHANGED 77
#define SPREAD_TABLES 2048ul

static uint64_t data_word = 5;
static uint64_t bss_words[2 * FL_PAGE_SIZE / sizeof(uint64_t)];

struct inheritance {
	char *heap;
	uint64_t seed;
};

// In a child: everything is as the parent left it; then it is changed.
static int inherit(void *context)
{
	const struct inheritance *own = context;
	bool good = pages_hold(own->heap, PAGES, 1, 1) && data_word == 5 && bss_words[0] == 0;
	pages_store(own->heap, PAGES, 1, own->seed);
	data_word = bss_words[0] = own->seed;
	(void)usleep(1000); // the others run in between
	good &= pages_hold(own->heap, PAGES, 1, own->seed) && data_word == own->seed;
	return good ? 0 : 1;
}

static void fork_copies(void)
{
	struct inheritance own[CHILDREN];
	pid_t child[CHILDREN];
	char *heap = heap_take(PAGES);
	pages_store(heap, PAGES, 1, 1);
	for (unsigned i = 0; i < CHILDREN; i++) {
		own[i] = (struct inheritance){.heap = heap, .seed = 1000 * (i + 1)};
		child[i] = child_start(inherit, &own[i]);
	}
	unsigned good = 0;
	for (unsigned i = CHILDREN; i-- > 0;) {
		struct process_ending ending = child_wait(child[i]);
		good += ending.end == PROCESS_EXITED && ending.value == 0;
	}
	tap_equal(CHILDREN, good, "fork_children_inherit_and_change_their_own_pages");
	tap_ok(pages_hold(heap, PAGES, 1, 1) && data_word == 5 && bss_words[0] == 0,
	       "fork_leaves_parents_pages");
}

static void zeros(void)
{
	char *heap = heap_take(PAGES);
	tap_ok(pages_zero(heap, PAGES, 1), "heap_untouched_is_zero");
	pages_store(heap, PAGES, 1, CHANGED);
	heap_give(PAGES);
	tap_ok(sbrk(PAGES * FL_PAGE_SIZE) == heap && pages_zero(heap, PAGES, 1),
	       "heap_shrunk_and_grown_is_zero");
	tap_ok(pages_zero((char *)LAYOUT_STACK_START, 1, 1), "stack_lowest_page_is_zero");
}

static bool sbrk_refused(intptr_t increment)
{
	char *before = sbrk(0);
	return sbrk(increment) == (void *)-1 && sbrk(0) == before;
}

static void sbrk_results(void)
{
	char *heap = heap_take(1);
	tap_ok(sbrk(5000) == heap + FL_PAGE_SIZE && sbrk(-5000) == heap + FL_PAGE_SIZE + 5000 &&
	           sbrk(0) == heap + FL_PAGE_SIZE,
	       "sbrk_returns_old_break");
	tap_ok(sbrk_refused(INTPTR_MAX) && sbrk_refused(INTPTR_MIN) && sbrk_refused(1l << 38),
	       "sbrk_out_of_range_changes_nothing");
	tap_ok(sbrk_refused(-(intptr_t)(uintptr_t)heap), "sbrk_below_heap_changes_nothing");
	char *eager = sbrk_eager(PAGES * FL_PAGE_SIZE);
	uint64_t resident = region_at(heap).resident_pages;
	tap_ok(eager == heap + FL_PAGE_SIZE && resident >= PAGES && pages_zero(eager, PAGES, 1),
	       "sbrk_eager_fills_at_once");
	// Bookkeeping takes frames too, so the first one fails in the middle and the second at once.
	intptr_t all = (intptr_t)(statistic(STAT_FRAMES_FREE) * FL_PAGE_SIZE);
	char *before = sbrk(0);
	bool refused = sbrk_eager(all) == (void *)-1 && errno == ENOMEM;
	refused &= sbrk_eager(all * 2) == (void *)-1 && errno == ENOMEM;
	refused &= !(pte_of(getpid(), before) & PTE_V) && pte_of(getpid(), eager) & PTE_V;
	tap_ok(refused && sbrk(0) == before && region_at(heap).resident_pages == resident,
	       "sbrk_eager_beyond_memory_changes_nothing");
	tap_ok(sbrk(FL_PAGE_SIZE) == before && pages_zero(before, 1, 1), "sbrk_after_refusal_grows");
}

// After exec: the argument is there, the data is as in the file.
static int fresh(int argc, char **argv)
{
	bool good = argc == 2 && strcmp(argv[1], "argument") == 0 && data_word == 5;
	return good && bss_words[0] == 0 ? CHANGED : 1;
}

static void exec_starts_fresh(void)
{
	data_word = bss_words[0] = 9;
	struct process_ending ending = child_wait(helper_start("fresh", "argument"));
	tap_ok(ending.end == PROCESS_EXITED && ending.value == CHANGED,
	       "exec_passes_arguments_and_starts_fresh");
	char *heap = heap_take(PAGES);
	pages_store(heap, PAGES, 1, 3);
	char *arguments[] = {"absent", NULL};
	tap_ok(execv("/bin/absent", arguments) == -1 && pages_hold(heap, PAGES, 1, 3),
	       "exec_refused_leaves_the_program");
}

static int hog(void *context)
{
	(void)context;
	size_t pages = 2 * (size_t)statistic(STAT_FRAMES_TOTAL);
	pages_store(heap_take(pages), pages, 1, 1);
	return 0;
}

// One page in each table of pages: it is the tables that run out, if anything does.
static int spread(void *context)
{
	(void)context;
	pages_store(heap_take(SPREAD_TABLES * FL_RUN_FRAMES), SPREAD_TABLES, FL_RUN_FRAMES, 1);
	return 0;
}

static bool out_of_memory(const struct process_ending *ending)
{
	return ending->end == PROCESS_FAULTED && ending->reason == REASON_NO_MEMORY;
}

static int park(void *context)
{
	(void)context;
	process_park();
}

static void memory_used_up(void)
{
	char *heap = heap_take(PAGES);
	pages_store(heap, PAGES, 1, 1);
	pid_t other = child_start(park, NULL);
	state_wait(other, PROCESS_SLEEPING);
	unsigned ended = 0;
	for (unsigned i = 0; i < 3; i++) {
		struct process_ending ending = child_wait(child_start(hog, NULL));
		ended += out_of_memory(&ending);
	}
	struct process_ending ending = child_wait(child_start(spread, NULL));
	tap_ok(out_of_memory(&ending) || (ending.end == PROCESS_EXITED && ending.value == 0),
	       "memory_spread_thin_is_held_or_ends_the_process");
	struct process_info info;
	tap_equal(3, ended, "memory_used_up_ends_the_process_with_its_reason");
	tap_ok(process_next(other, &info) == FL_OK && info.pid == other &&
	           info.state == PROCESS_SLEEPING && pages_hold(heap, PAGES, 1, 1),
	       "memory_used_up_ends_nobody_else");
	process_remove(other);
}

// Exec too, for every fourth.
static void process_once(unsigned index)
{
	pid_t child = index % 4 == 0 ? helper_start("fresh", "argument") : fork();
	if (child == 0)
		_exit(CHANGED);
	struct process_ending ending = child_wait(child);
	if (ending.end != PROCESS_EXITED || ending.value != CHANGED)
		tap_bail("process %u ended with %d, %d", index, (int)ending.end, ending.value);
}

// Free frames, and those of the pager's own structures: which of its pages a structure lies in
// depends on the order in which processes come and go, so that a page more or less may be in use
// for the same structures. That this is why one frame was once missing here is likely, and was not
// shown.
static uint64_t frames_not_given_out(const uint64_t stat[STAT_COUNT])
{
	return stat[STAT_FRAMES_FREE] + stat[STAT_FRAMES_META];
}

static void many_processes(void)
{
	uint64_t before[STAT_COUNT], after[STAT_COUNT];
	const unsigned rounds = PROCESSES / ROUND;
	uint64_t first_meta = 0;
	unsigned same = 0;
	process_once(0);
	process_once(1);
	for (unsigned round = 0; round < rounds; round++) {
		if (pager_statistics(before) != FL_OK)
			tap_bail("the pager's statistics cannot be read");
		for (unsigned i = 0; i < ROUND; i++)
			process_once(i);
		if (pager_statistics(after) != FL_OK)
			tap_bail("the pager's statistics cannot be read");
		first_meta = round ? first_meta : before[STAT_FRAMES_META];
		same += frames_not_given_out(before) == frames_not_given_out(after) &&
		        after[STAT_FRAMES_META] <= first_meta + 1 &&
		        before[STAT_OBJECT_FRAMES_FREE] == after[STAT_OBJECT_FRAMES_FREE] &&
		        before[STAT_PROCESS_SPACES] == after[STAT_PROCESS_SPACES];
	}
	tap_equal(rounds, same, "process_started_many_times_leaves_no_frame_behind");
}

// Forks until that fails; twice, for what failed must have taken nothing.
static void process_limit(void)
{
	unsigned made[2];
	unsigned refused = 0;
	for (unsigned times = 0; times < 2; times++) {
		pid_t child[PROCESS_MAX];
		unsigned count = 0;
		while (count < PROCESS_MAX && (child[count] = fork()) > 0)
			count++;
		if (count < PROCESS_MAX && child[count] == 0)
			process_park();
		int error = errno;
		made[times] = count;
		refused += count > CHILDREN && (error == EAGAIN || error == ENOMEM);
		while (count > 0)
			process_remove(child[--count]);
	}
	tap_equal(2, refused, "fork_beyond_limits_fails");
	tap_equal(made[0], made[1], "fork_beyond_limits_takes_nothing");
}

static void queries(void)
{
	char *heap = heap_take(PAGES);
	pages_store(heap, 3, 1, 1);
	struct process_region region = region_at(heap);
	tap_ok(region.kind == PAGER_KIND_HEAP && region.end == (uintptr_t)heap + PAGES * FL_PAGE_SIZE &&
	           region.rights == (FL_PROT_READ | FL_PROT_WRITE) && region.resident_pages >= 3,
	       "region_of_heap_is_told");
	tap_ok(pte_of(getpid(), heap) & PTE_V && pte_of(getpid(), heap) & PTE_W &&
	           !(pte_of(getpid(), heap + 4 * FL_PAGE_SIZE) & PTE_V),
	       "pte_is_there_for_touched_pages_only");
	uint64_t resident = 0, regions = 0, last = 0;
	bool ordered = true;
	for (uint64_t va = 0; process_region_next(getpid(), va, &region) == FL_OK; va = region.end) {
		ordered &= region.start >= last && region.start < region.end;
		last = region.end;
		resident += region.resident_pages;
		regions++;
	}
	struct process_memory memory;
	fl_error_t error = process_memory_read(getpid(), &memory);
	tap_ok(ordered && error == FL_OK && memory.resident_pages == resident &&
	           memory.regions == regions && memory.faults > 0 && memory.table_frames > 0,
	       "region_list_fits_memory_figures");
}

const struct guest_case guest_cases[] = {
	{"contract_fork", fork_copies},
	{"contract_zero", zeros},
	{"contract_sbrk", sbrk_results},
	{"contract_exec", exec_starts_fresh},
	{"contract_memory", memory_used_up},
	{"contract_many", many_processes},
	{"contract_limit", process_limit},
	{"contract_query", queries},
	{NULL, NULL},
};

const struct guest_helper guest_helpers[] = {{"fresh", fresh}, {NULL, NULL}};
