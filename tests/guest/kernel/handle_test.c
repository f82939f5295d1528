// Handles: copies, rights and badges, ranges, tables that grow, and handles that travel in
// messages.
#include "fixture.h"
#include "fl/string.h"

static bool slot_is_used(fl_slot_t slot)
{
	return fl_handle_copy(0, 127, slot, 0, 0, 0) == FL_OK && fl_handle_close(0, 127) == FL_OK;
}

static void copy_rights_shrink_never_grow(void)
{
	fl_slot_t endpoint = endpoint_new(), slot = slot_new(), again = slot_new();
	for (unsigned bit = 0; bit < 8; bit++) {
		expect(FL_OK, fl_handle_copy(0, slot, endpoint, FL_RIGHT_ALL & ~(1u << bit), 0, 0));
		expect(FL_OK, fl_handle_copy(0, again, slot, FL_RIGHT_ALL, 0, 0));
		bool is_call = 1u << bit == FL_RIGHT_CALL, is_destroy = 1u << bit == FL_RIGHT_DESTROY;
		struct fl_message m = {0};
		if (is_call)
			expect(FL_NO_RIGHT, fl_call(again, &m));
		if (is_destroy)
			expect(FL_NO_RIGHT, fl_object_destroy(again));
		if (1u << bit == FL_RIGHT_MINT)
			expect(FL_NO_RIGHT, fl_handle_copy(0, 127, again, FL_RIGHT_ALL, 1, 0));
		expect(FL_OK, fl_handle_close(0, slot));
		expect(FL_OK, fl_handle_close(0, again));
	}
	slot_end(slot);
	slot_end(again);
	object_end(endpoint);
}

static void copy_rights_unknown_bad_argument(void)
{
	static const uint64_t rights[] = {0x100, 0x1ff, 1ul << 31, 1ul << 32, 1ul << 32 | 1, ~0ul};
	fl_slot_t endpoint = endpoint_new();
	for (unsigned i = 0; i < sizeof rights / sizeof rights[0]; i++) {
		expect(FL_BAD_ARGUMENT,
		       fl_invoke(FL_SYS_HANDLE_COPY, 0, 127, endpoint, rights[i], 0, 0, 0, NULL));
		(void)fl_handle_close(0, 127);
	}
	object_end(endpoint);
}

static void copy_badge_minted_once_only(void)
{
	fl_slot_t endpoint = endpoint_new(), plain = slot_new(), badged = slot_new();
	expect(FL_OK, fl_handle_copy(0, plain, endpoint, FL_RIGHT_ALL & ~FL_RIGHT_MINT, 0, 0));
	expect(FL_NO_RIGHT, fl_handle_copy(0, badged, plain, FL_RIGHT_ALL, 7, 0));
	expect(FL_OK, fl_handle_copy(0, badged, endpoint, FL_RIGHT_ALL, ~0ul, 0));
	expect(FL_NO_RIGHT, fl_handle_copy(0, 127, badged, FL_RIGHT_ALL, 8, 0));
	expect(FL_NO_RIGHT, fl_handle_copy(0, 127, badged, FL_RIGHT_ALL, ~0ul, 0));
	expect(FL_OK, fl_handle_copy(0, 127, badged, FL_RIGHT_ALL, 0, 0)); // keeps the badge
	struct job job = {.call = FL_SYS_CALL, .endpoint = 127};
	fl_slot_t caller = job_start(&job, 3);
	struct fl_message m = {0};
	expect(FL_OK, fl_receive(endpoint, &m));
	expect(~0ul, m.badge);
	// A badged handle cannot be named as a fault endpoint.
	expect(FL_NO_RIGHT, fl_space_set_pager(FL_ROOT_SPACE, badged, 0));
	object_end(caller);
	expect(FL_OK, fl_handle_close(0, 127));
	slot_end(plain);
	slot_end(badged);
	object_end(endpoint);
}

static void copy_badge_of_things_without_badge_ignored(void)
{
	fl_slot_t thread = thread_new(FL_ROOT_SPACE, 1, 1), copy = slot_new();
	expect(FL_OK, fl_handle_copy(0, copy, thread, FL_RIGHT_ALL, 5, 0));
	expect(FL_OK, fl_thread_control(copy, FL_THREAD_CANCEL, 0));
	slot_end(copy);
	object_end(thread);
}

static void copy_range_outside_source_bad_argument(void)
{
	static const struct {
		uint64_t first, count;
	} bad[] = {{0, 65},
	           {1, 64},
	           {64, 1},
	           {63, 2},
	           {~0ul, 1},
	           {1, ~0ul},
	           {~0ul, 2},
	           {1ul << 32, 1},
	           {0, 1ul << 32},
	           {0, 1ul << 32 | 1},
	           {1ul << 63, 1ul << 63}};
	const fl_slot_t source[] = {FL_ROOT_MEMORY, FL_ROOT_POOL, FL_ROOT_IRQ};
	for (unsigned i = 0; i < 3; i++) {
		fl_slot_t part = slot_new();
		uint64_t all = i == 0 ? boot->ram_bytes / FL_RUN_SIZE : i == 1 ? boot->pool_pages : 64;
		uint64_t size = all < 64 ? all : 64, first = all - size;
		expect(FL_OK, fl_handle_copy(0, part, source[i], FL_RIGHT_ALL, first, size));
		for (unsigned j = 0; j < sizeof bad / sizeof bad[0]; j++) {
			uint64_t from = bad[j].first, count = bad[j].count;
			// The table is written for a source of 64.
			from = from >= 63 && from <= 64 ? from - 64 + size : from;
			count = count >= 64 && count <= 65 ? count - 64 + size : count;
			expect(FL_BAD_ARGUMENT, fl_handle_copy(0, 127, part, FL_RIGHT_ALL, from, count));
		}
		expect(FL_OK, fl_handle_copy(0, 127, part, FL_RIGHT_ALL, size - 1, 1));
		expect(FL_BAD_ARGUMENT, fl_handle_copy(0, 126, 127, FL_RIGHT_ALL, 1, 1));
		expect(FL_OK, fl_handle_close(0, 127));
		expect(FL_BAD_ARGUMENT, fl_handle_copy(0, 127, part, FL_RIGHT_ALL, 1, 0)); // 1 and all
		slot_end(part);
	}
}

static void copy_fixed_range_is_relative(void)
{
	unsigned installed;
	struct fl_result r;
	fixture_open();
	fl_slot_t part = slot_new();
	const uint64_t va = FIXTURE_VA + FL_PAGE_SIZE;
	expect(FL_OK, fl_handle_copy(0, part, FL_ROOT_POOL, FL_RIGHT_MAP, 3, 5));
	expect(FL_NO_RIGHT, fl_map_fixed(fixture.space, va, part, 0, 1, 3, &installed));
	expect(FL_BAD_ARGUMENT, fl_map_fixed(fixture.space, va, part, 4, 2, 1, &installed));
	expect(FL_OK, fl_map_fixed(fixture.space, va, part, 4, 1, 1, &installed));
	expect(FL_OK, fl_pte_read(fixture.space, va, &r));
	expect((fixture.fixed + 7 * FL_PAGE_SIZE) >> 2 | 0x13, r.value[2]);
	slot_end(part);
	fixture_close();
}

static void table_part_missing_no_table_until_fed(void)
{
	fixture_open();
	const struct fixture *f = &fixture;
	const fl_slot_t high = 128 * 5 + 3, last = FL_SLOT_END - 1;
	expect(FL_NO_TABLE, fl_handle_copy(f->space, high, f->endpoint, FL_RIGHT_ALL, 0, 0));
	expect(FL_OK, fl_space_feed(f->space, FL_FEED_HANDLES, f->frame, 5));
	expect(FL_FRAME_HANDLES, frame_state(f->frame).value[0]);
	expect(FL_OK, fl_handle_copy(f->space, high, f->endpoint, FL_RIGHT_ALL, 0, 0));
	expect(FL_BUSY, fl_handle_copy(f->space, high, f->endpoint, FL_RIGHT_ALL, 0, 0));
	expect(FL_NO_TABLE, fl_handle_copy(f->space, last, f->endpoint, FL_RIGHT_ALL, 0, 0));
	expect(FL_OK, fl_space_feed(f->space, FL_FEED_HANDLES, f->frame2, FL_HANDLE_FRAMES - 1));
	expect(FL_OK, fl_handle_copy(f->space, last, f->endpoint, FL_RIGHT_ALL, 0, 0));
	expect(FL_OK, fl_handle_close(f->space, high));
	expect(FL_BAD_HANDLE, fl_handle_close(f->space, high));
	uint64_t frame;
	expect(FL_OK, fl_space_drain(f->space, FL_FEED_HANDLES, &frame));
	expect(f->frame2, frame);
	expect(FL_BAD_HANDLE, fl_handle_close(f->space, last)); // went with its table
	expect(FL_OK, fl_space_drain(f->space, FL_FEED_HANDLES, &frame));
	expect(f->frame, frame);
	fixture_close();
}

static void object_gone_slot_counts_as_empty(void)
{
	fl_slot_t first = endpoint_new(), copy = slot_new(), second = endpoint_new();
	expect(FL_OK, fl_handle_copy(0, copy, first, FL_RIGHT_ALL, 0, 0));
	expect(FL_BUSY, fl_handle_copy(0, copy, second, FL_RIGHT_ALL, 0, 0));
	object_end(first);
	expect(FL_BAD_HANDLE, fl_object_destroy(copy));
	expect(FL_OK, fl_handle_copy(0, copy, second, FL_RIGHT_ALL, 0, 0));
	expect(FL_BUSY, fl_handle_copy(0, copy, second, FL_RIGHT_ALL, 0, 0));
	slot_end(copy);
	object_end(second);
}

// A call with a handle; the receiver names a slot for it, or not.
struct transfer {
	uint64_t sent, receive;
	uint64_t arrived; // what the receiver is told
};

static void transfer_try(const struct transfer *transfer, fl_slot_t endpoint)
{
	struct job job = {.call = FL_SYS_CALL, .endpoint = endpoint, .m.handle = transfer->sent};
	fl_slot_t caller = job_start(&job, 3);
	struct fl_message m = {.receive = transfer->receive};
	expect(FL_OK, fl_receive(endpoint, &m));
	if (!expect(transfer->arrived, m.handle))
		note("sent 0x%lx, receive slot 0x%lx", transfer->sent, transfer->receive);
	m.handle = m.receive = 0;
	expect(FL_OK, fl_reply(endpoint, &m));
	settle();
	expect(FL_OK, job.error);
	expect(0, job.m.handle);
	object_end(caller);
}

static void call_with_handle_arrives_in_receive_slot(void)
{
	fixture_open();
	fl_slot_t endpoint = endpoint_new(), target = slot_new();
	const fl_slot_t sent = fixture.notify;
	const struct transfer try[] = {{sent, 0, 0},
	                               {0, target, 0},
	                               {127, target, 0},
	                               {128, target, 0},
	                               {~0ul, target, 0},
	                               {FL_SLOT_END, target, 0},
	                               {sent, 128, 0},
	                               {sent, FL_SLOT_END, 0},
	                               {sent, ~0ul, 0},
	                               {sent, 1ul << 32 | target, 0},
	                               {1ul << 32 | sent, target, 0}};
	for (unsigned i = 0; i < sizeof try / sizeof try[0]; i++) {
		transfer_try(&try[i], endpoint);
		expect(false, slot_is_used(target));
	}
	transfer_try(&(struct transfer){sent, target, 1}, endpoint);
	expect(FL_OK, fl_notify(target)); // the badge and the right came along
	expect(FL_NO_RIGHT, fl_object_destroy(target));
	struct fl_message m = {0};
	expect(FL_OK, fl_receive(fixture.endpoint, &m));
	expect(2, m.word[0]);
	transfer_try(&(struct transfer){fixture.space, target, 1}, endpoint); // takes its place
	struct fl_result r;
	expect(FL_OK, fl_space_counts(target, &r));
	slot_end(target);
	object_end(endpoint);
	fixture_close();
}

static void reply_with_handle_arrives_in_callers_slot(void)
{
	fixture_open();
	fl_slot_t endpoint = endpoint_new(), target = slot_new();
	for (unsigned with = 0; with < 2; with++) {
		struct job job = {
			.call = FL_SYS_CALL, .endpoint = endpoint, .m.receive = with ? target : 0};
		fl_slot_t caller = job_start(&job, 3);
		struct fl_message m = {0};
		expect(FL_OK, fl_receive(endpoint, &m));
		m.handle = fixture.notify;
		expect(FL_OK, fl_reply(endpoint, &m));
		settle();
		expect(FL_OK, job.error);
		expect(with, job.m.handle);
		expect(with, slot_is_used(target));
		object_end(caller);
	}
	expect(FL_OK, fl_notify(target));
	slot_end(target);
	object_end(endpoint);
	fixture_close();
}

static void stale_handle_sent_is_useless(void)
{
	fl_slot_t endpoint = endpoint_new(), gone = endpoint_new(), copy = slot_new(), to = slot_new();
	expect(FL_OK, fl_handle_copy(0, copy, gone, FL_RIGHT_ALL, 0, 0));
	object_end(gone);
	struct job job = {.call = FL_SYS_CALL, .endpoint = endpoint, .m.handle = copy};
	fl_slot_t caller = job_start(&job, 3);
	struct fl_message m = {.receive = to};
	expect(FL_OK, fl_receive(endpoint, &m));
	expect(FL_BAD_HANDLE, fl_notify(to));
	expect(FL_BAD_HANDLE, fl_object_destroy(to));
	object_end(caller);
	slot_end(copy);
	slot_end(to);
	object_end(endpoint);
}

static const struct test tests[] = {
	TEST(copy_rights_shrink_never_grow),
	TEST(copy_rights_unknown_bad_argument),
	TEST(copy_badge_minted_once_only),
	TEST(copy_badge_of_things_without_badge_ignored),
	TEST(copy_range_outside_source_bad_argument),
	TEST(copy_fixed_range_is_relative),
	TEST(table_part_missing_no_table_until_fed),
	TEST(object_gone_slot_counts_as_empty),
	TEST(call_with_handle_arrives_in_receive_slot),
	TEST(reply_with_handle_arrives_in_callers_slot),
	TEST(stale_handle_sent_is_useless),
};
SUITE(handle, tests);
