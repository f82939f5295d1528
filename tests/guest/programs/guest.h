// What the guest tests share. A test program is a table of cases; main is in guest.c.
//
// A case runs in a process of its own, started by exec, so that it begins with an image of which
// hardly a page was touched and its counts do not depend on what ran before it. The process that
// starts it is another program (driver.c), which does nothing but wait, and audits afterwards that
// every frame came back.
//
//     t-heap              all cases
//     t-heap heap_growth  one of them
//     t-heap full ...     the stated sizes (guest_size)
//     t-heap small ...    smaller ones, for the checking kernel
#ifndef GUEST_H
#define GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "fl/measure.h"
#include "fl/process.h"
#include "fl/tap.h"

// A case gives results with tap_ok and tap_equal; guest.c does the rest.
struct guest_case {
	const char *name;
	void (*run)(void);
};

extern const struct guest_case guest_cases[]; // ends with a name of NULL

enum guest_size { SIZE_SMALL, SIZE_NORMAL, SIZE_FULL };
extern enum guest_size guest_size;
#define GUEST_SIZE(small, normal, full)                                                            \
	(guest_size == SIZE_SMALL ? (small) : guest_size == SIZE_NORMAL ? (normal) : (full))

// A second program image: what the program does as `t-NAME run helper ARGUMENTS` after exec. Its
// result is the exit status. NULL in most programs' tables.
struct guest_helper {
	const char *name;
	int (*run)(int argc, char **argv);
};
extern const struct guest_helper guest_helpers[]; // ends with a name of NULL
extern const char *guest_self;                    // the program's own path, for exec

// What a piece of code costs; a field that is not named is 0. `frames` are data frames: those that
// the pager's own structures take are left out, for they are packed and so depend on the past.
struct cost {
	int64_t faults, loads, stores, fetches, fatal;
	int64_t zero_shared, zero_fills, copies, reuses, image_fills, image_maps, around;
	int64_t frames;
};

// True if the measured cost is the expected one; else notes tell every field that differs.
bool cost_matches(const struct measurement *m, const struct cost *expected, const char *what);
// The same as one result.
void cost_equal(const struct measurement *m, const struct cost *expected, const char *name);
int64_t data_frames(const struct measurement *m);

// One access a page, `step` pages apart. Stores write the page's index (+ seed) into its first
// word.
void pages_store(char *memory, size_t count, size_t step, uint64_t seed);
void pages_load(const char *memory, size_t count, size_t step);
// True if every page's first word is its index + seed, as pages_store left it.
bool pages_hold(const char *memory, size_t count, size_t step, uint64_t seed);
// True if all bytes of the pages are 0.
bool pages_zero(const char *memory, size_t count, size_t step);

// sbrk that must succeed, the break aligned up to a page first.
char *heap_take(size_t pages);
void heap_give(size_t pages);

// Runs `body` in a forked child and waits; the child's result is its exit status.
pid_t child_start(int (*body)(void *context), void *context);
struct process_ending child_wait(pid_t pid);
int child_run(int (*body)(void *context), void *context); // exit status, or -1: it did not exit

// Another image: execs this program's helper `name` with these arguments in a child.
pid_t helper_start(const char *name, const char *argument);

// A gate holds processes back until it is opened: a process that sleeps, and who waits polls
// until it is gone. Fork it before those that wait for it.
pid_t gate_create(void);
void gate_wait(pid_t gate);
void gate_open(pid_t gate);

// Waits until a process is in that state (it may be none of ours).
void state_wait(pid_t pid, enum process_state state);

// How many processes there are; waits until there are so many.
unsigned process_count(void);
void process_count_wait(unsigned count);

// In a child, before it measures: waits, without sleeping, until the parent sleeps or waits. What
// the parent does right after the fork would be counted too.
void parent_settle(void);

// Sleeps for ever.
_Noreturn void process_park(void);
// kill and wait.
void process_remove(pid_t pid);

// PTE of level 0 at this address of a process; 0 if there is none.
uint64_t pte_of(pid_t pid, const void *address);
#define PTE_V 0x01u
#define PTE_R 0x02u
#define PTE_W 0x04u
#define PTE_X 0x08u
#define PTE_U 0x10u
#define PTE_ADDRESS(pte) (((pte) >> 10 & ((1ul << 44) - 1)) << FL_PAGE_SHIFT)

// A statistic now.
uint64_t statistic(enum pager_stat index);

// The region of the calling process that holds or follows the address; bails if there is none.
struct process_region region_at(const void *address);

#endif
