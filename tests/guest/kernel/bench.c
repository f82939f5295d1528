// The benchmark rows of the kernel's own paths: a null call, a call to a server in another space
// and its answer, a fault that a pager in another space answers with resume.
//
// Instructions by rdinstret in user mode; what the reading itself costs is taken off. Both sides
// use their registers only and nothing more than an endless loop needs, so the figures are the
// kernel's. Only a machine with --icount gives figures that mean anything.
#include "fl/string.h"
#include "raw.h"
#include "suites.h"

#define SAMPLES 500
#define SHARED_VA 0xc00000ul
#define ABSENT_VA 0xd00000ul
#define CLIENT_SLOT 1
#define PRIORITY 4 // of both sides: what servers have

struct shared {
	uint64_t sample[SAMPLES];
	uint64_t entries; // kernel entries of all samples together
};

static inline uint64_t entries_now(void)
{
	struct fl_result r;
	fl_counters(&r);
	return r.value[0];
}

static void finish(struct shared *shared, uint64_t entries)
{
	// The second reading of the counters is itself an entry.
	shared->entries = entries_now() - entries - 1;
	for (;;)
		__asm__ volatile("ebreak");
}

static void null_run(uint64_t a0, uint64_t a1, uint64_t a2)
{
	(void)a1, (void)a2;
	struct shared *shared = (struct shared *)a0;
	uint64_t entries = entries_now();
	for (unsigned i = 0; i < SAMPLES; i++) {
		register uint64_t number __asm__("a7") = FL_SYS_VERSION;
		uint64_t from, to;
		__asm__ volatile("rdinstret %0; ecall; rdinstret %1"
		                 : "=&r"(from), "=&r"(to)
		                 : "r"(number)
		                 : "memory", "a0", "a1", "t0", "t1", "t2", "t3", "t4", "t5", "t6");
		shared->sample[i] = to - from;
	}
	finish(shared, entries);
}

#define CLOBBER_WORDS "a1", "a2", "a3", "a4", "a5", "a6", "t4", "t5", "t6", "memory"

static void client_run(uint64_t a0, uint64_t a1, uint64_t a2)
{
	(void)a1, (void)a2;
	struct shared *shared = (struct shared *)a0;
	uint64_t entries = entries_now();
	for (unsigned i = 0; i < SAMPLES; i++) {
		register uint64_t slot __asm__("a0") = CLIENT_SLOT;
		register uint64_t number __asm__("a7") = FL_SYS_CALL;
		register uint64_t handle __asm__("t0") = 0;
		register uint64_t receive __asm__("t1") = 0;
		uint64_t from, to;
		__asm__ volatile("rdinstret %0; ecall; rdinstret %1"
		                 : "=&r"(from), "=&r"(to), "+r"(slot), "+r"(handle), "+r"(receive)
		                 : "r"(number)
		                 : CLOBBER_WORDS, "t2", "t3");
		shared->sample[i] = to - from;
	}
	finish(shared, entries);
}

struct answered {
	uint64_t token, time;
};

// One answer and the next message, with registers only; `number` is receive for the first.
static inline struct answered answer(uint64_t number_of_call, uint64_t slot_of_own, uint64_t token)
{
	register uint64_t number __asm__("a7") = number_of_call;
	register uint64_t slot __asm__("a0") = slot_of_own;
	register uint64_t action __asm__("a1") = FL_RESOLVE_RESUME;
	register uint64_t handle __asm__("t0") = 0;
	register uint64_t receive __asm__("t1") = 0;
	register uint64_t own __asm__("t2") = token;
	uint64_t now;
	__asm__ volatile("ecall; rdinstret %0"
	                 : "=&r"(now), "+r"(slot), "+r"(action), "+r"(handle), "+r"(receive), "+r"(own)
	                 : "r"(number)
	                 : "a2", "a3", "a4", "a5", "a6", "t3", "t4", "t5", "t6", "memory");
	return (struct answered){own, now};
}

static void server_run(uint64_t a0, uint64_t a1, uint64_t a2)
{
	(void)a1, (void)a2;
	struct answered last = answer(FL_SYS_RECEIVE, a0, 0);
	for (;;)
		last = answer(FL_SYS_REPLY_RECEIVE, a0, last.token);
}

// Notes how long it is from one fault to the next.
static void pager_run(uint64_t a0, uint64_t a1, uint64_t a2)
{
	(void)a2;
	struct shared *shared = (struct shared *)a1;
	struct answered last = answer(FL_SYS_RECEIVE, a0, 0);
	uint64_t entries = entries_now();
	last = answer(FL_SYS_RESOLVE_RECEIVE, a0, last.token);
	for (unsigned i = 0; i < SAMPLES; i++) {
		struct answered now = answer(FL_SYS_RESOLVE_RECEIVE, a0, last.token);
		shared->sample[i] = now.time - last.time;
		last = now;
	}
	finish(shared, entries + 2); // the first answer and its fault are no sample
}

// What two readings in a row count.
static uint64_t reading_cost(void)
{
	uint64_t from, to;
	__asm__ volatile("rdinstret %0; rdinstret %1" : "=&r"(from), "=&r"(to));
	return to - from;
}

static void row_print(const char *name, struct shared *shared)
{
	uint64_t *sample = shared->sample, sum = 0, cost = reading_cost();
	for (unsigned i = 0; i < SAMPLES; i++) {
		unsigned j = i;
		uint64_t value = sample[i] - cost;
		sum += value;
		for (; j > 0 && sample[j - 1] > value; j--)
			sample[j] = sample[j - 1];
		sample[j] = value;
	}
	const uint64_t median = (sample[SAMPLES / 2 - 1] + sample[SAMPLES / 2]) / 2;
	print("bench %s %lu %lu.%lu%lu %lu\n", name, median, sum / SAMPLES, sum * 10 / SAMPLES % 10,
	      sum * 100 / SAMPLES % 10, (shared->entries + SAMPLES / 2) / SAMPLES);
}

static struct {
	fl_slot_t fault, endpoint, space[2], thread[2];
	uint64_t page;
} bench;

// A program with the page of samples, waiting for its start.
static void side_open(unsigned i, code_t code, uint64_t a0, uint64_t a1, uint64_t a2)
{
	fl_slot_t pager = i == 0 ? bench.endpoint : bench.fault;
	bench.space[i] = program_new(pager, 1);
	require(page_map(bench.space[i], SHARED_VA, bench.page, 3) == FL_OK);
	require(fl_handle_copy(bench.space[i], CLIENT_SLOT, bench.endpoint, FL_RIGHT_ALL, 0, 0) ==
	        FL_OK);
	bench.thread[i] = program_thread(bench.space[i], PRIORITY, code, a0, a1, a2);
}

static void sides_run(const char *name, unsigned count)
{
	struct fl_message m = {0};
	for (unsigned i = count; i-- > 0;) {
		require(fl_thread_control(bench.thread[i], FL_THREAD_START, 0) == FL_OK);
		if (i)
			settle(); // the server waits
	}
	// Who measured ends with a breakpoint, which comes here.
	require(fl_receive(bench.fault, &m) == FL_OK);
	require(m.received == FL_RECEIVED_FAULT && m.word[0] == FL_CAUSE_BREAKPOINT);
	row_print(name, page_at(bench.page));
	for (unsigned i = 0; i < count; i++) {
		object_end(bench.thread[i]);
		object_end(bench.space[i]);
	}
}

void bench_run(void)
{
	bench.fault = endpoint_new();
	bench.endpoint = endpoint_new();
	bench.page = page_new();

	// The faults of the measuring side come to us.
	side_open(0, null_run, SHARED_VA, 0, 0);
	require(fl_space_set_pager(bench.space[0], bench.fault, 1) == FL_OK);
	sides_run("syscall.null", 1);

	side_open(0, client_run, SHARED_VA, 0, 0);
	require(fl_space_set_pager(bench.space[0], bench.fault, 1) == FL_OK);
	side_open(1, server_run, CLIENT_SLOT, 0, 0);
	sides_run("ipc.roundtrip.0", 2);

	// Program and pager: the program's faults go to the pager, the pager's to us.
	side_open(0, raw_load, ABSENT_VA, 0, 0);
	side_open(1, pager_run, CLIENT_SLOT, SHARED_VA, 0);
	sides_run("ipc.fault.resume", 2);

	page_end(bench.page);
	object_end(bench.endpoint);
	object_end(bench.fault);
}
