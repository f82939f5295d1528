// Register sets: what thread_context reads and writes, what faults and preemption keep, and that
// the floating-point registers of one thread are seen by nobody else.
#include "fixture.h"
#include "fl/string.h"
#include "raw.h"

#define PATTERN(i) (0x1234567800000000ul + (i)*0x01010101ul)

static struct fl_context context;

static void context_fill(uint64_t pc)
{
	for (unsigned i = 0; i < 32; i++) {
		context.x[i] = PATTERN(i);
		context.f[i] = PATTERN(i + 100);
	}
	context.pc = pc;
	context.fcsr = 0x1f;
}

static void context_same(const struct fl_context *got, int except)
{
	expect(0, got->x[0]);
	for (int i = 1; i < 32; i++) {
		if (i != except)
			expect(context.x[i], got->x[i]);
	}
	for (unsigned i = 0; i < 32; i++)
		expect(context.f[i], got->f[i]);
	expect(context.fcsr, got->fcsr);
}

static void context_set_then_get_all_registers_same(void)
{
	fl_slot_t thread = thread_new(FL_ROOT_SPACE, 2, 1);
	const struct fl_context *fresh = context_of(thread);
	for (unsigned i = 0; i < sizeof *fresh / 8; i++)
		expect(0, ((const uint64_t *)fresh)[i]);
	context_fill(0x123457);
	context.fcsr = ~0ul;
	expect(FL_OK, fl_thread_context(thread, FL_CONTEXT_SET, &context));
	context.fcsr = 0xff; // the bits that exist
	context_same(context_of(thread), -1);
	expect(0x123456, context_of(thread)->pc);
	object_end(thread);
}

static void context_set_thread_not_stopped_busy(void)
{
	fl_slot_t endpoint = endpoint_new();
	struct job job = {.call = FL_SYS_RECEIVE, .endpoint = endpoint};
	fl_slot_t waiting = job_start(&job, 3), ready = sibling_start(2, raw_spin, 0, 0, 0);
	context_fill(0);
	expect(FL_BUSY, fl_thread_context(waiting, FL_CONTEXT_SET, &context));
	expect(FL_BUSY, fl_thread_context(ready, FL_CONTEXT_SET, &context));
	expect((uintptr_t)raw_spin, context_of(ready)->pc);
	object_end(ready);
	object_end(waiting);
	object_end(endpoint);
}

static void fault_resumed_all_registers_kept(void)
{
	const uint64_t va = 0x900000;
	struct fl_message m = {0};
	fl_slot_t pager = endpoint_new(), space = program_new(pager, 1);
	fl_slot_t thread = program_thread(space, 3, raw_load_then_break, 0, 0, 0);
	uint64_t page = page_new();
	*(uint64_t *)page_at(page) = 4711;
	context_fill((uintptr_t)raw_load_then_break);
	context.x[X_A0] = va;
	expect(FL_OK, fl_thread_context(thread, FL_CONTEXT_SET, &context));
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_START, 0));
	expect(FL_OK, fl_receive(pager, &m));
	context_same(context_of(thread), -1);
	uint64_t token = m.token;
	do {
		m = (struct fl_message){.token = token, .word = {1 << 8, va, page | 1}};
		table_feed(space);
	} while (fl_resolve_receive(pager, &m) == FL_NO_TABLE);
	expect(FL_CAUSE_BREAKPOINT, m.word[0]);
	expect((uintptr_t)raw_load_then_break + 4, m.word[2]);
	context_same(context_of(thread), X_A0);
	expect(4711, context_of(thread)->x[X_A0]);
	object_end(thread);
	object_end(space);
	object_end(pager);
	page_end(page);
}

static void preempted_many_times_all_registers_kept(void)
{
	fl_slot_t endpoint = endpoint_new(), notify = handle_new(endpoint, FL_RIGHT_NOTIFY, 1);
	fl_slot_t thread[2];
	context_fill((uintptr_t)raw_spin + 4); // its loop
	for (unsigned i = 0; i < 2; i++) {
		thread[i] = thread_new(FL_ROOT_SPACE, 2, 1);
		expect(FL_OK, fl_thread_context(thread[i], FL_CONTEXT_SET, &context));
		expect(FL_OK, fl_thread_control(thread[i], FL_THREAD_START, 0));
	}
	expect(FL_OK, fl_irq_control(FL_ROOT_IRQ, 0, FL_IRQ_BIND, notify));
	for (unsigned i = 0; i < 20; i++) {
		struct fl_message m = {0};
		uint64_t soon = fl_time() + boot->timebase_hz / 500;
		expect(FL_OK, fl_irq_control(FL_ROOT_IRQ, 0, FL_IRQ_TIMER, soon));
		expect(FL_OK, fl_receive(endpoint, &m));
		context_same(context_of(thread[i % 2]), -1);
		expect((uintptr_t)raw_spin + 4, context_of(thread[i % 2])->pc);
	}
	expect(FL_OK, fl_irq_control(FL_ROOT_IRQ, 0, FL_IRQ_UNBIND, 0));
	object_end(thread[0]);
	object_end(thread[1]);
	slot_end(notify);
	object_end(endpoint);
}

struct floater {
	uint64_t seed;
	bool fills;
	unsigned rounds;
	volatile unsigned done;
	volatile uint64_t wrong;
};

static uint64_t float_differences(uint64_t seed, bool filled)
{
	struct raw_float now;
	uint64_t wrong = 0;
	raw_float_read(&now);
	for (unsigned i = 0; i < 32; i++)
		wrong += now.f[i] != (filled ? seed + i : 0);
	return wrong + (now.fcsr != (filled ? seed & 0xff : 0));
}

static void float_run(uint64_t a0, uint64_t a1, uint64_t a2)
{
	(void)a1, (void)a2;
	struct floater *floater = (struct floater *)a0;
	for (unsigned i = 0; i < floater->rounds; i++) {
		if (floater->fills)
			raw_float_fill(floater->seed + i);
		(void)!fl_thread_control(0, FL_THREAD_YIELD, 0);
		floater->wrong += float_differences(floater->seed + i, floater->fills);
		(void)!fl_thread_control(0, FL_THREAD_YIELD, 0);
		floater->wrong += float_differences(floater->seed + i, floater->fills);
		floater->done++;
	}
}

static void float_registers_several_threads_each_keeps_its_own(void)
{
	// Three that write, one that only reads (zeros, always), one that uses none.
	static struct floater floater[4];
	fl_slot_t thread[5];
	for (unsigned i = 0; i < 4; i++) {
		floater[i] =
			(struct floater){.seed = 0x1111111111111100ul * (i + 1), .fills = i != 3, .rounds = 50};
		thread[i] = sibling_start(2, float_run, (uintptr_t)&floater[i], 0, 0);
	}
	struct job job = {.call = FL_SYS_VERSION, .repeat = 200};
	thread[4] = job_start(&job, 2);
	settle();
	for (unsigned i = 0; i < 4; i++) {
		expect(50, floater[i].done);
		expect(0, floater[i].wrong);
	}
	for (unsigned i = 0; i < 5; i++)
		object_end(thread[i]);
}

static void float_registers_frame_reused_zero(void)
{
	static struct floater floater[2];
	floater[0] = (struct floater){.seed = 0x77, .fills = true, .rounds = 1};
	floater[1] = (struct floater){.fills = false, .rounds = 3};
	fl_slot_t thread = sibling_start(2, float_run, (uintptr_t)&floater[0], 0, 0);
	settle();
	object_end(thread);                       // its state is still in the unit
	thread = thread_new(FL_ROOT_SPACE, 2, 1); // in the same frame
	for (unsigned i = 0; i < 32; i++)
		expect(0, context_of(thread)->f[i]);
	expect(0, context_of(thread)->fcsr);
	object_end(thread);
	thread = sibling_start(2, float_run, (uintptr_t)&floater[1], 0, 0);
	settle();
	expect(3, floater[1].done);
	expect(0, floater[1].wrong);
	object_end(thread);
}

static void float_hold(uint64_t a0, uint64_t a1, uint64_t a2)
{
	(void)a2;
	raw_float_fill(a0);
	(void)!fl_thread_control((fl_slot_t) * (volatile uint64_t *)a1, FL_THREAD_STOP, 0);
	raw_float_read((struct raw_float *)(a1 + 8));
}

static void float_registers_read_and_written_by_context(void)
{
	static struct {
		volatile uint64_t slot;
		struct raw_float seen;
	} shared;
	fl_slot_t thread = sibling_start(2, float_hold, 0x4242424242424200ul, (uintptr_t)&shared, 0);
	shared.slot = thread;
	settle();
	context = *context_of(thread);
	for (unsigned i = 0; i < 32; i++)
		expect(0x4242424242424200ul + i, context.f[i]);
	expect(0, context.fcsr);
	for (unsigned i = 0; i < 32; i++)
		context.f[i] = PATTERN(i);
	context.fcsr = 0x3b;
	expect(FL_OK, fl_thread_context(thread, FL_CONTEXT_SET, &context));
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_START, 0));
	settle();
	for (unsigned i = 0; i < 32; i++)
		expect(PATTERN(i), shared.seen.f[i]);
	expect(0x3b, shared.seen.fcsr);
	object_end(thread);
}

static void float_look(uint64_t a0, uint64_t a1, uint64_t a2)
{
	(void)a1, (void)a2;
	raw_float_read((struct raw_float *)a0);
}

// The unit still holds what the thread had before: that must not come back.
static void float_registers_written_without_reading_old_ones_gone(void)
{
	static volatile uint64_t slot;
	static struct raw_float seen;
	fl_slot_t thread = sibling_start(2, float_hold, 0x5151515151515100ul, (uintptr_t)&slot, 0);
	uint64_t stack = page_new();
	slot = thread;
	settle();
	memset(&seen, 0xff, sizeof seen);
	thread_set(thread, float_look, (uintptr_t)page_at(stack) + FL_PAGE_SIZE, (uintptr_t)&seen, 0,
	           0);
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_START, 0));
	settle();
	for (unsigned i = 0; i < 32; i++)
		expect(0, seen.f[i]);
	expect(0, seen.fcsr);
	object_end(thread);
	page_end(stack);
}

static const struct test tests[] = {
	TEST(context_set_then_get_all_registers_same),
	TEST(context_set_thread_not_stopped_busy),
	TEST(fault_resumed_all_registers_kept),
	TEST(preempted_many_times_all_registers_kept),
	TEST(float_registers_several_threads_each_keeps_its_own),
	TEST(float_registers_frame_reused_zero),
	TEST(float_registers_read_and_written_by_context),
	TEST(float_registers_written_without_reading_old_ones_gone),
};
SUITE(context, tests);
