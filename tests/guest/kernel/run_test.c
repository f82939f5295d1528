// Runs: attach and detach of both kinds, zeroing between owners, holders that are gone.
#include "fixture.h"
#include "fl/string.h"

#define BATCH 16 // frames that one run_attach zeroes
#define STEPS (FL_RUN_FRAMES / BATCH)
#define PAGES_VA 0x100000000ul // in root's space: a page, the console's registers
#define RUN_VA 0x40000000ul    // in the puppet's space

static uint64_t nonzero_words(const void *from, uint64_t bytes)
{
	const uint64_t *word = from;
	uint64_t found = 0;
	for (uint64_t i = 0; i < bytes / sizeof *word; i++)
		found += word[i] != 0;
	return found;
}

static void run_is(uint64_t run, unsigned type, uint64_t count, unsigned kind, unsigned held)
{
	for (unsigned i = 0; i < FL_RUN_FRAMES; i += 73) {
		struct fl_result r = frame_state(run + i * FL_PAGE_SIZE);
		expect(type, r.value[0]);
		expect(count, r.value[1]);
		expect(kind, r.value[2]);
		expect(held, r.value[3]);
	}
}

static void run_attach_window_zeroed_in_steps(void)
{
	unsigned repeats;
	const uint64_t run = run_spare(0), va = (uintptr_t)window_of(run);
	for (unsigned round = 0; round < 3; round++) {
		expect(FL_OK, run_hold(run, FL_RUN_WINDOW, va, &repeats));
		if (round)
			expect(STEPS - 1, repeats);
		run_is(run, FL_FRAME_USER, 1, FL_RUN_WINDOW, 1);
		expect(0, nonzero_words((void *)va, FL_RUN_SIZE));
		memset((void *)va, 0xa5, FL_RUN_SIZE);
		expect(FL_OK, fl_run_attach(FL_ROOT_MEMORY, run, FL_RUN_WINDOW, va)); // as it is: nothing
		expect(0xa5a5a5a5a5a5a5a5, *(uint64_t *)(va + FL_RUN_SIZE - 8));
		expect(FL_OK, fl_run_detach(FL_ROOT_MEMORY, run));
		run_is(run, FL_FRAME_FREE, 0, FL_RUN_NONE, 0);
	}
}

// Kind NONE only asks whether the run could be attached whole.
static void run_asked_for_answer_and_nothing_done(void)
{
	unsigned repeats;
	const uint64_t run = run_spare(0), firmware = boot->ram_base;
	expect(FL_OK, fl_run_attach(FL_ROOT_MEMORY, run, FL_RUN_NONE, 0));
	expect(FL_OK, fl_run_attach(FL_ROOT_MEMORY, run, FL_RUN_NONE, ~0ul));
	run_is(run, FL_FRAME_FREE, 0, FL_RUN_NONE, 0);
	expect(FL_BAD_FRAME, fl_run_attach(FL_ROOT_MEMORY, firmware, FL_RUN_NONE, 0));
	expect(FL_OK, run_hold(run, FL_RUN_OBJECT, 0, &repeats));
	expect(FL_BUSY, fl_run_attach(FL_ROOT_MEMORY, run, FL_RUN_NONE, 0));
	run_is(run, FL_FRAME_FREE, 0, FL_RUN_OBJECT, 1);
	expect(FL_OK, fl_run_detach(FL_ROOT_MEMORY, run));
}

static void run_attach_other_kind_or_place_busy(void)
{
	unsigned repeats;
	const uint64_t run = run_spare(0), va = (uintptr_t)window_of(run);
	expect(FL_OK, run_hold(run, FL_RUN_WINDOW, va, &repeats));
	expect(FL_BUSY, fl_run_attach(FL_ROOT_MEMORY, run, FL_RUN_OBJECT, 0));
	expect(FL_BUSY, fl_run_attach(FL_ROOT_MEMORY, run, FL_RUN_WINDOW, va + 4 * FL_RUN_SIZE));
	expect(FL_OK, fl_run_detach(FL_ROOT_MEMORY, run));
	expect(FL_BAD_FRAME, fl_run_detach(FL_ROOT_MEMORY, run));
	expect(FL_OK, run_hold(run, FL_RUN_OBJECT, 0, &repeats));
	run_is(run, FL_FRAME_FREE, 0, FL_RUN_OBJECT, 1);
	expect(FL_OK, fl_run_attach(FL_ROOT_MEMORY, run, FL_RUN_OBJECT, 0));
	expect(FL_BUSY, fl_run_attach(FL_ROOT_MEMORY, run, FL_RUN_WINDOW, va));
	expect(FL_OK, fl_run_detach(FL_ROOT_MEMORY, run));
}

static void run_attach_window_where_mapped_exists(void)
{
	unsigned repeats;
	fixture_open();
	const uint64_t first = run_spare(0), second = run_spare(1), va = (uintptr_t)window_of(first);
	expect(FL_OK, run_hold(first, FL_RUN_WINDOW, va, &repeats));
	expect(FL_EXISTS, run_hold(second, FL_RUN_WINDOW, va, &repeats));
	expect(FL_EXISTS, run_hold(second, FL_RUN_WINDOW, PAGES_VA, &repeats));
	run_is(second, FL_FRAME_FREE, 0, FL_RUN_NONE, 0);
	expect(FL_OK, fl_run_detach(FL_ROOT_MEMORY, first));
	fixture_close();
}

static void run_with_reserved_frames_object_only(void)
{
	unsigned repeats;
	const uint64_t run = boot->ram_base; // firmware is at its start
	expect(FL_FRAME_RESERVED, frame_state(run).value[0]);
	expect(FL_BAD_FRAME, run_hold(run, FL_RUN_WINDOW, (uintptr_t)window_of(run), &repeats));
	expect(FL_OK, run_hold(run, FL_RUN_OBJECT, 0, &repeats));
	expect(FL_FRAME_RESERVED, frame_state(run).value[0]);
	expect(FL_RUN_OBJECT, frame_state(run).value[2]);
	fl_slot_t slot = slot_new();
	const uint64_t last = run + FL_RUN_SIZE - FL_PAGE_SIZE;
	expect(FL_BAD_FRAME, fl_object_create(FL_TYPE_ENDPOINT, run, slot, 0, 0, 0));
	expect(FL_OK, fl_object_create(FL_TYPE_ENDPOINT, last, slot, 0, 0, 0));
	expect(FL_BUSY, fl_run_detach(FL_ROOT_MEMORY, run));
	expect(FL_OK, fl_object_destroy(slot));
	expect(FL_OK, fl_run_detach(FL_ROOT_MEMORY, run));
	slot_end(slot);
}

static void run_detach_frame_mapped_elsewhere_busy(void)
{
	unsigned repeats;
	uint64_t done, removed;
	fixture_open();
	const uint64_t run = fixture.run, va = (uintptr_t)window_of(run);
	const uint64_t page = run + 510 * FL_PAGE_SIZE;
	expect(FL_OK, run_hold(run, FL_RUN_WINDOW, va, &repeats));
	expect(FL_OK, page_map(fixture.space, FIXTURE_VA + FL_PAGE_SIZE, page, 1));
	expect(FL_BUSY, fl_run_detach(FL_ROOT_MEMORY, run));
	run_is(run, FL_FRAME_USER, 1, FL_RUN_WINDOW, 1);
	expect(FL_OK, fl_unmap(FL_ROOT_SPACE, va, 512, &done, &removed)); // the window goes first
	expect(FL_BUSY, fl_run_detach(FL_ROOT_MEMORY, run));
	expect(1, frame_state(page).value[1]);
	expect(FL_OK, fl_unmap(fixture.space, FIXTURE_VA + FL_PAGE_SIZE, 1, &done, &removed));
	expect(FL_OK, fl_run_detach(FL_ROOT_MEMORY, run));
	run_is(run, FL_FRAME_FREE, 0, FL_RUN_NONE, 0);
	fixture_close();
}

static void run_outside_handle_range_bad_frame(void)
{
	fixture_open();
	const uint64_t index = (fixture.run - boot->ram_base) / FL_RUN_SIZE;
	fl_slot_t narrow = slot_new();
	unsigned repeats = 0;
	expect(FL_OK, fl_handle_copy(0, narrow, FL_ROOT_MEMORY, FL_RIGHT_ALL, index, 1));
	expect(FL_BAD_FRAME, fl_run_attach(narrow, fixture.run - FL_RUN_SIZE, FL_RUN_OBJECT, 0));
	expect(FL_BAD_FRAME, fl_run_attach(narrow, fixture.run + FL_RUN_SIZE, FL_RUN_OBJECT, 0));
	struct fl_result r;
	expect(FL_BAD_FRAME, fl_frame_info(narrow, fixture.page, &r));
	expect(FL_OK, fl_frame_info(narrow, fixture.run + FL_RUN_SIZE - FL_PAGE_SIZE, &r));
	fl_error_t error;
	while ((error = fl_run_attach(narrow, fixture.run, FL_RUN_OBJECT, 0)) == FL_AGAIN)
		repeats++;
	expect(FL_OK, error);
	expect(FL_OK, fl_run_detach(narrow, fixture.run));
	slot_end(narrow);
	fixture_close();
}

static fl_error_t puppet_hold(struct puppet *puppet, uint64_t run, unsigned kind, uint64_t va)
{
	const uint64_t attach[7] = {2, run, kind, va};
	fl_error_t error;
	do {
		error = puppet_call(puppet, FL_SYS_RUN_ATTACH, attach, NULL);
	} while (error == FL_AGAIN);
	return error;
}

// A secret that one space wrote is not there when another space, or an object, gets the memory.
static void run_changes_owner_all_zero(void)
{
	struct puppet puppet;
	unsigned repeats;
	const uint64_t run = run_spare(1), va = (uintptr_t)window_of(run);
	puppet_open(&puppet);
	expect(FL_OK, puppet_give(&puppet, 2, FL_ROOT_MEMORY, FL_RIGHT_ALL));
	expect(FL_NO_TABLE, puppet_hold(&puppet, run, FL_RUN_WINDOW, RUN_VA));
	run_is(run, FL_FRAME_FREE, 0, FL_RUN_NONE, 0);
	table_feed(puppet.space);
	expect(FL_OK, run_hold(run, FL_RUN_WINDOW, va, &repeats));
	memset((void *)va, 0x5a, FL_RUN_SIZE);
	expect(FL_BUSY, puppet_hold(&puppet, run, FL_RUN_WINDOW, RUN_VA));
	expect(FL_BAD_FRAME, puppet_call(&puppet, FL_SYS_RUN_DETACH, (uint64_t[7]){2, run}, NULL));
	expect(FL_OK, fl_run_detach(FL_ROOT_MEMORY, run));
	expect(FL_OK, puppet_hold(&puppet, run, FL_RUN_WINDOW, RUN_VA));
	run_is(run, FL_FRAME_USER, 1, FL_RUN_WINDOW, 0);
	expect(FL_BAD_FRAME, fl_run_detach(FL_ROOT_MEMORY, run));
	expect(FL_BUSY, fl_run_attach(FL_ROOT_MEMORY, run, FL_RUN_WINDOW, va));
	expect(FL_OK, puppet_call(&puppet, FL_SYS_RUN_DETACH, (uint64_t[7]){2, run}, NULL));
	expect(FL_OK, run_hold(run, FL_RUN_OBJECT, 0, &repeats));
	expect(STEPS - 1, repeats);
	expect(FL_OK, fl_run_detach(FL_ROOT_MEMORY, run));
	expect(FL_OK, run_hold(run, FL_RUN_WINDOW, va, &repeats));
	expect(0, repeats); // still zero from before
	expect(0, nonzero_words((void *)va, FL_RUN_SIZE));
	expect(FL_OK, fl_run_detach(FL_ROOT_MEMORY, run));
	puppet_close(&puppet);
}

// A space that is destroyed leaves its runs behind: whoever has the memory may detach them.
static void run_of_destroyed_space_orphan_detached_by_another(void)
{
	struct puppet puppet;
	const uint64_t window = run_spare(0), object = run_spare(1);
	puppet_open(&puppet);
	table_feed(puppet.space);
	expect(FL_OK, puppet_give(&puppet, 2, FL_ROOT_MEMORY, FL_RIGHT_ALL));
	expect(FL_OK, puppet_hold(&puppet, window, FL_RUN_WINDOW, RUN_VA));
	expect(FL_OK, puppet_hold(&puppet, object, FL_RUN_OBJECT, 0));
	const uint64_t create[7] = {FL_TYPE_ENDPOINT, object, 5};
	expect(FL_OK, puppet_call(&puppet, FL_SYS_OBJECT_CREATE, create, NULL));
	const uint64_t copy[7] = {0, 6, 5, FL_RIGHT_ALL};
	expect(FL_OK, puppet_call(&puppet, FL_SYS_HANDLE_COPY, copy, NULL));
	expect(FL_BAD_FRAME, fl_run_detach(FL_ROOT_MEMORY, window));
	expect(FL_OK, puppet_call(&puppet, FL_SYS_OBJECT_DESTROY, (uint64_t[7]){6}, NULL));
	// Its free frames are nobody else's to use, nor ours its.
	const uint64_t mine = frame_new();
	const uint64_t take[7] = {FL_TYPE_ENDPOINT, mine, 7};
	expect(FL_BAD_FRAME, fl_space_feed(puppet.space, FL_FEED_TABLE, object + FL_PAGE_SIZE, 0));
	expect(FL_BAD_FRAME, fl_object_create(FL_TYPE_ENDPOINT, object, 127, 0, 0, 0));
	expect(FL_BAD_FRAME, puppet_call(&puppet, FL_SYS_OBJECT_CREATE, take, NULL));
	frame_end(mine);
	puppet_close(&puppet);
	run_is(window, FL_FRAME_USER, 0, FL_RUN_WINDOW, 0);
	expect(FL_BUSY, fl_run_attach(FL_ROOT_MEMORY, window, FL_RUN_OBJECT, 0));
	expect(FL_OK, fl_run_detach(FL_ROOT_MEMORY, window));
	expect(FL_OK, fl_run_detach(FL_ROOT_MEMORY, object));
	run_is(window, FL_FRAME_FREE, 0, FL_RUN_NONE, 0);
	run_is(object, FL_FRAME_FREE, 0, FL_RUN_NONE, 0);
}

static const struct test tests[] = {
	TEST(run_attach_window_zeroed_in_steps),
	TEST(run_asked_for_answer_and_nothing_done),
	TEST(run_attach_other_kind_or_place_busy),
	TEST(run_attach_window_where_mapped_exists),
	TEST(run_with_reserved_frames_object_only),
	TEST(run_detach_frame_mapped_elsewhere_busy),
	TEST(run_outside_handle_range_bad_frame),
	TEST(run_changes_owner_all_zero),
	TEST(run_of_destroyed_space_orphan_detached_by_another),
};
SUITE(run, tests);
