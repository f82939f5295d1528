// Tests of single frames (kern/frame.c): who may change a frame's type, that frames come out zero,
// counts. Not here: runs (frame_run_test.c).
#include <string.h>

#include "harness.h"

#define HOLDER 77ul
#define STRANGER 78ul

static const enum fl_frame_type kernel_types[] = {FL_FRAME_TABLE, FL_FRAME_OBJECT,
                                                  FL_FRAME_HANDLES};

static void frame_at_any_address(void)
{
	harness_reset();
	EXPECT(frame_at(PA(HOST_BASE)) == &frames.frame[0], true);
	EXPECT(frame_at(host_frame(HOST_RUNS - 1, 511)) == &frames.frame[HOST_FRAMES - 1], true);
	EXPECT(frame_at(host_frame(HOST_RUNS, 0)) == NULL, true);
	EXPECT(frame_at(PA(HOST_BASE - FL_PAGE_SIZE)) == NULL, true);
	EXPECT(frame_at(PA(HOST_BASE + 1)) == NULL, true);
	EXPECT(frame_at(PA(HOST_BASE + FL_PAGE_SIZE / 2)) == NULL, true);
	EXPECT(frame_at(PA(0)) == NULL, true);
	EXPECT(frame_at(PA(~0ul)) == NULL, true);
	EXPECT(frame_at(PA(~0ul << FL_PAGE_SHIFT)) == NULL, true);
	for (unsigned i = 0; i < HOST_FRAMES; i++) {
		EXPECT(frame_address(&frames.frame[i]).v, HOST_BASE + i * FL_PAGE_SIZE);
		EXPECT(run_of(&frames.frame[i]) == &frames.run[i / 512], true);
	}
}

// One frame in one state; what frame_take must answer follows from three facts.
static void take_once(enum fl_frame_type from, enum fl_run_kind kind, uint64_t holder,
                      enum fl_frame_type to)
{
	struct frame *frame = frame_at(host_frame(1, 5));
	frame->type = (uint8_t)from;
	frames.run[1].kind = (uint8_t)kind;
	frames.run[1].holder = kind == FL_RUN_NONE ? 0 : holder;
	bool is_allowed = from == FL_FRAME_FREE && kind == FL_RUN_OBJECT && holder == HOLDER;
	harness_remember();
	EXPECT(frame_take(host_frame(1, 5), to, HOLDER), is_allowed ? FL_OK : FL_BAD_FRAME);
	if (is_allowed) {
		EXPECT(frame->type, to);
		EXPECT(frame->count, 0);
		frame->type = (uint8_t)from;
	}
	EXPECT(harness_is_unchanged(), true);
}

static void frame_take_every_state_only_free_of_own_object_run(void)
{
	harness_reset();
	for (unsigned from = FL_FRAME_RESERVED; from <= FL_FRAME_FIXED; from++) {
		for (unsigned kind = FL_RUN_NONE; kind <= FL_RUN_WINDOW; kind++) {
			for (unsigned to = 0; to < 3; to++) {
				take_once(from, kind, HOLDER, kernel_types[to]);
				take_once(from, kind, STRANGER, kernel_types[to]);
			}
		}
	}
}

static void frame_take_bad_address_refused(void)
{
	struct table table;
	harness_reset();
	host_space(&table);
	uint64_t holder = frames.run[0].holder;
	const uint64_t bad[] = {0,           HOST_BASE - FL_PAGE_SIZE, host_frame(HOST_RUNS, 0).v,
	                        HOST_DEVICE, host_frame(0, 3).v + 1,   host_frame(0, 3).v + 8,
	                        ~0ul,        ~0ul << FL_PAGE_SHIFT,    1ul << 63};
	harness_remember();
	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		for (unsigned to = 0; to < 3; to++)
			EXPECT(frame_take(PA(bad[i]), kernel_types[to], holder), FL_BAD_FRAME);
	}
	EXPECT(harness_is_unchanged(), true);
}

static void frame_take_again_refused(void)
{
	struct table table;
	harness_reset();
	host_space(&table);
	for (unsigned first = 0; first < 3; first++) {
		EXPECT(frame_take(host_frame(0, 9), kernel_types[first], 1), FL_OK);
		harness_remember();
		for (unsigned second = 0; second < 3; second++)
			EXPECT(frame_take(host_frame(0, 9), kernel_types[second], 1), FL_BAD_FRAME);
		EXPECT(harness_is_unchanged(), true);
		frame_give(frame_at(host_frame(0, 9)));
	}
}

// What one user of a frame wrote is gone before the next has it, in every order of types.
static void frame_give_then_take_zeroed(void)
{
	struct table table;
	harness_reset();
	host_space(&table);
	paddr_t pa = host_frame(0, 9), neighbour = host_frame(0, 10);
	EXPECT(frame_take(neighbour, FL_FRAME_OBJECT, 1), FL_OK);
	host_page_fill(neighbour, HOST_PATTERN);
	for (unsigned first = 0; first < 3; first++) {
		for (unsigned second = 0; second < 3; second++) {
			EXPECT(frame_take(pa, kernel_types[first], 1), FL_OK);
			EXPECT(host_page_is(pa, 0), true);
			if (kernel_types[first] != FL_FRAME_TABLE) // those are zero at count 0 by themselves
				host_page_fill(pa, HOST_PATTERN);
			frame_at(pa)->id = 123;
			frame_at(pa)->object_type = FL_TYPE_ENDPOINT;
			frame_give(frame_at(pa));
			EXPECT(frame_at(pa)->type, FL_FRAME_FREE);
			EXPECT(frame_at(pa)->id, 0);
			EXPECT(frame_at(pa)->object_type, FL_TYPE_NONE);
			EXPECT(frame_at(pa)->count, 0);
			EXPECT(host_page_is(pa, 0), true);
			EXPECT(frame_take(pa, kernel_types[second], 1), FL_OK);
			EXPECT(host_page_is(pa, 0), true);
			frame_give(frame_at(pa));
		}
	}
	EXPECT(host_page_is(neighbour, HOST_PATTERN), true);
}

static void frame_give_counted_frame_panics(void)
{
	struct table table;
	harness_reset();
	host_space(&table);
	struct frame *frame = frame_at(host_frame(0, 9));
	for (unsigned i = 0; i < 3; i++) {
		EXPECT(frame_take(host_frame(0, 9), kernel_types[i], 1), FL_OK);
		frame->count = 1;
		harness_remember();
		EXPECT_PANIC(frame_give(frame));
		EXPECT(harness_is_unchanged(), true);
		frame->count = 0;
		frame_give(frame);
	}
}

static void frame_count_up_maximum_overflows(void)
{
	harness_reset();
	struct frame *frame = &frames.frame[3];
	frame->count = UINT32_MAX - 1;
	EXPECT(frame_count_up(frame), FL_OK);
	EXPECT(frame->count, UINT32_MAX);
	harness_remember();
	EXPECT(frame_count_up(frame), FL_OVERFLOW);
	EXPECT(harness_is_unchanged(), true);
	frame_count_down(frame);
	EXPECT(frame->count, UINT32_MAX - 1);
	EXPECT(frame_count_up(frame), FL_OK);
}

static void frame_count_down_zero_panics(void)
{
	harness_reset();
	struct frame *frame = &frames.frame[3];
	EXPECT(frame_count_up(frame), FL_OK);
	frame_count_down(frame);
	harness_remember();
	EXPECT_PANIC(frame_count_down(frame));
	EXPECT(harness_is_unchanged(), true);
}

static void frame_new_id_many_never_zero_never_twice(void)
{
	harness_reset();
	uint64_t last = 0;
	for (unsigned i = 0; i < 1000; i++) {
		uint64_t id = frame_new_id();
		EXPECT(id > last, true);
		last = id;
	}
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"frame_at_any_address_frame_or_null", frame_at_any_address},
		{"frame_take_every_state_only_free_of_own_object_run",
	     frame_take_every_state_only_free_of_own_object_run},
		{"frame_take_bad_address_refused", frame_take_bad_address_refused},
		{"frame_take_again_refused", frame_take_again_refused},
		{"frame_give_then_take_zeroed", frame_give_then_take_zeroed},
		{"frame_give_counted_frame_panics", frame_give_counted_frame_panics},
		{"frame_count_up_maximum_overflows", frame_count_up_maximum_overflows},
		{"frame_count_down_zero_panics", frame_count_down_zero_panics},
		{"frame_new_id_many_never_zero_never_twice", frame_new_id_many_never_zero_never_twice},
	};
	return tap_run(tests, sizeof(tests) / sizeof(*tests));
}
