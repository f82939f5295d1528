// A plain thread, with a few weak handles, makes random calls with random registers: it gets
// errors, and nothing of anybody else's changes.
#include "fixture.h"
#include "fl/string.h"
#include "fuzz.h"
#include "raw.h"
#include "suites.h"

#define SHARED_VA 0xb00000ul

struct shared {
	uint64_t seed, count;
	uint64_t odd; // answers that are no error number
	uint64_t pool[24];
	unsigned pool_count;
};

static void plain_run(uint64_t a0, uint64_t a1, uint64_t a2)
{
	(void)a1, (void)a2;
	volatile struct shared *shared = (struct shared *)a0;
	struct fuzz fuzz = {shared->seed, (const uint64_t *)shared->pool, shared->pool_count};
	uint64_t x[33];
	for (uint64_t i = 0; i < shared->count; i++) {
		for (unsigned j = 0; j < 33; j++)
			x[j] = fuzz_value(&fuzz);
		x[X_A7] = fuzz_random(&fuzz) % 16 ? fuzz_random(&fuzz) % FL_SYS_COUNT : fuzz_value(&fuzz);
		raw_call(x);
		shared->odd += x[X_A0] > FL_FAULT;
	}
	raw_ebreak(0, 0, 0); // the end: no handle is needed for that
}

static fl_slot_t endpoint, space;

static void handles_give(void)
{
	expect(FL_OK, fl_handle_copy(space, 1, endpoint, FL_RIGHT_CALL, 1, 0));
	expect(FL_OK, fl_handle_copy(space, 2, endpoint, FL_RIGHT_CALL | FL_RIGHT_NOTIFY, 2, 0));
	expect(FL_OK, fl_handle_copy(space, 3, endpoint, FL_RIGHT_NOTIFY, 4, 0));
	expect(FL_OK, fl_handle_copy(space, 4, space, 0, 0, 0));
	expect(FL_OK, fl_handle_copy(space, 5, fixture.space, 0, 0, 0));
	expect(FL_OK, fl_handle_copy(space, 6, FL_ROOT_MEMORY, 0, 0, 0));
	expect(FL_OK, fl_handle_copy(space, 7, FL_ROOT_POOL, FL_RIGHT_MAP, 0, 0));
	expect(FL_OK, fl_handle_copy(space, 8, fixture.thread, 0, 0, 0));
	expect(FL_OK, fl_handle_copy(space, 9, FL_ROOT_MACHINE, 0, 0, 0));
}

static void pool_fill(struct shared *shared)
{
	const uint64_t pool[] = {1,
	                         2,
	                         4,
	                         5,
	                         6,
	                         7,
	                         8,
	                         9,
	                         127,
	                         128,
	                         FL_SLOT_END,
	                         FIXTURE_VA,
	                         SHARED_VA,
	                         fixture.page | 3,
	                         fixture.frame,
	                         fixture.object,
	                         fixture.run,
	                         fixture.reserved,
	                         0xffffffc080200000,
	                         FL_USER_END,
	                         0x10000,
	                         FL_USER_END - FL_PAGE_SIZE,
	                         fixture.fixed};
	shared->pool_count = sizeof pool / sizeof pool[0];
	memcpy(shared->pool, pool, sizeof pool);
}

// Answers everything until the thread comes to its breakpoint.
static void serve(void)
{
	for (;;) {
		struct fl_message m = {0};
		require(fl_receive(endpoint, &m) == FL_OK);
		if (m.received == FL_RECEIVED_FAULT) {
			expect(FL_CAUSE_BREAKPOINT, m.word[0]);
			expect((uintptr_t)raw_ebreak, m.word[2]);
			return;
		}
		if (m.received != FL_RECEIVED_CALL)
			continue;
		m.handle = m.receive = 0;
		expect(FL_OK, fl_reply(endpoint, &m));
	}
}

static void plain_thread_random_calls_only_errors(void)
{
	uint64_t page = page_new(), done, removed;
	struct shared *shared = page_at(page);
	fixture_open();
	endpoint = endpoint_new();
	space = program_new(endpoint, 1);
	expect(FL_OK, page_map(space, SHARED_VA, page, 3));
	pool_fill(shared);
	struct picture before = picture_take();
	for (unsigned round = 0; round < 4; round++) {
		fl_slot_t thread = program_thread(space, 3, plain_run, SHARED_VA, 0, 0);
		shared->seed = 0x9e3779b97f4a7c15ul + round * 12345;
		shared->count = argument_find("full") ? 250000 : 5000;
		for (fl_slot_t slot = 1; slot < 128; slot++)
			(void)fl_handle_close(space, slot); // the thread before closed and copied some
		handles_give();
		expect(FL_OK, fl_thread_control(thread, FL_THREAD_START, 0));
		serve();
		object_end(thread);
	}
	expect(0, shared->odd);
	picture_same(&before);
	expect(FL_OK, fl_unmap(space, SHARED_VA, 1, &done, &removed));
	object_end(space);
	object_end(endpoint);
	fixture_close();
	page_end(page);
}

static const struct test tests[] = {TEST(plain_thread_random_calls_only_errors)};
SUITE(fuzz_plain, tests);
