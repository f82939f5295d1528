// Good handles, bad other arguments, for threads, handles, interrupts and the machine.
#include "fixture.h"

#define HUGE (~0ul)
#define HIGH (1ul << 32)
#define KERNEL_VA 0xffffffc080200000ul

static fl_error_t invoke(unsigned number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3)
{
	return fl_invoke(number, a0, a1, a2, a3, 0, 0, 0, NULL);
}

static void thread_control_bad_argument_error(void)
{
	fixture_open();
	const fl_slot_t thread = fixture.thread;
	struct picture before = picture_take();
	const unsigned control = FL_SYS_THREAD_CONTROL;
	expect(FL_BAD_ARGUMENT, invoke(control, thread, FL_THREAD_YIELD, 0, 0));
	expect(FL_BAD_ARGUMENT, invoke(control, thread, 5, 0, 0));
	expect(FL_BAD_ARGUMENT, invoke(control, thread, HIGH, 0, 0));
	expect(FL_BAD_ARGUMENT, invoke(control, thread, HUGE, 0, 0));
	expect(FL_BAD_ARGUMENT, invoke(control, thread, FL_THREAD_PRIORITY, FL_PRIORITY_COUNT, 0));
	expect(FL_BAD_ARGUMENT, invoke(control, thread, FL_THREAD_PRIORITY, HIGH, 0));
	expect(FL_BAD_ARGUMENT, invoke(control, thread, FL_THREAD_PRIORITY, HUGE, 0));
	for (unsigned op = FL_THREAD_START; op < FL_THREAD_YIELD; op++)
		expect(FL_BAD_HANDLE, invoke(control, 0, op, 1, 0));
	expect(FL_BAD_HANDLE, invoke(control, 0, HUGE, 1, 0));
	expect(FL_OK, invoke(control, 0, FL_THREAD_YIELD, 0, 0));
	expect(FL_BUSY, invoke(control, FL_ROOT_THREAD, FL_THREAD_START, 0, 0));
	expect(FL_OK, invoke(control, thread, FL_THREAD_CANCEL, 0, 0));
	expect(FL_OK, invoke(control, thread, FL_THREAD_STOP, 0, 0));
	picture_same(&before);
	fixture_close();
}

static void thread_context_bad_buffer_bad_address(void)
{
	fixture_open();
	const fl_slot_t thread = fixture.thread;
	const unsigned context = FL_SYS_THREAD_CONTEXT;
	static const uint64_t bad[] = {0, 8, FL_PAGE_SIZE, FL_USER_END, FL_USER_END - 8,
	                               FL_USER_END - sizeof(struct fl_context), KERNEL_VA, 1ul << 40,
	                               1ul << 63, -8ul, HUGE, FL_BOOTINFO_VA + 4,
	                               FL_BOOTINFO_VA + FL_PAGE_SIZE - 8, // ends in the next page:
	                                                                  // absent
	                               FL_ROOT_STACK_TOP - 8};
	struct picture before = picture_take();
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		expect(FL_BAD_ADDRESS, invoke(context, thread, FL_CONTEXT_GET, bad[i], 0));
		expect(FL_BAD_ADDRESS, invoke(context, thread, FL_CONTEXT_SET, bad[i], 0));
		picture_same(&before);
	}
	// Readable only: nothing can be written there. Code, too.
	expect(FL_BAD_ADDRESS, invoke(context, thread, FL_CONTEXT_GET, FL_BOOTINFO_VA, 0));
	expect(FL_BAD_ADDRESS, invoke(context, thread, FL_CONTEXT_GET, 0x10000, 0));
	picture_same(&before);
	fixture_close();
}

static void thread_context_bad_operation_error(void)
{
	static struct fl_context buffer;
	const uint64_t at = (uintptr_t)&buffer;
	fixture_open();
	struct picture before = picture_take();
	const unsigned context = FL_SYS_THREAD_CONTEXT;
	expect(FL_BAD_ARGUMENT, invoke(context, fixture.thread, 2, at, 0));
	expect(FL_BAD_ARGUMENT, invoke(context, fixture.thread, HIGH, at, 0));
	expect(FL_BAD_ARGUMENT, invoke(context, fixture.thread, HUGE, at, 0));
	expect(FL_BUSY, invoke(context, FL_ROOT_THREAD, FL_CONTEXT_GET, at, 0));
	expect(FL_BUSY, invoke(context, FL_ROOT_THREAD, FL_CONTEXT_SET, at, 0));
	picture_same(&before);
	fixture_close();
}

// A slot number goes to four places of its two calls; each must take all 64 bits of it.
static void handle_calls_bad_slot_error(void)
{
	fixture_open();
	const struct fixture *f = &fixture;
	struct picture before = picture_take();
	const unsigned copy = FL_SYS_HANDLE_COPY, close = FL_SYS_HANDLE_CLOSE;
	const uint64_t all = FL_RIGHT_ALL;
	expect(FL_BAD_ARGUMENT, invoke(copy, 0, 0, f->endpoint, all));
	expect(FL_BAD_ARGUMENT, invoke(copy, 0, FL_SLOT_END, f->endpoint, all));
	expect(FL_BAD_ARGUMENT, invoke(copy, 0, HIGH | f->empty, f->endpoint, all));
	expect(FL_BAD_ARGUMENT, invoke(copy, 0, HUGE, f->endpoint, all));
	expect(FL_NO_TABLE, invoke(copy, 0, 128, f->endpoint, all));
	expect(FL_NO_TABLE, invoke(copy, 0, FL_SLOT_END - 1, f->endpoint, all));
	expect(FL_NO_TABLE, invoke(copy, f->space, 1, f->endpoint, all));
	expect(FL_BUSY, invoke(copy, 0, f->space, f->endpoint, all));
	expect(FL_BUSY, invoke(copy, 0, f->endpoint, f->endpoint, all));
	static const uint64_t slot[] = {0, 127, 128, FL_SLOT_END, HIGH | FL_ROOT_SPACE, HUGE};
	for (unsigned i = 0; i < sizeof slot / sizeof slot[0]; i++) {
		expect(FL_BAD_HANDLE, invoke(close, 0, slot[i], 0, 0));
		expect(FL_BAD_HANDLE, invoke(close, f->space, slot[i], 0, 0));
	}
	picture_same(&before);
	fixture_close();
}

static void irq_control_bad_argument_error(void)
{
	fixture_open();
	const fl_slot_t irq = FL_ROOT_IRQ, notify = fixture.notify;
	const unsigned control = FL_SYS_IRQ_CONTROL;
	static const uint64_t source[] = {128, 1024, HIGH, HIGH | 1, HUGE};
	for (unsigned i = 0; i < sizeof source / sizeof source[0]; i++) {
		expect(FL_BAD_ARGUMENT, invoke(control, irq, source[i], FL_IRQ_BIND, notify));
		expect(FL_BAD_ARGUMENT, invoke(control, irq, source[i], FL_IRQ_UNBIND, 0));
		expect(FL_BAD_ARGUMENT, invoke(control, irq, source[i], FL_IRQ_ACK, 0));
	}
	expect(FL_BAD_ARGUMENT, invoke(control, irq, 0, FL_IRQ_TIMER + 1, 0));
	expect(FL_BAD_ARGUMENT, invoke(control, irq, 0, HUGE, 0));
	expect(FL_BAD_ARGUMENT, invoke(control, irq, 1, FL_IRQ_TIMER, 0));
	expect(FL_BAD_ARGUMENT, invoke(control, irq, 0, FL_IRQ_BIND, fixture.endpoint)); // no badge
	fixture_close();
}

static void irq_bind_twice_busy_until_unbound_or_gone(void)
{
	fl_slot_t first = endpoint_new(), second = endpoint_new();
	fl_slot_t a = handle_new(first, FL_RIGHT_NOTIFY, 1), b = handle_new(second, FL_RIGHT_NOTIFY, 1);
	for (unsigned source = 0; source < 3; source++) {
		expect(FL_OK, fl_irq_control(FL_ROOT_IRQ, source, FL_IRQ_BIND, a));
		expect(FL_BUSY, fl_irq_control(FL_ROOT_IRQ, source, FL_IRQ_BIND, b));
		expect(FL_BUSY, fl_irq_control(FL_ROOT_IRQ, source, FL_IRQ_BIND, a));
		expect(FL_OK, fl_irq_control(FL_ROOT_IRQ, source, FL_IRQ_UNBIND, 0));
		expect(FL_OK, fl_irq_control(FL_ROOT_IRQ, source, FL_IRQ_UNBIND, 0));
		expect(FL_OK, fl_irq_control(FL_ROOT_IRQ, source, FL_IRQ_BIND, a));
		expect(FL_OK, fl_irq_control(FL_ROOT_IRQ, source, FL_IRQ_ACK, 0));
	}
	slot_end(a);
	object_end(first);
	for (unsigned source = 0; source < 3; source++) {
		expect(FL_OK, fl_irq_control(FL_ROOT_IRQ, source, FL_IRQ_BIND, b));
		expect(FL_OK, fl_irq_control(FL_ROOT_IRQ, source, FL_IRQ_UNBIND, 0));
	}
	slot_end(b);
	object_end(second);
}

static void machine_control_bad_argument_error(void)
{
	const unsigned control = FL_SYS_MACHINE_CONTROL;
	expect(FL_BAD_ARGUMENT, invoke(control, FL_ROOT_MACHINE, FL_MACHINE_STOP, 256, 0));
	expect(FL_BAD_ARGUMENT, invoke(control, FL_ROOT_MACHINE, FL_MACHINE_STOP, HUGE, 0));
	expect(FL_BAD_ARGUMENT, invoke(control, FL_ROOT_MACHINE, FL_MACHINE_PUTC, 256, 0));
	expect(FL_BAD_ARGUMENT, invoke(control, FL_ROOT_MACHINE, FL_MACHINE_PUTC, HIGH | '\n', 0));
	expect(FL_BAD_ARGUMENT, invoke(control, FL_ROOT_MACHINE, 2, 0, 0));
	expect(FL_BAD_ARGUMENT, invoke(control, FL_ROOT_MACHINE, HIGH | FL_MACHINE_STOP, 0, 0));
	expect(FL_BAD_ARGUMENT, invoke(control, FL_ROOT_MACHINE, HUGE, 0, 0));
}

static const struct test tests[] = {
	TEST(thread_control_bad_argument_error),  TEST(thread_context_bad_buffer_bad_address),
	TEST(thread_context_bad_operation_error), TEST(handle_calls_bad_slot_error),
	TEST(irq_control_bad_argument_error),     TEST(irq_bind_twice_busy_until_unbound_or_gone),
	TEST(machine_control_bad_argument_error),
};
SUITE(control, tests);
