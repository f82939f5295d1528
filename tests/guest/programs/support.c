// Memory accesses, costs, children: what the cases of all test programs use.
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

#define STATE_POLL_MICROSECONDS 1000
#define GATE_POLL_MICROSECONDS 20000 // hundreds may wait at one gate

int64_t data_frames(const struct measurement *m)
{
	return (int64_t)(m->stat[STAT_FRAMES_TOTAL] - m->stat[STAT_FRAMES_FREE] -
	                 m->stat[STAT_FRAMES_META]);
}

bool cost_matches(const struct measurement *m, const struct cost *expected, const char *what)
{
	const struct {
		const char *name;
		int64_t expected;
		uint64_t got;
	} fields[] = {
		{"faults", expected->faults, m->stat[STAT_FAULTS]},
		{"loads", expected->loads, m->stat[STAT_FAULTS_LOAD]},
		{"stores", expected->stores, m->stat[STAT_FAULTS_STORE]},
		{"fetches", expected->fetches, m->stat[STAT_FAULTS_FETCH]},
		{"fatal", expected->fatal, m->stat[STAT_FAULTS_FATAL]},
		{"zero_shared", expected->zero_shared, m->stat[STAT_ZERO_SHARED]},
		{"zero_fills", expected->zero_fills, m->stat[STAT_ZERO_FILLS]},
		{"copies", expected->copies, m->stat[STAT_COPIES]},
		{"reuses", expected->reuses, m->stat[STAT_REUSES]},
		{"image_fills", expected->image_fills, m->stat[STAT_IMAGE_FILLS]},
		{"image_maps", expected->image_maps, m->stat[STAT_IMAGE_MAPS]},
		{"around", expected->around, m->stat[STAT_AROUND_MAPS]},
		{"frames", expected->frames, (uint64_t)data_frames(m)},
	};
	bool matches = true;
	for (unsigned i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i].expected == (int64_t)fields[i].got)
			continue;
		matches = false;
		tap_note("%s: %s: expected %" PRId64 ", got %" PRId64, what, fields[i].name,
		         fields[i].expected, (int64_t)fields[i].got);
	}
	return matches;
}

void cost_equal(const struct measurement *m, const struct cost *expected, const char *name)
{
	tap_ok(cost_matches(m, expected, name), name);
}

__attribute__((noinline)) void pages_store(char *memory, size_t count, size_t step, uint64_t seed)
{
	for (size_t i = 0; i < count; i++)
		*(volatile uint64_t *)(memory + i * step * FL_PAGE_SIZE) = i + seed;
}

__attribute__((noinline)) void pages_load(const char *memory, size_t count, size_t step)
{
	for (size_t i = 0; i < count; i++)
		(void)*(const volatile uint64_t *)(memory + i * step * FL_PAGE_SIZE);
}

bool pages_hold(const char *memory, size_t count, size_t step, uint64_t seed)
{
	for (size_t i = 0; i < count; i++) {
		if (*(const volatile uint64_t *)(memory + i * step * FL_PAGE_SIZE) != i + seed)
			return false;
	}
	return true;
}

bool pages_zero(const char *memory, size_t count, size_t step)
{
	for (size_t i = 0; i < count; i++) {
		const uint64_t *word = (const uint64_t *)(memory + i * step * FL_PAGE_SIZE);
		for (size_t k = 0; k < FL_PAGE_SIZE / sizeof(*word); k++) {
			if (word[k] != 0)
				return false;
		}
	}
	return true;
}

// Runs the code that measured pieces use, so that its own first fetch is in nobody's count.
static void accesses_warm(void)
{
	static uint64_t scratch[1];
	pages_store((char *)scratch, 1, 1, 0);
	pages_load((char *)scratch, 1, 1);
	heap_give(0);
}

char *heap_take(size_t pages)
{
	uintptr_t old = (uintptr_t)sbrk(0);
	uintptr_t start = (old + FL_PAGE_SIZE - 1) & ~(FL_PAGE_SIZE - 1);
	if (sbrk((ptrdiff_t)(start - old)) == (void *)-1 ||
	    sbrk((ptrdiff_t)(pages * FL_PAGE_SIZE)) != (void *)start)
		tap_bail("sbrk of %zu pages failed", pages);
	accesses_warm();
	return (char *)start;
}

void heap_give(size_t pages)
{
	if (sbrk(-(ptrdiff_t)(pages * FL_PAGE_SIZE)) == (void *)-1)
		tap_bail("sbrk of -%zu pages failed", pages);
}

pid_t child_start(int (*body)(void *context), void *context)
{
	(void)fflush(stdout);
	pid_t child = fork();
	if (child < 0)
		tap_bail("fork failed: %s", strerror(errno));
	if (child == 0) {
		accesses_warm(); // a child's page table starts empty
		int result = body(context);
		(void)fflush(stdout);
		_exit(result);
	}
	return child;
}

struct process_ending child_wait(pid_t pid)
{
	struct process_ending ending;
	fl_error_t error = process_wait(pid, 0, &ending);
	if (error != FL_OK)
		tap_bail("wait for %d failed: error %d", (int)pid, (int)error);
	return ending;
}

int child_run(int (*body)(void *context), void *context)
{
	struct process_ending ending = child_wait(child_start(body, context));
	return ending.end == PROCESS_EXITED ? ending.value : -1;
}

pid_t helper_start(const char *name, const char *argument)
{
	(void)fflush(stdout);
	pid_t child = fork();
	if (child < 0)
		tap_bail("fork failed: %s", strerror(errno));
	if (child == 0) {
		char *arguments[] = {(char *)guest_self, "run", (char *)name, (char *)argument, NULL};
		(void)execvp(guest_self, arguments);
		_exit(1);
	}
	return child;
}

void parent_settle(void)
{
	struct process_info info;
	pid_t parent = getppid();
	while (process_next(parent, &info) == FL_OK && info.pid == parent &&
	       info.state == PROCESS_RUNNING)
		(void)!fl_thread_control(0, FL_THREAD_YIELD, 0);
}

_Noreturn void process_park(void)
{
	for (;;)
		(void)sleep(UINT32_MAX);
}

static int park(void *context)
{
	(void)context;
	process_park();
}

pid_t gate_create(void)
{
	pid_t gate = child_start(park, NULL);
	state_wait(gate, PROCESS_SLEEPING);
	return gate;
}

void gate_wait(pid_t gate)
{
	struct process_info info;
	while (process_next(gate, &info) == FL_OK && info.pid == gate && info.state != PROCESS_ZOMBIE)
		(void)usleep(GATE_POLL_MICROSECONDS);
}

void gate_open(pid_t gate)
{
	process_remove(gate);
}

void state_wait(pid_t pid, enum process_state state)
{
	struct process_info info;
	for (;;) {
		if (process_next(pid, &info) != FL_OK || info.pid != pid)
			tap_bail("process %d is gone", (int)pid);
		if (info.state == state)
			return;
		if (info.state == PROCESS_ZOMBIE)
			tap_bail("process %d has ended", (int)pid);
		(void)usleep(STATE_POLL_MICROSECONDS);
	}
}

unsigned process_count(void)
{
	struct process_info info;
	unsigned count = 0;
	for (int from = 1; process_next(from, &info) == FL_OK; from = info.pid + 1)
		count++;
	return count;
}

void process_count_wait(unsigned count)
{
	while (process_count() != count)
		(void)usleep(STATE_POLL_MICROSECONDS);
}

void process_remove(pid_t pid)
{
	if (kill(pid, SIGKILL) != 0)
		tap_bail("process %d cannot be killed: %s", (int)pid, strerror(errno));
	(void)child_wait(pid);
}

uint64_t pte_of(pid_t pid, const void *address)
{
	uint64_t pte[3];
	if (process_pte(pid, (uintptr_t)address, pte) != FL_OK)
		tap_bail("the page table of %d cannot be read", (int)pid);
	return pte[2];
}

uint64_t statistic(enum pager_stat index)
{
	uint64_t value[STAT_COUNT];
	if (pager_statistics(value) != FL_OK)
		tap_bail("the pager's statistics cannot be read");
	return value[index];
}

struct process_region region_at(const void *address)
{
	struct process_region region;
	if (process_region_next(getpid(), (uintptr_t)address, &region) != FL_OK)
		tap_bail("there is no region at %p", (void *)(uintptr_t)address);
	return region;
}
