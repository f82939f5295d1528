// Answers: reply and resolve with every kind of wrong token, map failures inside an answer,
// redirect.
#include "fixture.h"
#include "fl/string.h"
#include "raw.h"

#define FAULT_VA 0x700000ul

// A program whose thread touches FAULT_VA, and the fault that came of it.
static struct {
	fl_slot_t pager, space, thread;
	struct fl_message m;
	uint64_t page;
} faulter;

static void touch(uint64_t a0, uint64_t a1, uint64_t a2)
{
	(void)a1, (void)a2;
	for (;;)
		++*(volatile uint64_t *)a0;
}

static void faulter_open(void)
{
	faulter.pager = endpoint_new();
	faulter.space = program_new(faulter.pager, 33);
	faulter.thread = program_thread(faulter.space, 3, touch, FAULT_VA, 0, 0);
	faulter.page = page_new();
	expect(FL_OK, fl_thread_control(faulter.thread, FL_THREAD_START, 0));
	faulter.m = (struct fl_message){0};
	expect(FL_OK, fl_receive(faulter.pager, &faulter.m));
	expect(FL_RECEIVED_FAULT, faulter.m.received);
	expect(33, faulter.m.badge);
	expect(FAULT_VA, faulter.m.word[1]);
}

static void faulter_close(void)
{
	object_end(faulter.thread);
	object_end(faulter.space);
	object_end(faulter.pager);
	page_end(faulter.page);
}

static fl_error_t resolve(fl_slot_t endpoint, uint64_t token, uint64_t word0, uint64_t word1,
                          uint64_t word2)
{
	struct fl_message m = {.token = token, .word = {word0, word1, word2}};
	return fl_resolve(endpoint, &m);
}

static fl_error_t reply(fl_slot_t endpoint, uint64_t token)
{
	const struct fl_message m = {.token = token};
	return fl_reply(endpoint, &m);
}

// The fault still waits: resumed, it happens again, with a new token.
static void faulter_again(void)
{
	uint64_t old = faulter.m.token;
	expect(FL_OK, resolve(faulter.pager, old, 0, 0, 0));
	faulter.m = (struct fl_message){0};
	expect(FL_OK, fl_receive(faulter.pager, &faulter.m));
	expect(FL_RECEIVED_FAULT, faulter.m.received);
	expect(FAULT_VA, faulter.m.word[1]);
	expect(false, faulter.m.token == old);
}

static void answer_wrong_token_stale(void)
{
	faulter_open();
	const uint64_t token = faulter.m.token;
	uint64_t bad[80];
	unsigned count = 0;
	bad[count++] = 0;
	bad[count++] = ~0ul;
	for (unsigned bit = 0; bit < 64; bit++)
		bad[count++] = token ^ 1ul << bit;
	bad[count++] = token & 0xffffff;
	bad[count++] = token - (1ul << 24);
	bad[count++] = token + 1;
	for (unsigned i = 0; i < count; i++) {
		expect(FL_STALE, resolve(faulter.pager, bad[i], 0, 0, 0));
		expect(FL_STALE, reply(faulter.pager, bad[i]));
		struct fl_message m = {.token = bad[i]};
		expect(FL_STALE, fl_resolve_receive(faulter.pager, &m)); // nothing is received: no wait
		m = (struct fl_message){.token = bad[i]};
		expect(FL_STALE, fl_reply_receive(faulter.pager, &m));
	}
	faulter_again();
	faulter_close();
}

static void answer_random_token_stale(void)
{
	uint64_t state = 88172645463325252ul;
	faulter_open();
	for (unsigned i = 0; i < 1000; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		// Half of them name the right frame, with another number.
		uint64_t token = i % 2 ? state : (state & ~0xfffffful) | (faulter.m.token & 0xffffff);
		if (token == faulter.m.token)
			continue;
		expect(FL_STALE, resolve(faulter.pager, token, 0, 0, 0));
		expect(FL_STALE, reply(faulter.pager, token));
	}
	faulter_again();
	faulter_close();
}

static void answer_token_used_twice_stale(void)
{
	faulter_open();
	uint64_t old = faulter.m.token;
	faulter_again();
	expect(FL_STALE, resolve(faulter.pager, old, 0, 0, 0));
	expect(FL_STALE, reply(faulter.pager, old));
	faulter_again();
	faulter_close();
}

static void answer_at_another_endpoint_stale(void)
{
	faulter_open();
	fl_slot_t other = endpoint_new();
	expect(FL_STALE, resolve(other, faulter.m.token, 0, 0, 0));
	expect(FL_STALE, reply(other, faulter.m.token));
	faulter_again();
	object_end(other);
	faulter_close();
}

static void answer_reply_to_fault_or_resolve_to_call_stale(void)
{
	faulter_open();
	expect(FL_STALE, reply(faulter.pager, faulter.m.token));
	struct job job = {.call = FL_SYS_CALL, .endpoint = faulter.pager};
	fl_slot_t caller = job_start(&job, 3);
	struct fl_message m = {0};
	expect(FL_OK, fl_receive(faulter.pager, &m));
	expect(FL_RECEIVED_CALL, m.received);
	expect(FL_STALE, resolve(faulter.pager, m.token, 0, 0, 0));
	expect(FL_STALE, resolve(faulter.pager, m.token, FL_RESOLVE_REDIRECT, 0, 0));
	expect(0, job.done);
	expect(FL_OK, reply(faulter.pager, m.token));
	settle();
	expect(1, job.done);
	object_end(caller);
	faulter_again();
	faulter_close();
}

static void answer_thread_destroyed_meanwhile_stale(void)
{
	faulter_open();
	uint64_t token = faulter.m.token;
	object_end(faulter.thread);
	expect(FL_STALE, resolve(faulter.pager, token, 0, 0, 0));
	faulter.thread = program_thread(faulter.space, 3, touch, FAULT_VA, 0, 0); // same frame
	expect(FL_STALE, resolve(faulter.pager, token, 0, 0, 0));
	expect(FL_OK, fl_thread_control(faulter.thread, FL_THREAD_START, 0));
	faulter.m = (struct fl_message){0};
	expect(FL_OK, fl_receive(faulter.pager, &faulter.m));
	expect(FL_STALE, resolve(faulter.pager, token, 0, 0, 0));
	faulter_again();
	faulter_close();
}

static void answer_thread_stopped_meanwhile_stale(void)
{
	faulter_open();
	expect(FL_OK, fl_thread_control(faulter.thread, FL_THREAD_STOP, 0));
	expect(FL_STALE, resolve(faulter.pager, faulter.m.token, 0, 0, 0));
	expect(FL_OK, fl_thread_control(faulter.thread, FL_THREAD_START, 0));
	expect(FL_OK, fl_receive(faulter.pager, &faulter.m)); // it faults again
	faulter_again();
	faulter_close();
}

static void resolve_bad_action_bad_argument_and_fault_waits(void)
{
	static const uint64_t action[] = {
		2, 255, FL_RESOLVE_REDIRECT | 1 << 8, 65 << 8, 0xffff00, ~0ul, 1ul << 63, 2 | 1 << 8};
	faulter_open();
	for (unsigned i = 0; i < sizeof action / sizeof action[0]; i++)
		expect(FL_BAD_ARGUMENT, resolve(faulter.pager, faulter.m.token, action[i], 0, 0));
	faulter_again();
	faulter_close();
}

static void resolve_map_fails_fault_waits_and_count_tells(void)
{
	static struct fl_map_entry vector[8];
	faulter_open();
	const uint64_t good = faulter.page | 3;
	struct fl_message m = {.token = faulter.m.token};
	m.word[0] = FL_RESOLVE_ACTION(FL_RESOLVE_RESUME, 2);
	m.word[1] = FAULT_VA + FL_PAGE_SIZE, m.word[2] = good;
	m.word[3] = FAULT_VA + 1, m.word[4] = good;
	table_feed(faulter.space);
	expect(FL_BAD_ADDRESS, fl_resolve(faulter.pager, &m));
	m.token = faulter.m.token;
	m.word[0] = FL_RESOLVE_ACTION(FL_RESOLVE_RESUME, 2);
	expect(FL_BAD_ADDRESS, fl_resolve_receive(faulter.pager, &m));
	expect(1, m.word[0]);
	expect(2, frame_state(faulter.page).value[1]);
	for (unsigned i = 0; i < 8; i++)
		vector[i] = (struct fl_map_entry){FAULT_VA + (i + 1) * FL_PAGE_SIZE, good};
	vector[5].frame = faulter.page | 6;
	m = (struct fl_message){.token = faulter.m.token};
	m.word[0] = FL_RESOLVE_ACTION(FL_RESOLVE_RESUME, 8);
	m.word[1] = (uintptr_t)vector;
	expect(FL_BAD_PROT, fl_resolve_receive(faulter.pager, &m));
	expect(5, m.word[0]);
	m = (struct fl_message){.token = faulter.m.token};
	m.word[0] = FL_RESOLVE_ACTION(FL_RESOLVE_RESUME, 3);
	expect(FL_BAD_ADDRESS, fl_resolve_receive(faulter.pager, &m)); // the vector at 0
	expect(0, m.word[0]);
	faulter_again();
	faulter_close();
}

static void resolve_map_and_resume_thread_goes_on(void)
{
	faulter_open();
	volatile uint64_t *word = page_at(faulter.page);
	expect(FL_NO_TABLE,
	       resolve(faulter.pager, faulter.m.token, 1 << 8, 0x30000000, faulter.page | 3));
	while (resolve(faulter.pager, faulter.m.token, 1 << 8, FAULT_VA, faulter.page | 3) ==
	       FL_NO_TABLE)
		table_feed(faulter.space);
	while (*word < 1000)
		expect(FL_OK, fl_thread_control(FL_ROOT_THREAD, FL_THREAD_PRIORITY, 3)),
			expect(FL_OK, fl_thread_control(0, FL_THREAD_YIELD, 0));
	expect(FL_OK, fl_thread_control(FL_ROOT_THREAD, FL_THREAD_PRIORITY, 7));
	faulter_close();
}

static void redirect_sets_pc_sp_and_three_arguments(void)
{
	faulter_open();
	static struct fl_context before;
	before = *context_of(faulter.thread);
	struct fl_message m = {.token = faulter.m.token};
	m.word[0] = FL_RESOLVE_REDIRECT;
	m.word[1] = (uintptr_t)raw_ebreak | 1; // bit 0 of a pc is 0
	m.word[2] = 0x1234560;
	m.word[3] = 11, m.word[4] = 22, m.word[5] = 33;
	expect(FL_OK, fl_resolve_receive(faulter.pager, &m));
	expect(FL_RECEIVED_FAULT, m.received);
	expect(FL_CAUSE_BREAKPOINT, m.word[0]);
	expect((uintptr_t)raw_ebreak, m.word[2]);
	expect(0x1234560, m.word[3]);
	const struct fl_context *after = context_of(faulter.thread);
	for (unsigned i = 1; i < 32; i++) {
		bool is_new = i >= X_A0 && i < X_A0 + 3;
		uint64_t expected = is_new ? (i - X_A0 + 1) * 11 : i == X_SP ? 0x1234560 : before.x[i];
		expect(expected, after->x[i]);
	}
	expect((uintptr_t)raw_ebreak, after->pc);
	faulter_close();
}

static const struct test tests[] = {
	TEST(answer_wrong_token_stale),
	TEST(answer_random_token_stale),
	TEST(answer_token_used_twice_stale),
	TEST(answer_at_another_endpoint_stale),
	TEST(answer_reply_to_fault_or_resolve_to_call_stale),
	TEST(answer_thread_destroyed_meanwhile_stale),
	TEST(answer_thread_stopped_meanwhile_stale),
	TEST(resolve_bad_action_bad_argument_and_fault_waits),
	TEST(resolve_map_fails_fault_waits_and_count_tells),
	TEST(resolve_map_and_resume_thread_goes_on),
	TEST(redirect_sets_pc_sp_and_three_arguments),
};
SUITE(answer, tests);
