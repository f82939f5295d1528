// Good handles, bad other arguments: the exact error, and nothing changed. What map takes is in
// map_test.c, what answers take in answer_test.c.
#include "fixture.h"

struct bad {
	unsigned number;
	uint64_t argument[7];
	fl_error_t error;
};

#define TRY(rows) bad_try(rows, sizeof(rows) / sizeof((rows)[0]))
static void bad_try(const struct bad *row, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		const uint64_t *a = row[i].argument;
		struct picture before = picture_take();
		fl_error_t error = fl_invoke(row[i].number, a[0], a[1], a[2], a[3], a[4], a[5], a[6], NULL);
		bool good = expect(row[i].error, error);
		if (!picture_same(&before) || !good)
			note("call %u, row %u", row[i].number, i);
	}
}

#define HUGE (~0ul)
#define KERNEL_VA 0xffffffc080200000ul
#define HIGH (1ul << 32)

static void unknown_call_any_number_bad_call(void)
{
	static const uint64_t number[] = {FL_SYS_COUNT,      FL_SYS_COUNT + 1, 255,       4096, HIGH,
	                                  HIGH | FL_SYS_MAP, 1ul << 63,        KERNEL_VA, HUGE};
	for (unsigned i = 0; i < sizeof number / sizeof number[0]; i++) {
		uint64_t x[33];
		for (unsigned j = 0; j < 32; j++)
			x[j] = 0x1111 * j;
		x[X_A7] = number[i];
		raw_call(x);
		expect(FL_BAD_CALL, x[X_A0]);
		for (unsigned j = 1; j < 32; j++) {
			if (j != X_SP && j != X_A0)
				expect(j == X_A7 ? number[i] : 0x1111 * j, x[j]);
		}
	}
}

// Frames that cannot become a table or an object.
static unsigned frames_bad(uint64_t frame[12])
{
	const struct fixture *f = &fixture;
	const uint64_t bad[] = {0,         f->frame + 8, f->page,     f->mapped,
	                        f->object, f->fixed,     f->reserved, f->run,
	                        f->beyond, KERNEL_VA,    1ul << 56,   -FL_PAGE_SIZE};
	for (unsigned i = 0; i < 12; i++)
		frame[i] = bad[i];
	return 12;
}

static void object_create_bad_frame_bad_frame(void)
{
	uint64_t frame[12];
	fixture_open();
	const struct fixture *f = &fixture;
	for (unsigned i = 0, count = frames_bad(frame); i < count; i++) {
		const struct bad rows[] = {
			{FL_SYS_OBJECT_CREATE, {FL_TYPE_ENDPOINT, frame[i], f->empty}, FL_BAD_FRAME},
			{FL_SYS_OBJECT_CREATE, {FL_TYPE_THREAD, frame[i], f->empty, f->space}, FL_BAD_FRAME},
			{FL_SYS_OBJECT_CREATE,
		     {FL_TYPE_SPACE, frame[i], f->empty, f->frame, f->endpoint},
		     FL_BAD_FRAME},
			{FL_SYS_OBJECT_CREATE,
		     {FL_TYPE_SPACE, f->frame, f->empty, frame[i], f->endpoint},
		     FL_BAD_FRAME},
			{FL_SYS_SPACE_FEED, {f->space, FL_FEED_TABLE, frame[i]}, FL_BAD_FRAME},
			{FL_SYS_SPACE_FEED, {f->space, FL_FEED_HANDLES, frame[i]}, FL_BAD_FRAME},
		};
		TRY(rows);
	}
	fixture_close();
}

static void object_create_bad_argument_error(void)
{
	fixture_open();
	const struct fixture *f = &fixture;
	const unsigned create = FL_SYS_OBJECT_CREATE;
	const struct bad rows[] = {
		{create, {FL_TYPE_NONE, f->frame, f->empty}, FL_BAD_ARGUMENT},
		{create, {FL_TYPE_MEMORY, f->frame, f->empty}, FL_BAD_ARGUMENT},
		{create, {FL_TYPE_FIXED, f->frame, f->empty}, FL_BAD_ARGUMENT},
		{create, {FL_TYPE_COUNT, f->frame, f->empty}, FL_BAD_ARGUMENT},
		{create, {HIGH | FL_TYPE_ENDPOINT, f->frame, f->empty}, FL_BAD_ARGUMENT},
		{create, {HUGE, f->frame, f->empty}, FL_BAD_ARGUMENT},
		{create, {FL_TYPE_ENDPOINT, f->frame, 0}, FL_BAD_ARGUMENT},
		{create, {FL_TYPE_ENDPOINT, f->frame, FL_SLOT_END}, FL_BAD_ARGUMENT},
		{create, {FL_TYPE_ENDPOINT, f->frame, HIGH | f->empty}, FL_BAD_ARGUMENT},
		{create, {FL_TYPE_ENDPOINT, f->frame, HUGE}, FL_BAD_ARGUMENT},
		{create, {FL_TYPE_ENDPOINT, f->frame, 128}, FL_NO_TABLE},
		{create, {FL_TYPE_ENDPOINT, f->frame, FL_SLOT_END - 1}, FL_NO_TABLE},
		{create, {FL_TYPE_ENDPOINT, f->frame, f->endpoint}, FL_BUSY},
		{create, {FL_TYPE_ENDPOINT, f->frame, FL_ROOT_MACHINE}, FL_BUSY},
		{create, {FL_TYPE_THREAD, f->frame, f->empty, f->space, 8}, FL_BAD_ARGUMENT},
		{create, {FL_TYPE_THREAD, f->frame, f->empty, f->space, HUGE}, FL_BAD_ARGUMENT},
		{create, {FL_TYPE_SPACE, f->frame, f->empty, f->frame, f->endpoint}, FL_BAD_FRAME},
	};
	TRY(rows);
	fixture_close();
}

static void object_destroy_space_in_use_busy(void)
{
	fixture_open();
	const struct fixture *f = &fixture;
	const struct bad rows[] = {{FL_SYS_OBJECT_DESTROY, {f->space}, FL_BUSY},
	                           {FL_SYS_OBJECT_DESTROY, {FL_ROOT_SPACE}, FL_BUSY}};
	TRY(rows); // a thread and a page
	uint64_t done, removed, frame;
	object_end(f->thread);
	fixture.thread = thread_new(FL_ROOT_SPACE, 1, 1);
	TRY(rows); // a page
	expect(FL_OK, fl_unmap(f->space, FIXTURE_VA, 1, &done, &removed));
	TRY(rows); // spare tables
	while (fl_space_drain(f->space, FL_FEED_TABLE, &frame) == FL_OK)
		frame_end(frame);
	uint64_t part = frame_new();
	expect(FL_OK, fl_space_feed(f->space, FL_FEED_HANDLES, part, 3));
	TRY(rows); // handles
	fl_slot_t space = space_new(f->endpoint, 1), thread = thread_new(space, 1, 1);
	expect(FL_BUSY, fl_object_destroy(space)); // nothing but a thread
	object_end(thread);
	object_end(space);
	fixture_close();
}

static void space_calls_bad_argument_error(void)
{
	fixture_open();
	const struct fixture *f = &fixture;
	const unsigned feed = FL_SYS_SPACE_FEED, drain = FL_SYS_SPACE_DRAIN;
	uint64_t part = frame_new();
	expect(FL_OK, fl_space_feed(f->space, FL_FEED_HANDLES, part, 5));
	const struct bad rows[] = {
		{feed, {f->space, 2, f->frame, 0}, FL_BAD_ARGUMENT},
		{feed, {f->space, HUGE, f->frame, 0}, FL_BAD_ARGUMENT},
		{feed, {f->space, HIGH | FL_FEED_TABLE, f->frame, 0}, FL_BAD_ARGUMENT},
		{feed, {f->space, FL_FEED_HANDLES, f->frame, FL_HANDLE_FRAMES}, FL_BAD_ARGUMENT},
		{feed, {f->space, FL_FEED_HANDLES, f->frame, HIGH}, FL_BAD_ARGUMENT},
		{feed, {f->space, FL_FEED_HANDLES, f->frame, HUGE}, FL_BAD_ARGUMENT},
		{feed, {f->space, FL_FEED_HANDLES, f->frame, 5}, FL_BUSY},
		{drain, {f->space, 2}, FL_BAD_ARGUMENT},
		{drain, {f->space, HUGE}, FL_BAD_ARGUMENT},
		{drain, {f->space, FL_FEED_TABLE}, FL_EMPTY},
		{FL_SYS_SPACE_CONTROL, {f->space, 2, f->endpoint}, FL_BAD_ARGUMENT},
		{FL_SYS_SPACE_CONTROL, {f->space, HUGE, f->endpoint}, FL_BAD_ARGUMENT},
		{FL_SYS_SPACE_CONTROL, {f->space, HIGH, f->endpoint}, FL_BAD_ARGUMENT},
	};
	TRY(rows);
	uint64_t drained;
	expect(FL_OK, fl_space_drain(f->space, FL_FEED_HANDLES, &drained));
	expect(part, drained);
	expect(FL_EMPTY, fl_space_drain(f->space, FL_FEED_HANDLES, &drained));
	expect(0, drained);
	frame_end(part);
	fixture_close();
}

static void range_calls_bad_argument_error(void)
{
	fixture_open();
	const struct fixture *f = &fixture;
	const uint64_t va = FIXTURE_VA, write = FL_PROT_WRITE, pages = FL_USER_END >> FL_PAGE_SHIFT;
	const struct bad rows[] = {
		{FL_SYS_UNMAP, {f->space, va + 8, 1}, FL_BAD_ADDRESS},
		{FL_SYS_UNMAP, {f->space, FL_USER_END, 1}, FL_BAD_ADDRESS},
		{FL_SYS_UNMAP, {f->space, KERNEL_VA, 1}, FL_BAD_ADDRESS},
		{FL_SYS_UNMAP, {f->space, 1ul << 40, 1}, FL_BAD_ADDRESS},
		{FL_SYS_UNMAP, {f->space, -FL_PAGE_SIZE, 1}, FL_BAD_ADDRESS},
		{FL_SYS_UNMAP, {f->space, FL_USER_END - FL_PAGE_SIZE, 2}, FL_BAD_ADDRESS},
		{FL_SYS_UNMAP, {f->space, 0, pages + 1}, FL_BAD_ADDRESS},
		{FL_SYS_UNMAP, {f->space, va, HUGE}, FL_BAD_ADDRESS},
		{FL_SYS_UNMAP, {f->space, va, 1ul << 52}, FL_BAD_ADDRESS},
		{FL_SYS_PROTECT, {f->space, va + 1, 1, write}, FL_BAD_ADDRESS},
		{FL_SYS_PROTECT, {f->space, FL_USER_END, 1, write}, FL_BAD_ADDRESS},
		{FL_SYS_PROTECT, {f->space, KERNEL_VA, 1, write}, FL_BAD_ADDRESS},
		{FL_SYS_PROTECT, {f->space, va, 1ul << 52, write}, FL_BAD_ADDRESS},
		{FL_SYS_PROTECT, {f->space, va, 1, 0}, FL_BAD_PROT},
		{FL_SYS_PROTECT, {f->space, va, 1, FL_PROT_READ}, FL_BAD_PROT},
		{FL_SYS_PROTECT, {f->space, va, 1, FL_PROT_RIGHTS}, FL_BAD_PROT},
		{FL_SYS_PROTECT, {f->space, va, 1, FL_PROT_ACCESSED}, FL_BAD_PROT},
		{FL_SYS_PROTECT, {f->space, va, 1, HUGE}, FL_BAD_PROT},
		{FL_SYS_PROTECT, {f->space, va, 1, HIGH | write}, FL_BAD_PROT},
		{FL_SYS_PTE_READ, {f->space, FL_USER_END}, FL_BAD_ADDRESS},
		{FL_SYS_PTE_READ, {f->space, KERNEL_VA}, FL_BAD_ADDRESS},
		{FL_SYS_PTE_READ, {f->space, 1ul << 40}, FL_BAD_ADDRESS},
		{FL_SYS_PTE_READ, {f->space, HUGE}, FL_BAD_ADDRESS},
	};
	TRY(rows);
	fixture_close();
}

static void run_calls_bad_argument_error(void)
{
	fixture_open();
	const struct fixture *f = &fixture;
	const unsigned attach = FL_SYS_RUN_ATTACH, memory = FL_ROOT_MEMORY;
	const uint64_t va = (uintptr_t)window_of(f->run), held = f->frame & -FL_RUN_SIZE;
	const struct bad rows[] = {
		{attach, {memory, f->run + FL_PAGE_SIZE, FL_RUN_OBJECT}, FL_BAD_ARGUMENT},
		{attach, {memory, f->run, FL_RUN_NONE + 3}, FL_BAD_ARGUMENT},
		{attach, {memory, f->run, 3}, FL_BAD_ARGUMENT},
		{attach, {memory, f->run, HUGE}, FL_BAD_ARGUMENT},
		{attach, {memory, f->run, FL_RUN_WINDOW, 0}, FL_BAD_ADDRESS},
		{attach, {memory, f->run, FL_RUN_WINDOW, va + FL_PAGE_SIZE}, FL_BAD_ADDRESS},
		{attach, {memory, f->run, FL_RUN_WINDOW, FL_USER_END}, FL_BAD_ADDRESS},
		{attach, {memory, f->run, FL_RUN_WINDOW, KERNEL_VA}, FL_BAD_ADDRESS},
		{attach, {memory, f->run, FL_RUN_WINDOW, -FL_RUN_SIZE}, FL_BAD_ADDRESS},
		{attach, {memory, f->beyond, FL_RUN_OBJECT}, FL_BAD_FRAME},
		{attach, {memory, boot->ram_base - FL_RUN_SIZE, FL_RUN_OBJECT}, FL_BAD_FRAME},
		{attach, {memory, 0, FL_RUN_OBJECT}, FL_BAD_FRAME},
		{attach, {memory, -FL_RUN_SIZE, FL_RUN_OBJECT}, FL_BAD_FRAME},
		{attach, {memory, f->page & -FL_RUN_SIZE, FL_RUN_OBJECT}, FL_BUSY},
		{attach, {memory, held, FL_RUN_WINDOW, va}, FL_BUSY},
		{FL_SYS_RUN_DETACH, {memory, f->run + FL_PAGE_SIZE}, FL_BAD_ARGUMENT},
		{FL_SYS_RUN_DETACH, {memory, f->run}, FL_BAD_FRAME},
		{FL_SYS_RUN_DETACH, {memory, f->beyond}, FL_BAD_FRAME},
		{FL_SYS_RUN_DETACH, {memory, HUGE}, FL_BAD_FRAME},
		{FL_SYS_RUN_DETACH, {memory, held}, FL_BUSY},
		{FL_SYS_RUN_DETACH, {memory, f->page & -FL_RUN_SIZE}, FL_BUSY},
		{FL_SYS_FRAME_INFO, {memory, f->frame + 4}, FL_BAD_ARGUMENT},
		{FL_SYS_FRAME_INFO, {memory, f->beyond}, FL_BAD_FRAME},
		{FL_SYS_FRAME_INFO, {memory, 0}, FL_BAD_FRAME},
		{FL_SYS_FRAME_INFO, {memory, HUGE}, FL_BAD_FRAME},
	};
	TRY(rows);
	fixture_close();
}

static const struct test tests[] = {
	TEST(unknown_call_any_number_bad_call), TEST(object_create_bad_frame_bad_frame),
	TEST(object_create_bad_argument_error), TEST(object_destroy_space_in_use_busy),
	TEST(space_calls_bad_argument_error),   TEST(range_calls_bad_argument_error),
	TEST(run_calls_bad_argument_error),
};
SUITE(arguments, tests);
