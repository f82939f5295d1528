// Threads taken out of what they wait for: cancel, stop, start, destroy; and priorities.
#include "fixture.h"
#include "fl/string.h"
#include "raw.h"

static struct job job;
static fl_slot_t endpoint, thread;

static void caller_open(unsigned call)
{
	endpoint = endpoint_new();
	job = (struct job){.call = call, .endpoint = endpoint, .m.word = {5}, .repeat = 100};
	thread = job_start(&job, 3);
	settle();
	expect(0, job.done);
}

static void caller_close(void)
{
	object_end(thread);
	object_end(endpoint);
}

// Nothing waits at the endpoint: what comes next is our own bit.
static void expect_nothing_queued(void)
{
	struct fl_message m = {0};
	fl_slot_t notify = handle_new(endpoint, FL_RIGHT_NOTIFY, 4);
	expect(FL_OK, fl_notify(notify));
	expect(FL_OK, fl_receive(endpoint, &m));
	expect(FL_RECEIVED_BITS, m.received);
	expect(4, m.word[0]);
	slot_end(notify);
}

static void cancel_call_not_received_cancelled_and_withdrawn(void)
{
	struct fl_message m = {0};
	caller_open(FL_SYS_CALL);
	job.repeat = 1;
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_CANCEL, 0));
	settle();
	expect(1, job.done);
	expect(FL_CANCELLED, job.error);
	fl_slot_t notify = handle_new(endpoint, FL_RIGHT_NOTIFY, 1);
	expect(FL_OK, fl_notify(notify));
	expect(FL_OK, fl_receive(endpoint, &m));
	expect(FL_RECEIVED_BITS, m.received);
	struct job waiter = {.call = FL_SYS_RECEIVE, .endpoint = endpoint};
	fl_slot_t receiver = job_start(&waiter, 3);
	settle();
	expect(0, waiter.done); // no call came
	object_end(receiver);
	slot_end(notify);
	caller_close();
}

static void cancel_call_received_cancelled_and_reply_stale(void)
{
	struct fl_message m = {0};
	caller_open(FL_SYS_CALL);
	job.repeat = 1;
	expect(FL_OK, fl_receive(endpoint, &m));
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_CANCEL, 0));
	settle();
	expect(1, job.done);
	expect(FL_CANCELLED, job.error);
	expect(FL_STALE, fl_reply(endpoint, &m));
	expect_nothing_queued();
	caller_close();
}

// The same thread calls again: the answer to its first call does not reach the second.
static void cancel_and_call_again_old_reply_stale(void)
{
	struct fl_message first = {0}, second = {0};
	caller_open(FL_SYS_CALL);
	expect(FL_OK, fl_receive(endpoint, &first));
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_CANCEL, 0));
	settle();
	expect(FL_OK, fl_receive(endpoint, &second));
	expect(FL_STALE, fl_reply(endpoint, &first));
	expect(1, job.done);
	expect(FL_OK, fl_reply(endpoint, &second));
	settle();
	expect(2, job.done);
	expect(FL_OK, job.error);
	caller_close();
}

static void cancel_receive_cancelled(void)
{
	caller_open(FL_SYS_RECEIVE);
	job.repeat = 1;
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_CANCEL, 0));
	settle();
	expect(1, job.done);
	expect(FL_CANCELLED, job.error);
	expect_nothing_queued();
	caller_close();
}

static void cancel_thread_not_blocked_no_effect(void)
{
	thread = sibling_start(2, raw_spin, 0, 0, 0); // ready
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_CANCEL, 0));
	expect(FL_BUSY, fl_thread_control(thread, FL_THREAD_START, 0));
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_STOP, 0));
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_CANCEL, 0)); // stopped: stays so
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_STOP, 0));
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_START, 0));
	object_end(thread);
}

static void cancel_fault_happens_again_with_new_token(void)
{
	struct fl_message first = {0}, second = {0};
	endpoint = endpoint_new();
	fl_slot_t space = program_new(endpoint, 1);
	thread = program_thread(space, 3, raw_load, 0x5000, 0, 0);
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_START, 0));
	settle(); // its fault waits to be received
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_CANCEL, 0));
	expect(FL_OK, fl_receive(endpoint, &first));
	expect(0x5000, first.word[1]);
	expect(0x5000, context_of(thread)->x[X_A0]); // no result was written
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_CANCEL, 0));
	first.word[0] = FL_RESOLVE_RESUME;
	expect(FL_STALE, fl_resolve(endpoint, &first));
	expect(FL_OK, fl_receive(endpoint, &second));
	expect(0x5000, second.word[1]);
	object_end(thread);
	object_end(space);
	object_end(endpoint);
}

// Whether its fault was received or not: the thread stops, and goes on when it has a pager again.
static void endpoint_destroyed_faulted_thread_stopped_until_new_pager(void)
{
	for (unsigned received = 0; received < 2; received++) {
		struct fl_message m = {0};
		fl_slot_t first = endpoint_new(), second = endpoint_new();
		fl_slot_t space = program_new(first, 1);
		thread = program_thread(space, 3, raw_load, 0x5000, 0, 0);
		expect(FL_OK, fl_thread_control(thread, FL_THREAD_START, 0));
		settle();
		if (received)
			expect(FL_OK, fl_receive(first, &m));
		object_end(first);
		expect(FL_OK, fl_space_set_pager(space, second, 2));
		struct job waiter = {.call = FL_SYS_RECEIVE, .endpoint = second};
		fl_slot_t receiver = job_start(&waiter, 3);
		settle();
		expect(0, waiter.done); // it does not run by itself
		expect(FL_OK, fl_thread_control(thread, FL_THREAD_START, 0));
		settle();
		expect(1, waiter.done);
		expect(2, waiter.m.badge);
		expect(0x5000, waiter.m.word[1]);
		object_end(receiver);
		object_end(thread);
		object_end(space);
		object_end(second);
	}
}

static void stop_call_waiting_ends_cancelled_when_started(void)
{
	struct fl_message m = {0};
	for (unsigned received = 0; received < 2; received++) {
		caller_open(FL_SYS_CALL);
		job.repeat = 1;
		if (received)
			expect(FL_OK, fl_receive(endpoint, &m));
		expect(FL_OK, fl_thread_control(thread, FL_THREAD_STOP, 0));
		settle();
		expect(0, job.done);
		if (received)
			expect(FL_STALE, fl_reply(endpoint, &m));
		expect_nothing_queued();
		expect(FL_OK, fl_thread_control(thread, FL_THREAD_START, 0));
		settle();
		expect(1, job.done);
		expect(FL_CANCELLED, job.error);
		caller_close();
	}
}

static volatile unsigned steps;
static void stop_itself(uint64_t slot, uint64_t a1, uint64_t a2)
{
	(void)a1, (void)a2;
	steps = 1;
	(void)!fl_thread_control(*(volatile fl_slot_t *)slot, FL_THREAD_STOP, 0);
	steps = 2;
	(void)!fl_object_destroy(*(volatile fl_slot_t *)slot);
	steps = 3;
}

static void stop_and_destroy_itself(void)
{
	static volatile fl_slot_t own;
	steps = 0;
	thread = sibling_start(2, stop_itself, (uintptr_t)&own, 0, 0);
	own = thread;
	settle();
	expect(1, steps);
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_START, 0));
	settle();
	expect(2, steps);
	expect(FL_BAD_HANDLE, fl_thread_control(thread, FL_THREAD_START, 0));
	object_forget(thread);
}

static void destroy_thread_in_every_state_frame_back(void)
{
	struct fl_message m = {0};
	thread = thread_new(FL_ROOT_SPACE, 3, 1); // stopped
	object_end(thread);
	thread = sibling_start(3, raw_spin, 0, 0, 0); // ready
	object_end(thread);
	caller_open(FL_SYS_CALL); // sending
	caller_close();
	caller_open(FL_SYS_CALL); // calling
	expect(FL_OK, fl_receive(endpoint, &m));
	object_end(thread);
	expect(FL_STALE, fl_reply(endpoint, &m));
	object_end(endpoint);
	caller_open(FL_SYS_RECEIVE); // receiving
	object_end(thread);
	struct job later = {.call = FL_SYS_CALL, .endpoint = endpoint};
	thread = job_start(&later, 3);
	settle();
	expect(FL_OK, fl_receive(endpoint, &m)); // it did not go to the dead receiver
	caller_close();
}

static void priority_changed_while_ready_new_order(void)
{
	unsigned order = 0;
	static struct job jobs[3];
	fl_slot_t threads[3];
	endpoint = endpoint_new();
	fl_slot_t notify[3], bits[3];
	for (unsigned i = 0; i < 3; i++) {
		bits[i] = endpoint_new();
		notify[i] = handle_new(bits[i], FL_RIGHT_NOTIFY, 1);
		expect(FL_OK, fl_notify(notify[i]));
		jobs[i] = (struct job){.call = FL_SYS_RECEIVE, .endpoint = bits[i], .order = &order};
		threads[i] = job_start(&jobs[i], 2);
	}
	expect(FL_OK, fl_thread_control(threads[2], FL_THREAD_PRIORITY, 4));
	expect(FL_OK, fl_thread_control(threads[0], FL_THREAD_PRIORITY, 1));
	settle();
	expect(1, jobs[2].finished);
	expect(2, jobs[1].finished);
	expect(3, jobs[0].finished);
	for (unsigned i = 0; i < 3; i++) {
		object_end(threads[i]);
		slot_end(notify[i]);
		object_end(bits[i]);
	}
	object_end(endpoint);
}

static const struct test tests[] = {
	TEST(cancel_call_not_received_cancelled_and_withdrawn),
	TEST(cancel_call_received_cancelled_and_reply_stale),
	TEST(cancel_and_call_again_old_reply_stale),
	TEST(cancel_receive_cancelled),
	TEST(cancel_thread_not_blocked_no_effect),
	TEST(cancel_fault_happens_again_with_new_token),
	TEST(endpoint_destroyed_faulted_thread_stopped_until_new_pager),
	TEST(stop_call_waiting_ends_cancelled_when_started),
	TEST(stop_and_destroy_itself),
	TEST(destroy_thread_in_every_state_frame_back),
	TEST(priority_changed_while_ready_new_order),
};
SUITE(cancel, tests);
