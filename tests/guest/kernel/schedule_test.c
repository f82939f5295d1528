// Time: preemption, priorities, the timer, interrupts. Nothing here measures how long anything
// takes.
#include "fixture.h"
#include "fl/string.h"

static fl_slot_t endpoint, notify;

static void timer_open(void)
{
	endpoint = endpoint_new();
	notify = handle_new(endpoint, FL_RIGHT_NOTIFY, 1);
	expect(FL_OK, fl_irq_control(FL_ROOT_IRQ, 0, FL_IRQ_BIND, notify));
}

static void timer_close(void)
{
	expect(FL_OK, fl_irq_control(FL_ROOT_IRQ, 0, FL_IRQ_UNBIND, 0));
	slot_end(notify);
	object_end(endpoint);
}

static uint64_t ticks(unsigned parts_of_second)
{
	return boot->timebase_hz / parts_of_second;
}

// Others run until the timer says so.
static void sleep_until(uint64_t time)
{
	struct fl_message m = {0};
	expect(FL_OK, fl_irq_control(FL_ROOT_IRQ, 0, FL_IRQ_TIMER, time));
	expect(FL_OK, fl_receive(endpoint, &m));
	expect(FL_RECEIVED_BITS, m.received);
	expect(true, fl_time() >= time);
}

static volatile uint64_t spins[3];
static void spin(uint64_t a0, uint64_t a1, uint64_t a2)
{
	(void)a1, (void)a2;
	for (;;)
		spins[a0]++;
}

static void spinners_same_priority_both_progress(void)
{
	timer_open();
	spins[0] = spins[1] = 0;
	fl_slot_t a = sibling_start(2, spin, 0, 0, 0), b = sibling_start(2, spin, 1, 0, 0);
	// However long it takes: a time slice ends, and the other one has its turn. Twice.
	for (unsigned round = 0; round < 2; round++) {
		uint64_t first = spins[0], second = spins[1];
		while (spins[0] == first || spins[1] == second)
			sleep_until(fl_time() + ticks(100));
	}
	object_end(a);
	object_end(b);
	timer_close();
}

static void spinner_more_urgent_other_never_runs(void)
{
	timer_open();
	spins[0] = spins[1] = 0;
	fl_slot_t low = sibling_start(2, spin, 0, 0, 0), high = sibling_start(3, spin, 1, 0, 0);
	while (spins[1] == 0)
		sleep_until(fl_time() + ticks(100));
	for (unsigned i = 0; i < 5; i++)
		sleep_until(fl_time() + ticks(100));
	expect(0, spins[0]);
	expect(FL_OK, fl_thread_control(high, FL_THREAD_PRIORITY, 1));
	uint64_t stays = spins[1];
	while (spins[0] == 0)
		sleep_until(fl_time() + ticks(100));
	expect(stays, spins[1]);
	object_end(low);
	object_end(high);
	timer_close();
}

static char trail[24];
static volatile unsigned trail_end;
static void yielder(uint64_t a0, uint64_t a1, uint64_t a2)
{
	(void)a1, (void)a2;
	for (unsigned i = 0; i < 4; i++) {
		trail[trail_end++] = (char)a0;
		(void)!fl_thread_control(0, FL_THREAD_YIELD, 0);
	}
}

static void yield_same_priority_strict_turns(void)
{
	bool quiet = false;
	for (unsigned tries = 0; !quiet && tries < DISTURBED_MAX; tries++) {
		fl_slot_t thread[3];
		trail_end = 0;
		for (unsigned i = 0; i < 3; i++)
			thread[i] = sibling_start(4, yielder, (uint64_t)'a' + i, 0, 0);
		quiet = settle_undisturbed();
		for (unsigned i = 0; i < 3; i++)
			object_end(thread[i]);
	}
	expect(12, trail_end);
	expect(0, memcmp(trail, "abcabcabcabc", 12));
}

static void wake_of_more_urgent_runs_at_once(void)
{
	fl_slot_t own = endpoint_new(), badge = handle_new(own, FL_RIGHT_NOTIFY, 1);
	static struct job job;
	job = (struct job){.call = FL_SYS_RECEIVE, .endpoint = own};
	fl_slot_t thread = job_start(&job, 6);
	settle();
	expect(FL_OK, fl_thread_control(FL_ROOT_THREAD, FL_THREAD_PRIORITY, 5));
	expect(FL_OK, fl_notify(badge));
	expect(1, job.done); // it ran before the call came back
	expect(FL_OK, fl_thread_control(FL_ROOT_THREAD, FL_THREAD_PRIORITY, 7));
	object_end(thread);
	slot_end(badge);
	object_end(own);
}

static void wake_then_trail(uint64_t a0, uint64_t a1, uint64_t a2)
{
	(void)a2;
	if (a1)
		(void)!fl_notify((fl_slot_t)a1);
	trail[trail_end++] = (char)a0;
}

static void waker_interrupted_by_more_urgent_stays_first(void)
{
	static struct job job;
	bool quiet = false;
	for (unsigned tries = 0; !quiet && tries < DISTURBED_MAX; tries++) {
		fl_slot_t own = endpoint_new(), badge = handle_new(own, FL_RIGHT_NOTIFY, 1);
		job = (struct job){.call = FL_SYS_RECEIVE, .endpoint = own};
		fl_slot_t urgent = job_start(&job, 6);
		settle();
		trail_end = 0;
		fl_slot_t first = sibling_start(2, wake_then_trail, 'a', badge, 0);
		fl_slot_t second = sibling_start(2, wake_then_trail, 'b', 0, 0);
		quiet = settle_undisturbed();
		object_end(first);
		object_end(second);
		object_end(urgent);
		slot_end(badge);
		object_end(own);
	}
	expect(1, job.done);
	expect(2, trail_end);
	expect(0, memcmp(trail, "ab", 2));
}

static void timer_in_the_past_fires_at_once(void)
{
	timer_open();
	sleep_until(0);
	sleep_until(1);
	sleep_until(fl_time());
	sleep_until(fl_time() + ticks(1000));
	timer_close();
}

// Passes time in user mode; the only busy loop, one hundredth of a second.
static void time_pass(void)
{
	for (uint64_t end = fl_time() + ticks(100); fl_time() < end;)
		(void)!fl_thread_control(0, FL_THREAD_YIELD, 0);
}

// The bits that came until now, besides one of our own.
static uint64_t bits_taken(void)
{
	struct fl_message m = {0};
	fl_slot_t other = handle_new(endpoint, FL_RIGHT_NOTIFY, 2);
	expect(FL_OK, fl_notify(other));
	expect(FL_OK, fl_receive(endpoint, &m));
	slot_end(other);
	return m.word[0] & ~2ul;
}

static void timer_never_or_unbound_does_not_fire(void)
{
	timer_open();
	// The first deadline may pass before it is replaced: such bits are taken away.
	expect(FL_OK, fl_irq_control(FL_ROOT_IRQ, 0, FL_IRQ_TIMER, fl_time() + ticks(500)));
	expect(FL_OK, fl_irq_control(FL_ROOT_IRQ, 0, FL_IRQ_TIMER, ~0ul));
	(void)bits_taken();
	time_pass();
	expect(0, bits_taken());
	expect(FL_OK, fl_irq_control(FL_ROOT_IRQ, 0, FL_IRQ_TIMER, fl_time() + ticks(500)));
	expect(FL_OK, fl_irq_control(FL_ROOT_IRQ, 0, FL_IRQ_UNBIND, 0));
	(void)bits_taken();
	expect(FL_OK, fl_irq_control(FL_ROOT_IRQ, 0, FL_IRQ_BIND, notify));
	time_pass();
	expect(0, bits_taken());
	timer_close();
}

static void timer_while_nobody_runs_wakes_the_machine(void)
{
	struct fl_result before, after;
	timer_open();
	fl_counters(&before);
	sleep_until(fl_time() + ticks(50));
	fl_counters(&after);
	expect(1, after.value[3] - before.value[3]); // one message, and we were alone
	timer_close();
}

#define UART_VA 0x100000000ul
static void irq_device_notifies_again_only_after_ack(void)
{
	struct fl_message m = {0};
	volatile uint8_t *uart = (volatile uint8_t *)UART_VA; // IER at 1, IIR at 2
	const struct fl_boot_item *item = &boot->item[0];
	fl_slot_t own = endpoint_new(), badge = handle_new(own, FL_RIGHT_NOTIFY, 1);
	fl_slot_t other = handle_new(own, FL_RIGHT_NOTIFY, 2);
	expect(FL_BOOT_UART, item->kind);
	expect(FL_OK, fl_irq_control(FL_ROOT_IRQ, item->irq, FL_IRQ_BIND, badge));
	uart[1] = 2; // tell when the transmitter is empty: it is
	expect(FL_OK, fl_receive(own, &m));
	expect(1, m.word[0]);
	uart[1] = 0;
	uart[1] = 2; // again, but the first was not acknowledged
	time_pass();
	expect(FL_OK, fl_notify(other));
	expect(FL_OK, fl_receive(own, &m));
	expect(2, m.word[0]);
	expect(FL_OK, fl_irq_control(FL_ROOT_IRQ, item->irq, FL_IRQ_ACK, 0));
	expect(FL_OK, fl_receive(own, &m));
	expect(1, m.word[0]);
	expect(FL_OK, fl_irq_control(FL_ROOT_IRQ, item->irq, FL_IRQ_UNBIND, 0));
	time_pass();
	expect(FL_OK, fl_notify(other));
	expect(FL_OK, fl_receive(own, &m));
	expect(2, m.word[0]);
	uart[1] = 0;
	slot_end(badge);
	slot_end(other);
	object_end(own);
}

static const struct test tests[] = {
	TEST(spinners_same_priority_both_progress),
	TEST(spinner_more_urgent_other_never_runs),
	TEST(yield_same_priority_strict_turns),
	TEST(wake_of_more_urgent_runs_at_once),
	TEST(waker_interrupted_by_more_urgent_stays_first),
	TEST(timer_in_the_past_fires_at_once),
	TEST(timer_never_or_unbound_does_not_fire),
	TEST(timer_while_nobody_runs_wakes_the_machine),
	TEST(irq_device_notifies_again_only_after_ack),
};
SUITE(schedule, tests);
