// A thread with much authority makes random calls that can succeed: objects come and go, runs are
// attached, pages mapped, threads started that fault. What must hold: the kernel's own checks, and
// that everything can be taken down afterwards, to the last frame.
//
// It works in the slots FIRST .. LAST only and never names the tests' own handles. A copy of every
// object's first handle is kept in slots of another table frame, for the end.
#include "fixture.h"
#include "fl/string.h"
#include "fuzz.h"
#include "suites.h"

#define PRIORITY 3

static struct strong *const root = &strong;

static void object_keep(unsigned type, uint64_t slot)
{
	if (fl_handle_copy(0, root->keep, (fl_slot_t)slot, FL_RIGHT_ALL, 0, 0) == FL_OK)
		root->kept_type[root->keep++] = type;
}

static void fuzzer_run(uint64_t a0, uint64_t a1, uint64_t a2)
{
	(void)a0, (void)a1, (void)a2;
	while (root->calls < root->limit) {
		strong_prepare();
		uint64_t number = root->x[X_A7], a[7];
		memcpy(a, &root->x[X_A0], sizeof a);
		raw_call(root->x);
		root->calls++;
		if (root->x[X_A0] == FL_OK) {
			root->good++;
			if (number == FL_SYS_OBJECT_CREATE)
				object_keep((unsigned)a[0], a[2]);
			if (number >= FL_SYS_OBJECT_CREATE && number <= FL_SYS_HANDLE_CLOSE)
				strong_note(number, a);
			if (root->x[X_T3] == FL_RECEIVED_FAULT || root->x[X_T3] == FL_RECEIVED_CALL)
				root->token = root->x[X_T2];
		}
	}
	root->done = true;
}

static void pool_fill(void)
{
	const uint64_t page = run_spare(1), frame = run_spare(0);
	const uint64_t pool[] = {frame,
	                         page,
	                         page | 1,
	                         page | 3,
	                         page | 5,
	                         page | 7,
	                         page + FL_PAGE_SIZE,
	                         frame + FL_RUN_SIZE,
	                         (uintptr_t)root->vector,
	                         (uintptr_t)&root->context,
	                         0x1000,
	                         FL_USER_END - FL_PAGE_SIZE,
	                         FL_USER_END,
	                         0xffffffc080200000,
	                         512,
	                         64,
	                         65,
	                         (uintptr_t)window_of(page),
	                         (uintptr_t)window_of(frame),
	                         ~0ul};
	memcpy(root->pool, pool, sizeof pool);
	root->fuzz.pool = root->pool;
	root->fuzz.pool_count = sizeof pool / sizeof pool[0];
	for (unsigned i = 0; i < FL_MAP_ENTRIES_MAX; i++)
		root->vector[i] =
			(struct fl_map_entry){(i * 7 % 1024) << 12, (page + i * FL_PAGE_SIZE) | 3};
}

static void handles_give(void)
{
	const uint64_t first = (run_spare(0) - boot->ram_base) / FL_RUN_SIZE;
	const uint64_t second = (run_spare(1) - boot->ram_base) / FL_RUN_SIZE;
	expect(FL_OK, fl_handle_copy(0, FIRST, FL_ROOT_MEMORY, FL_RIGHT_ALL, first, 1));
	expect(FL_OK, fl_handle_copy(0, FIRST + 1, FL_ROOT_MEMORY, FL_RIGHT_ALL, second, 1));
	expect(FL_OK, fl_handle_copy(0, FIRST + 2, FL_ROOT_POOL, FL_RIGHT_MAP, 1, 3));
	expect(FL_OK, fl_handle_copy(0, FIRST + 3, FL_ROOT_IRQ, FL_RIGHT_ALL, 40, 4));
	// One object of each kind, so that the start is not a long wait for luck.
	const uint64_t frame = run_spare(0);
	const fl_slot_t slot = FIRST + 4;
	expect(FL_OK, fl_object_create(FL_TYPE_ENDPOINT, frame, slot, 0, 0, 0));
	expect(FL_OK,
	       fl_object_create(FL_TYPE_SPACE, frame + 0x1000, slot + 1, frame + 0x2000, slot, 3));
	expect(FL_OK, fl_object_create(FL_TYPE_THREAD, frame + 0x3000, slot + 2, slot + 1, 2, 8));
	const unsigned type[] = {FL_TYPE_MEMORY,   FL_TYPE_MEMORY, FL_TYPE_FIXED, FL_TYPE_IRQ,
	                         FL_TYPE_ENDPOINT, FL_TYPE_SPACE,  FL_TYPE_THREAD};
	memset(root->type, 0, sizeof root->type);
	memcpy(root->type, type, sizeof type);
	object_keep(FL_TYPE_ENDPOINT, slot);
	object_keep(FL_TYPE_SPACE, slot + 1);
	object_keep(FL_TYPE_THREAD, slot + 2);
}

static void kept_end(unsigned type)
{
	for (fl_slot_t slot = KEEP_FIRST; slot < root->keep; slot++) {
		uint64_t at = 0, done, removed, frame;
		if (root->kept_type[slot] != type)
			continue;
		while (type == FL_TYPE_SPACE && at < FL_USER_END &&
		       fl_unmap(slot, at, (FL_USER_END - at) >> FL_PAGE_SHIFT, &done, &removed) == FL_OK)
			at += done << FL_PAGE_SHIFT;
		for (unsigned what = 0; type == FL_TYPE_SPACE && what < 2; what++) {
			while (fl_space_drain(slot, (enum fl_feed)what, &frame) == FL_OK)
				;
		}
		fl_error_t error;
		while ((error = fl_object_destroy(slot)) == FL_AGAIN)
			;
		expect(true, error == FL_OK || error == FL_BAD_HANDLE);
	}
}

static void take_down(void)
{
	kept_end(FL_TYPE_THREAD);
	kept_end(FL_TYPE_SPACE);
	kept_end(FL_TYPE_ENDPOINT);
	for (fl_slot_t slot = FIRST; slot < KEEP_END; slot++) {
		if (slot <= LAST || slot >= 127)
			(void)fl_handle_close(0, slot);
	}
	for (unsigned i = 0; i < SPARE_RUNS; i++) {
		fl_error_t error = fl_run_detach(FL_ROOT_MEMORY, run_spare(i));
		expect(true, error == FL_OK || error == FL_BAD_FRAME);
		expect(FL_RUN_NONE, frame_state(run_spare(i)).value[2]);
	}
}

static void round_run(uint64_t seed, uint64_t limit)
{
	unsigned repeats;
	root->fuzz.state = seed;
	root->keep = KEEP_FIRST;
	root->calls = root->good = root->token = 0;
	root->limit = limit;
	root->done = false;
	pool_fill();
	expect(FL_OK, run_hold(run_spare(0), FL_RUN_OBJECT, 0, &repeats));
	expect(FL_OK,
	       run_hold(run_spare(1), FL_RUN_WINDOW, (uintptr_t)window_of(run_spare(1)), &repeats));
	handles_give();
	fl_slot_t thread = sibling_start(PRIORITY, fuzzer_run, 0, 0, 0);
	while (!root->done) {
		settle();
		if (!root->done) // it waits for something that may never come
			expect(FL_OK, fl_thread_control(thread, FL_THREAD_CANCEL, 0));
	}
	object_end(thread);
	take_down();
	// The calls must not all have been refused, or this tests little.
	if (!expect(true, root->good * 8 > root->calls))
		note("%lu calls, %lu good", (unsigned long)root->calls, (unsigned long)root->good);
}

static void strong_thread_random_calls_all_comes_back(void)
{
	const unsigned rounds = argument_find("full") ? 200 : 20;
	uint64_t part = frame_new(), frame;
	expect(FL_OK, fl_space_feed(FL_ROOT_SPACE, FL_FEED_HANDLES, part, KEEP_FIRST / 128));
	for (unsigned i = 0; i < rounds; i++)
		round_run(0xdeadbeefcafe1234ul + i * 0x1000193, 1000);
	expect(FL_OK, fl_space_drain(FL_ROOT_SPACE, FL_FEED_HANDLES, &frame));
	expect(part, frame);
	frame_end(frame);
}

static const struct test tests[] = {TEST(strong_thread_random_calls_all_comes_back)};
SUITE(fuzz_root, tests);
