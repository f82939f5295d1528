// What a kernel call does to the registers that are no results: nothing. And nothing foreign in
// t0-t6.
#include "fixture.h"
#include "fl/string.h"

#define PATTERN(i) (0xabcd000000000000ul | (i)*0x0001000100ul)

static void pattern_fill(uint64_t x[33], unsigned number)
{
	for (unsigned i = 0; i < 33; i++)
		x[i] = PATTERN(i);
	x[X_A7] = number;
}

// Registers afterwards: a0 and `results` more are results, and t0-t3 too if `is_message`.
static void pattern_check(const uint64_t before[33], const uint64_t after[33], unsigned results,
                          bool is_message)
{
	bool good = true;
	for (unsigned i = 1; i < 32; i++) {
		bool is_result = (i >= X_A0 && i <= X_A0 + results) ||
		                 (is_message && ((i >= X_T0 && i <= X_T2) || i == X_T3));
		if (i == X_SP || is_result)
			continue;
		good &= expect(before[i], after[i]);
	}
	if (!good)
		note("call %lu", (unsigned long)before[X_A7]);
}

struct call {
	unsigned number, results;
	uint64_t argument[6];
	fl_error_t error;
};

static void call_try(const struct call *call)
{
	uint64_t x[33], before[33];
	pattern_fill(x, call->number);
	for (unsigned i = 0; i < 6; i++)
		x[X_A0 + i] = call->argument[i];
	memcpy(before, x, sizeof x);
	raw_call(x);
	expect(call->error, x[X_A0]);
	pattern_check(before, x, call->results, false);
}

static void every_call_good_other_registers_kept(void)
{
	fixture_open();
	const struct fixture *f = &fixture;
	static struct fl_context context;
	const fl_slot_t slot = slot_new();
	const uint64_t va = FIXTURE_VA + FL_PAGE_SIZE;
	const struct call calls[] = {
		{FL_SYS_VERSION, 1, {0}, FL_OK},
		{FL_SYS_NOTIFY, 0, {f->notify}, FL_OK},
		{FL_SYS_OBJECT_CREATE, 0, {FL_TYPE_ENDPOINT, f->frame, slot}, FL_OK},
		{FL_SYS_OBJECT_DESTROY, 0, {slot}, FL_OK},
		{FL_SYS_OBJECT_CREATE, 0, {FL_TYPE_THREAD, f->frame, slot, f->space, 1, 5}, FL_OK},
		{FL_SYS_OBJECT_DESTROY, 0, {slot}, FL_OK},
		{FL_SYS_HANDLE_COPY, 0, {0, slot, f->endpoint, FL_RIGHT_ALL}, FL_OK},
		{FL_SYS_HANDLE_CLOSE, 0, {0, slot}, FL_OK},
		{FL_SYS_SPACE_FEED, 0, {f->space, FL_FEED_TABLE, f->frame}, FL_OK},
		{FL_SYS_SPACE_DRAIN, 1, {f->space, FL_FEED_TABLE}, FL_OK},
		{FL_SYS_SPACE_CONTROL, 0, {f->space, FL_SPACE_SET_PAGER, f->endpoint, 1}, FL_OK},
		{FL_SYS_SPACE_CONTROL, 4, {f->space, FL_SPACE_COUNTS}, FL_OK},
		{FL_SYS_MAP, 1, {f->space, 1, va, f->page | 1}, FL_OK},
		{FL_SYS_MAP_FIXED, 1, {f->space, va, FL_ROOT_POOL, 1, 1, 1}, FL_OK},
		{FL_SYS_PROTECT, 1, {f->space, va, 1, 2}, FL_OK},
		{FL_SYS_UNMAP, 2, {f->space, va, 1}, FL_OK},
		{FL_SYS_PTE_READ, 3, {f->space, va}, FL_OK},
		{FL_SYS_RUN_DETACH, 0, {FL_ROOT_MEMORY, f->run}, FL_BAD_FRAME},
		{FL_SYS_FRAME_INFO, 4, {FL_ROOT_MEMORY, f->frame}, FL_OK},
		{FL_SYS_THREAD_CONTROL, 0, {f->thread, FL_THREAD_PRIORITY, 1}, FL_OK},
		{FL_SYS_THREAD_CONTROL, 0, {0, FL_THREAD_YIELD}, FL_OK},
		{FL_SYS_THREAD_CONTEXT, 0, {f->thread, FL_CONTEXT_GET, (uintptr_t)&context}, FL_OK},
		{FL_SYS_IRQ_CONTROL, 0, {FL_ROOT_IRQ, 0, FL_IRQ_TIMER, ~0ul}, FL_OK},
		{FL_SYS_MACHINE_CONTROL, 0, {FL_ROOT_MACHINE, 9}, FL_BAD_ARGUMENT},
		{FL_SYS_COUNTERS, 6, {0}, FL_OK},
	};
	for (unsigned i = 0; i < sizeof calls / sizeof calls[0]; i++)
		call_try(&calls[i]);
	slot_end(slot);
	fixture_close();
}

static void every_call_refused_other_registers_kept(void)
{
	for (unsigned number = FL_SYS_CALL; number < FL_SYS_COUNTERS; number++) {
		uint64_t x[33], before[33];
		pattern_fill(x, number);
		x[X_A0] = ~0ul; // no slot, no type
		memcpy(before, x, sizeof x);
		raw_call(x);
		expect(true, x[X_A0] != FL_OK && x[X_A0] < 32);
		// Results of calls that fail are what the header says, or zero, or untouched.
		for (unsigned i = X_A0 + 1; i < X_A7; i++) {
			if (x[i] == 0)
				x[i] = before[i];
		}
		pattern_check(before, x, 0, false);
	}
}

static void raw_job(uint64_t a0, uint64_t a1, uint64_t a2)
{
	(void)a2;
	raw_call((uint64_t *)a0);
	*(volatile unsigned *)a1 = 1;
}

// A blocked call: its registers wait in the kernel while the other side runs with other patterns.
static void call_answered_results_in_place_others_kept(void)
{
	static uint64_t x[33], before[33], root[33];
	static volatile unsigned done;
	fl_slot_t endpoint = endpoint_new();
	pattern_fill(x, FL_SYS_CALL);
	x[X_A0] = endpoint;
	x[X_T0] = x[X_T1] = 0;
	memcpy(before, x, sizeof x);
	done = 0;
	fl_slot_t thread = sibling_start(3, raw_job, (uintptr_t)x, (uintptr_t)&done, 0);
	settle();
	// We receive, with a pattern of our own: the words come, and t0-t3; nothing else of the
	// caller's.
	for (unsigned i = 0; i < 33; i++)
		root[i] = ~PATTERN(i);
	root[X_A0] = endpoint;
	root[X_A7] = FL_SYS_RECEIVE;
	root[X_T1] = 0;
	uint64_t mine[33];
	memcpy(mine, root, sizeof mine);
	raw_call(root);
	expect(FL_OK, root[X_A0]);
	for (unsigned i = 1; i <= FL_MESSAGE_WORDS; i++)
		expect(before[X_A0 + i], root[X_A0 + i]);
	expect(0, root[X_T0] | root[X_T1]);
	expect(FL_RECEIVED_CALL, root[X_T3]);
	pattern_check(mine, root, 6, true);
	// And answer with six words.
	root[X_A0] = endpoint;
	root[X_A7] = FL_SYS_REPLY;
	root[X_T0] = 0;
	for (unsigned i = 1; i <= FL_MESSAGE_WORDS; i++)
		root[X_A0 + i] = 1000 + i;
	memcpy(mine, root, sizeof mine);
	raw_call(root);
	expect(FL_OK, root[X_A0]);
	pattern_check(mine, root, 0, false);
	settle();
	expect(1, done);
	expect(FL_OK, x[X_A0]);
	for (unsigned i = 1; i <= FL_MESSAGE_WORDS; i++)
		expect(1000 + i, x[X_A0 + i]);
	expect(0, x[X_T0] | x[X_T1] | x[X_T2] | x[X_T3]);
	pattern_check(before, x, 6, true);
	object_end(thread);
	object_end(endpoint);
}

static void receive_bits_other_registers_kept(void)
{
	static uint64_t x[33], before[33];
	static volatile unsigned done;
	fl_slot_t endpoint = endpoint_new(), notify = handle_new(endpoint, FL_RIGHT_NOTIFY, 3);
	for (unsigned waits = 0; waits < 2; waits++) {
		pattern_fill(x, FL_SYS_RECEIVE);
		x[X_A0] = endpoint;
		memcpy(before, x, sizeof x);
		done = 0;
		if (!waits)
			expect(FL_OK, fl_notify(notify));
		fl_slot_t thread = sibling_start(3, raw_job, (uintptr_t)x, (uintptr_t)&done, 0);
		settle();
		if (waits)
			expect(FL_OK, fl_notify(notify));
		settle();
		expect(1, done);
		expect(3, x[X_A0 + 1]);
		expect(0, x[X_A0 + 2] | x[X_A0 + 6] | x[X_T0] | x[X_T1] | x[X_T2]);
		expect(FL_RECEIVED_BITS, x[X_T3]);
		pattern_check(before, x, 6, true);
		object_end(thread);
	}
	slot_end(notify);
	object_end(endpoint);
}

static void call_cancelled_only_a0_written(void)
{
	static uint64_t x[33], before[33];
	static volatile unsigned done;
	fl_slot_t endpoint = endpoint_new();
	pattern_fill(x, FL_SYS_CALL);
	x[X_A0] = endpoint;
	memcpy(before, x, sizeof x);
	done = 0;
	fl_slot_t thread = sibling_start(3, raw_job, (uintptr_t)x, (uintptr_t)&done, 0);
	settle();
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_CANCEL, 0));
	settle();
	expect(1, done);
	expect(FL_CANCELLED, x[X_A0]);
	pattern_check(before, x, 0, false);
	object_end(thread);
	object_end(endpoint);
}

static const struct test tests[] = {
	TEST(every_call_good_other_registers_kept),
	TEST(every_call_refused_other_registers_kept),
	TEST(call_answered_results_in_place_others_kept),
	TEST(receive_bits_other_registers_kept),
	TEST(call_cancelled_only_a0_written),
};
SUITE(registers, tests);
