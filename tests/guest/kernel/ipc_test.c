// Calls, receives, notifications: what is delivered, in which order, and who runs next.
#include "fixture.h"
#include "fl/string.h"

#define JOBS_MAX 40

static struct job jobs[JOBS_MAX];
static fl_slot_t threads[JOBS_MAX];

static void calls_start(fl_slot_t endpoint, unsigned first, unsigned count)
{
	for (unsigned i = first; i < first + count; i++) {
		jobs[i] = (struct job){.call = FL_SYS_CALL, .endpoint = endpoint, .m.word = {i}};
		threads[i] = job_start(&jobs[i], 1 + i % 6);
		settle();
		expect(0, jobs[i].done);
	}
}

static void jobs_end(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		object_end(threads[i]);
}

static void calls_many_received_first_come_first_served(void)
{
	fl_slot_t endpoint = endpoint_new();
	calls_start(endpoint, 0, 9);
	for (unsigned i = 0; i < 9; i++) {
		struct fl_message m = {0};
		expect(FL_OK, fl_receive(endpoint, &m));
		expect(i, m.word[0]);
		expect(FL_RECEIVED_CALL, m.received);
		expect(0, m.badge);
	}
	jobs_end(9);
	object_end(endpoint);
}

static void calls_answered_in_any_order_each_gets_its_own(void)
{
	static const unsigned order[] = {3, 0, 4, 1, 2};
	uint64_t token[5];
	fl_slot_t endpoint = endpoint_new();
	calls_start(endpoint, 0, 5);
	for (unsigned i = 0; i < 5; i++) {
		struct fl_message m = {0};
		expect(FL_OK, fl_receive(endpoint, &m));
		token[m.word[0] % 5] = m.token;
	}
	for (unsigned i = 0; i < 5; i++) {
		const struct fl_message m = {.token = token[order[i]],
		                             .word = {0, 0, 0, 0, 0, order[i] + 50}};
		expect(FL_OK, fl_reply(endpoint, &m));
		expect(FL_STALE, fl_reply(endpoint, &m));
		settle();
		for (unsigned j = 0; j <= i; j++)
			expect(1, jobs[order[j]].done);
		for (unsigned j = i + 1; j < 5; j++)
			expect(0, jobs[order[j]].done);
		expect(order[i] + 50, jobs[order[i]].m.word[5]);
	}
	jobs_end(5);
	object_end(endpoint);
}

static void receivers_many_first_come_first_served(void)
{
	fl_slot_t endpoint = endpoint_new();
	for (unsigned i = 0; i < 4; i++) {
		jobs[i] = (struct job){.call = FL_SYS_RECEIVE, .endpoint = endpoint};
		threads[i] = job_start(&jobs[i], 5 - i);
		settle();
	}
	calls_start(endpoint, 4, 3);
	for (unsigned i = 0; i < 3; i++) {
		expect(1, jobs[i].done);
		expect(i + 4, jobs[i].m.word[0]);
	}
	expect(0, jobs[3].done);
	jobs_end(7);
	object_end(endpoint);
}

// Who runs when a client calls a server while a bystander is ready: jobs 0 and 2 note their places.
static bool switch_once(unsigned client, unsigned server, unsigned bystander)
{
	unsigned order = 0;
	fl_slot_t endpoint = endpoint_new(), bits = endpoint_new();
	fl_slot_t notify = handle_new(bits, FL_RIGHT_NOTIFY, 1);
	jobs[0] = (struct job){.call = FL_SYS_RECEIVE, .endpoint = endpoint, .order = &order};
	threads[0] = job_start(&jobs[0], server);
	settle();
	jobs[1] = (struct job){.call = FL_SYS_CALL, .endpoint = endpoint};
	jobs[2] = (struct job){.call = FL_SYS_RECEIVE, .endpoint = bits, .order = &order};
	expect(FL_OK, fl_notify(notify));
	threads[1] = job_start(&jobs[1], client);
	threads[2] = job_start(&jobs[2], bystander);
	bool quiet = settle_undisturbed();
	jobs_end(3);
	slot_end(notify);
	object_end(bits);
	object_end(endpoint);
	return quiet;
}

static void switch_try(unsigned client, unsigned server, unsigned bystander, bool server_first)
{
	unsigned tries = 0;
	while (!switch_once(client, server, bystander) && tries < DISTURBED_MAX)
		tries++;
	if (!expect(server_first ? 1 : 2, jobs[0].finished) ||
	    !expect(server_first ? 2 : 1, jobs[2].finished))
		note("client %u server %u bystander %u", client, server, bystander);
}

static void call_server_waits_switched_to_directly(void)
{
	switch_try(4, 4, 4, true); // before the bystander, who was ready first
	switch_try(4, 5, 4, true);
	switch_try(4, 3, 3, true);
}

static void call_something_more_urgent_ready_no_direct_switch(void)
{
	switch_try(4, 2, 3, false);
	switch_try(5, 1, 4, false);
}

static void notify_many_times_bits_merge(void)
{
	fl_slot_t endpoint = endpoint_new();
	fl_slot_t a = handle_new(endpoint, FL_RIGHT_NOTIFY, 1),
			  b = handle_new(endpoint, FL_RIGHT_ALL, 6);
	struct fl_message m;
	for (unsigned i = 0; i < 5; i++) {
		expect(FL_OK, fl_notify(a));
		expect(FL_OK, fl_notify(b));
	}
	memset(&m, 0x77, sizeof m);
	m.handle = m.receive = 0;
	expect(FL_OK, fl_receive(endpoint, &m));
	expect(FL_RECEIVED_BITS, m.received);
	expect(7, m.word[0]);
	for (unsigned i = 1; i < 6; i++)
		expect(0, m.word[i]);
	expect(0, m.badge | m.token | m.handle);
	// Nothing is left: the next receive waits, and gets the next bits.
	jobs[0] = (struct job){.call = FL_SYS_RECEIVE, .endpoint = endpoint};
	threads[0] = job_start(&jobs[0], 3);
	settle();
	expect(0, jobs[0].done);
	expect(FL_OK, fl_notify(b));
	settle();
	expect(1, jobs[0].done);
	expect(6, jobs[0].m.word[0]);
	expect(FL_BAD_ARGUMENT, fl_notify(endpoint)); // no badge, no bits
	jobs_end(1);
	slot_end(a);
	slot_end(b);
	object_end(endpoint);
}

static void receive_bits_and_call_pending_bits_first(void)
{
	struct fl_message m = {0};
	fl_slot_t endpoint = endpoint_new(), notify = handle_new(endpoint, FL_RIGHT_NOTIFY, 8);
	calls_start(endpoint, 0, 1);
	expect(FL_OK, fl_notify(notify));
	expect(FL_OK, fl_receive(endpoint, &m));
	expect(FL_RECEIVED_BITS, m.received);
	expect(8, m.word[0]);
	m = (struct fl_message){0};
	expect(FL_OK, fl_receive(endpoint, &m));
	expect(FL_RECEIVED_CALL, m.received);
	jobs_end(1);
	slot_end(notify);
	object_end(endpoint);
}

static void reply_receive_both_in_one_entry(void)
{
	struct fl_message m = {0};
	struct fl_result before, after;
	fl_slot_t endpoint = endpoint_new();
	calls_start(endpoint, 0, 2);
	expect(FL_OK, fl_receive(endpoint, &m));
	m.word[0] = 100;
	fl_counters(&before);
	expect(FL_OK, fl_reply_receive(endpoint, &m));
	fl_counters(&after);
	// Itself and the second reading; a timer interrupt is an entry, too.
	expect(2, after.value[0] - before.value[0] - (after.value[5] - before.value[5]));
	expect(1, m.word[0]);
	settle();
	expect(100, jobs[0].m.word[0]);
	expect(0, jobs[1].done);
	jobs_end(2);
	object_end(endpoint);
}

// 20 calls received, 20 queued: more than the 32 that one step wakes.
static void endpoint_destroyed_many_waiters_again_then_gone(void)
{
	fl_slot_t endpoint = endpoint_new(), copy = handle_new(endpoint, FL_RIGHT_ALL, 0);
	calls_start(endpoint, 0, JOBS_MAX);
	uint64_t token = 0;
	for (unsigned i = 0; i < JOBS_MAX / 2; i++) {
		struct fl_message m = {0};
		expect(FL_OK, fl_receive(endpoint, &m));
		token = m.token;
	}
	expect(FL_AGAIN, fl_object_destroy(copy));
	struct fl_message none = {0}; // nobody may join them now
	expect(FL_GONE, fl_call(endpoint, &none));
	expect(FL_GONE, fl_receive(endpoint, &none));
	settle();
	unsigned done = 0;
	for (unsigned i = 0; i < JOBS_MAX; i++)
		done += jobs[i].done;
	expect(32, done);
	const struct fl_message m = {.token = token};
	expect(FL_OK, fl_reply(endpoint, &m)); // the last that was received still waits
	object_end(endpoint);
	settle();
	for (unsigned i = 0; i < JOBS_MAX; i++) {
		expect(1, jobs[i].done);
		expect(i == JOBS_MAX / 2 - 1 ? FL_OK : FL_GONE, jobs[i].error);
	}
	expect(FL_BAD_HANDLE, fl_reply(copy, &m));
	slot_end(copy);
	jobs_end(JOBS_MAX);
}

static void endpoint_destroyed_receivers_gone(void)
{
	fl_slot_t endpoint = endpoint_new();
	for (unsigned i = 0; i < 3; i++) {
		jobs[i] = (struct job){.call = FL_SYS_RECEIVE, .endpoint = endpoint};
		threads[i] = job_start(&jobs[i], 3);
	}
	settle();
	object_end(endpoint);
	settle();
	for (unsigned i = 0; i < 3; i++)
		expect(FL_GONE, jobs[i].error);
	jobs_end(3);
}

static const struct test tests[] = {
	TEST(calls_many_received_first_come_first_served),
	TEST(calls_answered_in_any_order_each_gets_its_own),
	TEST(receivers_many_first_come_first_served),
	TEST(call_server_waits_switched_to_directly),
	TEST(call_something_more_urgent_ready_no_direct_switch),
	TEST(notify_many_times_bits_merge),
	TEST(receive_bits_and_call_pending_bits_first),
	TEST(reply_receive_both_in_one_entry),
	TEST(endpoint_destroyed_many_waiters_again_then_gone),
	TEST(endpoint_destroyed_receivers_gone),
};
SUITE(ipc, tests);
