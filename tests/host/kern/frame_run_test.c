// Tests of runs (kern/frame.c): attaching in zeroed batches, holding, idle, release, orphans.
// Not here: single frames (frame_type_test.c), the leaf that maps a window (table_test.c).
#include <string.h>

#include "harness.h"

#define BATCHES (FL_RUN_FRAMES / RUN_ZERO_BATCH)

static const unsigned places[] = {0, 1, 255, 510, 511};
#define PLACES (sizeof(places) / sizeof(*places))

static struct table table;
static struct frame *holder;

static void begin(void)
{
	harness_reset();
	host_space(&table);
	holder = frame_at(host_frame(0, 0));
	for (unsigned i = 2; i < 8; i++)
		host_feed(&table, host_frame(0, i));
}

static void run_at_any_address(void)
{
	begin();
	EXPECT(run_at(host_frame(0, 0)) == &frames.run[0], true);
	EXPECT(run_at(host_frame(3, 0)) == &frames.run[3], true);
	EXPECT(run_at(host_frame(4, 0)) == NULL, true);
	EXPECT(run_at(host_frame(1, 1)) == NULL, true);
	EXPECT(run_at(PA(HOST_BASE - FL_RUN_SIZE)) == NULL, true);
	EXPECT(run_at(PA(HOST_BASE + 1)) == NULL, true);
	EXPECT(run_at(PA(0)) == NULL, true);
}

// 31 times FL_AGAIN, a batch of frames each; the kind asked for may differ from call to call.
static void run_prepare_dirty_run_zeroes_a_batch_a_call(void)
{
	begin();
	for (unsigned call = 1; call <= BATCHES; call++) {
		enum fl_run_kind kind = call % 2 ? FL_RUN_WINDOW : FL_RUN_OBJECT;
		EXPECT(run_prepare(&frames.run[1], kind), call < BATCHES ? FL_AGAIN : FL_OK);
		EXPECT(frames.run[1].kind, FL_RUN_NONE);
		EXPECT(frames.run[1].holder, 0);
		for (unsigned i = 0; i < FL_RUN_FRAMES; i++)
			EXPECT(host_page_is(host_frame(1, i), i < call * RUN_ZERO_BATCH ? 0 : HOST_PATTERN),
			       true);
	}
	harness_remember();
	EXPECT(run_prepare(&frames.run[1], FL_RUN_OBJECT), FL_OK);
	EXPECT(run_prepare(&frames.run[1], FL_RUN_WINDOW), FL_OK);
	EXPECT(harness_is_unchanged(), true);
	EXPECT(host_page_is(host_frame(2, 0), HOST_PATTERN), true);
}

static void run_prepare_window_with_foreign_frame_refused(void)
{
	begin();
	for (unsigned i = 0; i < PLACES; i++) {
		struct frame *frame = frame_at(host_frame(1, places[i]));
		for (unsigned fixed = 0; fixed < 2; fixed++) {
			frame->type = fixed ? FL_FRAME_FIXED : FL_FRAME_RESERVED;
			harness_remember();
			EXPECT(run_prepare(&frames.run[1], FL_RUN_WINDOW), FL_BAD_FRAME);
			EXPECT(run_prepare(&frames.run[1], FL_RUN_NONE), FL_BAD_FRAME);
			EXPECT(harness_is_unchanged(), true);
		}
		frame->type = FL_FRAME_FREE;
	}
}

static void run_prepare_none_asks_only(void)
{
	begin();
	harness_remember();
	EXPECT(run_prepare(&frames.run[1], FL_RUN_NONE), FL_OK);
	EXPECT(harness_is_unchanged(), true);
	EXPECT(host_page_is(host_frame(1, 0), HOST_PATTERN), true);
}

static void run_prepare_object_spares_reserved_and_fixed(void)
{
	begin();
	frame_at(host_frame(1, 0))->type = FL_FRAME_RESERVED;
	frame_at(host_frame(1, 17))->type = FL_FRAME_FIXED;
	frame_at(host_frame(1, 17))->count = 3;
	frame_at(host_frame(1, 511))->type = FL_FRAME_RESERVED;
	EXPECT(host_attach(1, FL_RUN_OBJECT, holder, NULL, VA(0)), FL_OK);
	for (unsigned i = 0; i < FL_RUN_FRAMES; i++) {
		bool is_kept = i == 0 || i == 17 || i == 511;
		EXPECT(host_page_is(host_frame(1, i), is_kept ? HOST_PATTERN : 0), true);
	}
	EXPECT(frame_take(host_frame(1, 0), FL_FRAME_TABLE, holder->id), FL_BAD_FRAME);
	EXPECT(frame_take(host_frame(1, 17), FL_FRAME_TABLE, holder->id), FL_BAD_FRAME);
	EXPECT(run_idle(&frames.run[1]), FL_OK);
	run_release(&frames.run[1]);
	EXPECT(frame_at(host_frame(1, 0))->type, FL_FRAME_RESERVED);
	EXPECT(frame_at(host_frame(1, 17))->type, FL_FRAME_FIXED);
	EXPECT(frame_at(host_frame(1, 17))->count, 3);
}

static void run_prepare_held_busy(void)
{
	begin();
	EXPECT(host_attach(1, FL_RUN_OBJECT, holder, NULL, VA(0)), FL_OK);
	EXPECT(host_attach(2, FL_RUN_WINDOW, holder, &table, VA(FL_RUN_SIZE)), FL_OK);
	harness_remember();
	for (unsigned run = 1; run <= 2; run++) {
		EXPECT(run_prepare(&frames.run[run], FL_RUN_OBJECT), FL_BUSY);
		EXPECT(run_prepare(&frames.run[run], FL_RUN_WINDOW), FL_BUSY);
		EXPECT(run_prepare(&frames.run[run], FL_RUN_NONE), FL_BUSY);
		EXPECT_PANIC(run_hold(&frames.run[run], FL_RUN_OBJECT, holder, VA(0)));
		EXPECT_PANIC(run_hold(&frames.run[run], FL_RUN_WINDOW, holder, VA(FL_RUN_SIZE)));
	}
	EXPECT(harness_is_unchanged(), true);
}

static void run_hold_object_frames_stay_free(void)
{
	begin();
	EXPECT(host_attach(1, FL_RUN_OBJECT, holder, NULL, VA(0)), FL_OK);
	EXPECT(frames.run[1].kind, FL_RUN_OBJECT);
	EXPECT(frames.run[1].holder, holder->id);
	EXPECT(frames.run[1].window, 0);
	for (unsigned i = 0; i < FL_RUN_FRAMES; i++) {
		EXPECT(frame_at(host_frame(1, i))->type, FL_FRAME_FREE);
		EXPECT(frame_at(host_frame(1, i))->count, 0);
	}
}

static void run_hold_window_frames_user_counted_once(void)
{
	begin();
	EXPECT(host_attach(1, FL_RUN_WINDOW, holder, &table, VA(5 * FL_RUN_SIZE)), FL_OK);
	EXPECT(frames.run[1].kind, FL_RUN_WINDOW);
	EXPECT(frames.run[1].holder, holder->id);
	EXPECT(frames.run[1].window, 5 * FL_RUN_SIZE);
	for (unsigned i = 0; i < FL_RUN_FRAMES; i++) {
		EXPECT(frame_at(host_frame(1, i))->type, FL_FRAME_USER);
		EXPECT(frame_at(host_frame(1, i))->count, 1);
		EXPECT(frame_take(host_frame(1, i), FL_FRAME_TABLE, holder->id), FL_BAD_FRAME);
	}
	EXPECT(frame_at(host_frame(2, 0))->type, FL_FRAME_FREE);
	EXPECT(frame_at(host_frame(0, 511))->type, FL_FRAME_FREE);
}

static void run_hold_not_zeroed_panics(void)
{
	begin();
	for (unsigned call = 1; call < BATCHES; call++)
		EXPECT(run_prepare(&frames.run[1], FL_RUN_OBJECT), FL_AGAIN);
	harness_remember();
	EXPECT_PANIC(run_hold(&frames.run[1], FL_RUN_OBJECT, holder, VA(0)));
	EXPECT(harness_is_unchanged(), true);
}

static void run_idle_object_run_free_only(void)
{
	begin();
	EXPECT(host_attach(1, FL_RUN_OBJECT, holder, NULL, VA(0)), FL_OK);
	const enum fl_frame_type types[] = {FL_FRAME_TABLE, FL_FRAME_OBJECT, FL_FRAME_HANDLES};
	for (unsigned i = 0; i < PLACES; i++) {
		for (unsigned t = 0; t < 3; t++) {
			EXPECT(run_idle(&frames.run[1]), FL_OK);
			EXPECT(frame_take(host_frame(1, places[i]), types[t], holder->id), FL_OK);
			harness_remember();
			EXPECT(run_idle(&frames.run[1]), FL_BUSY);
			EXPECT(harness_is_unchanged(), true);
			frame_give(frame_at(host_frame(1, places[i])));
		}
	}
	EXPECT(run_idle(&frames.run[1]), FL_OK);
}

static void run_idle_window_own_mapping_only(void)
{
	begin();
	EXPECT(host_attach(1, FL_RUN_WINDOW, holder, &table, VA(FL_RUN_SIZE)), FL_OK);
	for (unsigned window = 0; window < 2; window++) {
		EXPECT(run_idle(&frames.run[1]), FL_OK);
		for (unsigned i = 0; i < PLACES; i++) {
			struct frame *frame = frame_at(host_frame(1, places[i]));
			EXPECT(frame_count_up(frame), FL_OK);
			EXPECT(run_idle(&frames.run[1]), FL_BUSY);
			frame_count_down(frame);
		}
		EXPECT(run_idle(&frames.run[1]), FL_OK);
		if (window == 0)
			run_window_removed(&frames.run[1]);
	}
}

static void run_window_removed_one_down_everywhere(void)
{
	begin();
	EXPECT(host_attach(1, FL_RUN_WINDOW, holder, &table, VA(FL_RUN_SIZE)), FL_OK);
	EXPECT(frame_count_up(frame_at(host_frame(1, 7))), FL_OK);
	run_window_removed(&frames.run[1]);
	EXPECT(frames.run[1].window, 0);
	EXPECT(frames.run[1].kind, FL_RUN_WINDOW);
	EXPECT(frames.run[1].holder, holder->id);
	for (unsigned i = 0; i < FL_RUN_FRAMES; i++) {
		EXPECT(frame_at(host_frame(1, i))->type, FL_FRAME_USER);
		EXPECT(frame_at(host_frame(1, i))->count, i == 7);
	}
	harness_remember();
	EXPECT_PANIC(run_window_removed(&frames.run[1]));
	EXPECT_PANIC(run_window_removed(&frames.run[0]));
	EXPECT(harness_is_unchanged(), true);
}

static void run_release_window_mapped_or_none_panics(void)
{
	begin();
	EXPECT(host_attach(1, FL_RUN_WINDOW, holder, &table, VA(FL_RUN_SIZE)), FL_OK);
	harness_remember();
	EXPECT_PANIC(run_release(&frames.run[1]));
	EXPECT_PANIC(run_release(&frames.run[2]));
	EXPECT(harness_is_unchanged(), true);
}

// Every way from one kind to the other, and how much zeroing it costs: a window's holder wrote to
// all of it, an object run's FREE frames are zero already.
static void run_release_and_attach_again_zeroed(void)
{
	const enum fl_run_kind kinds[] = {FL_RUN_WINDOW, FL_RUN_OBJECT, FL_RUN_OBJECT, FL_RUN_WINDOW,
	                                  FL_RUN_WINDOW};
	begin();
	unsigned again = BATCHES - 1;
	for (unsigned i = 0; i < 5; i++) {
		unsigned calls = 0;
		while (run_prepare(&frames.run[1], kinds[i]) == FL_AGAIN)
			calls++;
		EXPECT(calls, again);
		for (unsigned f = 0; f < FL_RUN_FRAMES; f++)
			EXPECT(host_page_is(host_frame(1, f), 0), true);
		EXPECT(host_attach(1, kinds[i], holder, &table, VA(FL_RUN_SIZE)), FL_OK);
		if (kinds[i] == FL_RUN_WINDOW) {
			uint64_t done, removed;
			memset(phys_to_virt(host_frame(1, 0)), HOST_PATTERN, FL_RUN_SIZE);
			table_unmap(&table, VA(FL_RUN_SIZE), 1, &done, &removed);
		} else {
			EXPECT(frame_take(host_frame(1, 3), FL_FRAME_HANDLES, holder->id), FL_OK);
			host_page_fill(host_frame(1, 3), HOST_PATTERN);
			frame_give(frame_at(host_frame(1, 3)));
		}
		EXPECT(run_idle(&frames.run[1]), FL_OK);
		run_release(&frames.run[1]);
		EXPECT(frames.run[1].kind, FL_RUN_NONE);
		EXPECT(frames.run[1].holder, 0);
		EXPECT(frame_at(host_frame(1, 3))->type, FL_FRAME_FREE);
		EXPECT(frame_take(host_frame(1, 3), FL_FRAME_TABLE, holder->id), FL_BAD_FRAME);
		again = kinds[i] == FL_RUN_WINDOW ? BATCHES - 1 : 0;
	}
	EXPECT_SOUND();
}

static void run_is_orphan_follows_the_space(void)
{
	begin();
	struct frame *space = host_object(host_frame(0, 20), FL_TYPE_SPACE, holder->id);
	EXPECT(run_is_orphan(&frames.run[1]), false);
	EXPECT(host_attach(1, FL_RUN_OBJECT, space, NULL, VA(0)), FL_OK);
	EXPECT(run_is_orphan(&frames.run[1]), false);
	EXPECT(run_is_orphan(&frames.run[0]), false);
	frame_give(space);
	EXPECT(run_is_orphan(&frames.run[1]), true);
	EXPECT(run_is_orphan(&frames.run[0]), false);
	space = host_object(host_frame(0, 20), FL_TYPE_SPACE, holder->id);
	EXPECT(run_is_orphan(&frames.run[1]), true);
	EXPECT(frame_take(host_frame(1, 0), FL_FRAME_OBJECT, space->id), FL_BAD_FRAME);
	run_release(&frames.run[1]);
	EXPECT(run_is_orphan(&frames.run[1]), false);
}

// The id of a spare table's frame links the list. It is an address, and may be the number of a
// space that is gone.
static void run_is_orphan_space_became_spare_table(void)
{
	begin();
	frames.next_id = host_frame(0, 21).v - 1;
	struct frame *space = host_object(host_frame(0, 20), FL_TYPE_SPACE, holder->id);
	EXPECT(space->id, host_frame(0, 21).v);
	EXPECT(host_attach(1, FL_RUN_OBJECT, space, NULL, VA(0)), FL_OK);
	frame_give(space);
	host_feed(&table, host_frame(0, 21));
	host_feed(&table, host_frame(0, 20));
	EXPECT(run_is_orphan(&frames.run[1]), true);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"run_at_any_address_run_or_null", run_at_any_address},
		{"run_prepare_dirty_run_zeroes_a_batch_a_call",
	     run_prepare_dirty_run_zeroes_a_batch_a_call},
		{"run_prepare_window_with_foreign_frame_refused",
	     run_prepare_window_with_foreign_frame_refused},
		{"run_prepare_none_asks_only", run_prepare_none_asks_only},
		{"run_prepare_object_spares_reserved_and_fixed",
	     run_prepare_object_spares_reserved_and_fixed},
		{"run_prepare_held_busy", run_prepare_held_busy},
		{"run_hold_object_frames_stay_free", run_hold_object_frames_stay_free},
		{"run_hold_window_frames_user_counted_once", run_hold_window_frames_user_counted_once},
		{"run_hold_not_zeroed_panics", run_hold_not_zeroed_panics},
		{"run_idle_object_run_free_only", run_idle_object_run_free_only},
		{"run_idle_window_own_mapping_only", run_idle_window_own_mapping_only},
		{"run_window_removed_one_down_everywhere", run_window_removed_one_down_everywhere},
		{"run_release_window_mapped_or_none_panics", run_release_window_mapped_or_none_panics},
		{"run_release_and_attach_again_zeroed", run_release_and_attach_again_zeroed},
		{"run_is_orphan_space_gone_true", run_is_orphan_follows_the_space},
		{"run_is_orphan_space_became_spare_table_true", run_is_orphan_space_became_spare_table},
	};
	return tap_run(tests, sizeof(tests) / sizeof(*tests));
}
