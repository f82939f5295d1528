// The harness itself: a puppet in a space of its own makes a kernel call; threads block and go on.
#include "harness.h"

static void puppet_version_answered(void)
{
	struct puppet puppet;
	struct fl_result r;
	puppet_open(&puppet);
	expect(FL_OK, puppet_call(&puppet, FL_SYS_VERSION, (uint64_t[7]){0}, &r));
	expect(FL_ABI_VERSION, r.value[0]);
	expect(FL_BAD_CALL, puppet_call(&puppet, FL_SYS_COUNT, (uint64_t[7]){0}, &r));
	puppet_close(&puppet);
}

static void sibling_call_answered(void)
{
	fl_slot_t endpoint = endpoint_new();
	struct fl_message m = {0};
	struct job job = {.call = FL_SYS_CALL, .endpoint = endpoint, .m.word = {1, 2, 3, 4, 5, 6}};
	fl_slot_t thread = job_start(&job, 3);
	expect(FL_OK, fl_receive(endpoint, &m));
	for (unsigned i = 0; i < 6; i++)
		expect(i + 1, m.word[i]);
	m.word[5] = 99;
	expect(FL_OK, fl_reply(endpoint, &m));
	settle();
	expect(1, job.done);
	expect(FL_OK, job.error);
	expect(99, job.m.word[5]);
	object_end(thread);
	object_end(endpoint);
}

static const struct test tests[] = {
	TEST(puppet_version_answered),
	TEST(sibling_call_answered),
};
SUITE(harness, tests);
