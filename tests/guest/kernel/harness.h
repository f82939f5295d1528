// What the tests of the kernel calls share. They run as the machine's first program, in root's
// place, with all of root's handles: they make spaces, threads and endpoints and act as pager.
//
// Not for programs: there is no pager, no C library, no process here.
#ifndef HARNESS_H
#define HARNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/bootinfo.h"
#include "fl/kernel.h"

// --- Tests (tap.c) ---

struct test {
	const char *name; // object_situation_expected
	void (*run)(void);
};

struct suite {
	const char *name;
	const struct test *tests;
	unsigned count;
};

#define TEST(function)                                                                             \
	{                                                                                              \
#function, function                                                                        \
	}
#define SUITE(name, tests)                                                                         \
	const struct suite suite_##name = {#name, tests, sizeof(tests) / sizeof((tests)[0])}

// Part of the running test: are they equal? If not, a line says where, what, and both values.
#define expect(expected, got) expect_at(__FILE_NAME__, __LINE__, #got, (expected), (got))
bool expect_at(const char *file, int line, const char *what, uint64_t expected, uint64_t got);
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Without this nothing can go on.
#define require(condition) ((condition) ? (void)0 : bail(__FILE_NAME__, __LINE__, #condition))
_Noreturn void bail(const char *file, int line, const char *what);

void console_open(void);
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void tests_run(const struct suite *suite); // each test, and that it gave everything back
unsigned tests_failed(void);
void tests_end(void); // the plan
_Noreturn void stop(unsigned status);

// --- Memory, slots, objects (memory.c, object.c) ---

extern const struct fl_bootinfo *boot;
#define WINDOW_VA 0x1000000000ul // RAM that is held as window is at WINDOW_VA + (pa - ram_base)
#define SPARE_RUNS 2

void memory_open(void);
void memory_close(void);
void memory_audit(void);      // part of the running test: every frame as it was before memory_open
uint64_t memory_in_use(void); // frames, pages and slots that are handed out now

// A FREE frame of the object run, and back (it must be FREE again).
uint64_t frame_new(void);
void frame_end(uint64_t frame);
// A zeroed USER frame of the harness's window, and back. page_at: where it can be seen.
uint64_t page_new(void);
void page_end(uint64_t page);
void *page_at(uint64_t page);
// A 2 MiB run that nobody holds and that is wholly FREE (n < SPARE_RUNS).
uint64_t run_spare(unsigned n);
// Attaches with repeats; counts them.
fl_error_t run_hold(uint64_t run, enum fl_run_kind kind, uint64_t va, unsigned *repeats);
struct fl_result frame_state(uint64_t frame);
#define window_of(page) ((void *)(uintptr_t)(WINDOW_VA + (page)-boot->ram_base))

unsigned slots_in_use(void);
fl_slot_t slot_new(void);
void slot_end(fl_slot_t slot); // closes it
fl_slot_t endpoint_new(void);
fl_slot_t space_new(fl_slot_t pager, uint64_t badge);
fl_slot_t thread_new(fl_slot_t space, unsigned priority, uint64_t number);
void object_end(fl_slot_t slot);    // destroys it; a space is emptied first
void object_forget(fl_slot_t slot); // it was destroyed by other means: frames and slot are back
fl_slot_t handle_new(fl_slot_t from, unsigned rights, uint64_t badge); // a copy in a new slot

// This page, mapped at va of a space (0: nowhere), goes back when the object ends.
void object_stack(fl_slot_t slot, uint64_t page, fl_slot_t space, uint64_t va);

// Maps a page, feeding tables as they are asked for.
fl_error_t page_map(fl_slot_t space, uint64_t va, uint64_t page, unsigned prot);
void table_feed(fl_slot_t space);

// --- Threads (thread.c) ---

typedef void (*code_t)(uint64_t a0, uint64_t a1, uint64_t a2);

extern fl_slot_t guard; // endpoint that takes the faults of root's own space and ends the machine
void threads_open(void);
void threads_close(void);

// Everything else runs until it blocks; then the caller goes on.
void settle(void);
// The same; false if an interrupt came in between, so that a time slice may have ended.
bool settle_undisturbed(void);
#define DISTURBED_MAX 1000 // so often a test tries again

struct fl_context *context_of(fl_slot_t thread); // of a thread; valid until the next call
void thread_set(fl_slot_t thread, code_t code, uint64_t sp, uint64_t a0, uint64_t a1, uint64_t a2);

// A thread in root's space; it sees all that the test sees. When `code` returns it sleeps for ever.
fl_slot_t sibling_start(unsigned priority, code_t code, uint64_t a0, uint64_t a1, uint64_t a2);

// A space with a copy of this program's code (its constants too, its variables not), and a handle
// table of 128. Its faults go to `pager` with `badge`.
fl_slot_t program_new(fl_slot_t pager, uint64_t badge);
// A thread in such a space, with a stack there; not started.
fl_slot_t program_thread(fl_slot_t space, unsigned priority, code_t code, uint64_t a0, uint64_t a1,
                         uint64_t a2);

// A call of IPC that a sibling makes.
struct job {
	unsigned call; // FL_SYS_*
	fl_slot_t endpoint;
	struct fl_message m;
	fl_error_t error;
	volatile unsigned done; // how often it came back
	unsigned repeat;        // 0 and 1: once
	unsigned *order;        // where to note in which place it finished, or NULL
	unsigned finished;
};
fl_slot_t job_start(struct job *job, unsigned priority);

// A program that makes any kernel call in a space of its own, on demand.
struct puppet {
	fl_slot_t space, thread, endpoint, fault;
	uint64_t page;  // arguments and results
	uint64_t token; // of the call in which it waits for the next order
};
#define PUPPET_PAGE_VA 0x300000ul
#define PUPPET_BADGE 77
#define PUPPET_SLOT 1 // where it finds the endpoint that it takes orders from
void puppet_open(struct puppet *puppet);
void puppet_close(struct puppet *puppet);
// The call's results; *result may be NULL.
fl_error_t puppet_call(struct puppet *puppet, unsigned number, const uint64_t argument[7],
                       struct fl_result *result);
// Gives it a copy of one of our handles.
fl_error_t puppet_give(struct puppet *puppet, fl_slot_t to, fl_slot_t from, unsigned rights);

// --- Raw calls (raw.S) ---

// All integer registers around one ecall: loads x[1..31] (x[2] is replaced by the array's address),
// traps, stores what is there afterwards.
void raw_call(uint64_t x[33]); // x[32] is scratch
enum { X_SP = 2, X_TP = 4, X_T0 = 5, X_T1, X_T2, X_S0 = 8, X_A0 = 10, X_A7 = 17, X_T3 = 28 };

#endif
