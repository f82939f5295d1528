// Tests of handle tables (kern/handle.c): finding, empty slots, what a copy may have, frames of
// handles. Not here: the calls that use them.
#include <string.h>

#include "harness.h"

static struct table table;
static struct handle_table handles;

static void begin(void)
{
	harness_reset();
	host_space(&table);
	memset(&handles, 0, sizeof(handles));
}

static void feed(unsigned frame, uint64_t index)
{
	EXPECT(frame_take(host_frame(0, frame), FL_FRAME_HANDLES, 1), FL_OK);
	EXPECT(handle_feed(&handles, frame_at(host_frame(0, frame)), index), FL_OK);
}

static struct handle handle_to(struct frame *object, unsigned rights)
{
	return (struct handle){.type = object->object_type,
	                       .rights = (uint8_t)rights,
	                       .object = phys_to_virt(frame_address(object)),
	                       .id = object->id};
}

static bool is_same(const struct handle *a, const struct handle *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static void handle_feed_every_part(void)
{
	begin();
	for (unsigned i = 0; i < FL_HANDLE_FRAMES; i++)
		feed(100 + i, i);
	struct frame *spare = frame_at(host_frame(0, 200));
	EXPECT(frame_take(host_frame(0, 200), FL_FRAME_HANDLES, 1), FL_OK);
	struct handle_table before = handles;
	harness_remember();
	for (unsigned i = 0; i < FL_HANDLE_FRAMES; i++)
		EXPECT(handle_feed(&handles, spare, i), FL_BUSY);
	const uint64_t bad[] = {FL_HANDLE_FRAMES, FL_HANDLE_FRAMES + 1, 1ul << 32, 1ul << 63, ~0ul};
	for (unsigned i = 0; i < 5; i++)
		EXPECT(handle_feed(&handles, spare, bad[i]), FL_BAD_ARGUMENT);
	EXPECT(memcmp(&before, &handles, sizeof(before)), 0);
	EXPECT(harness_is_unchanged(), true);
	for (uint64_t slot = 1; slot < FL_SLOT_END; slot++) {
		uint8_t *at = (uint8_t *)handle_slot(&handles, slot);
		EXPECT(at == (uint8_t *)phys_to_virt(host_frame(0, 100)) + slot * 32, true);
	}
}

static void handle_drain_last_part_first(void)
{
	struct frame *frame;
	const unsigned parts[] = {63, 0, 31, 1};
	const unsigned order[] = {63, 31, 1, 0};
	begin();
	EXPECT(handle_drain(&handles, &frame), FL_EMPTY);
	for (unsigned i = 0; i < 4; i++)
		feed(100 + parts[i], parts[i]);
	for (unsigned i = 0; i < 4; i++) {
		struct handle *handle;
		uint64_t slot = order[i] * FL_HANDLES_PER_FRAME + 5;
		EXPECT(handle_vacant(&handles, slot, &handle), FL_OK);
		handle->type = FL_TYPE_MACHINE;
		EXPECT(handle_drain(&handles, &frame), FL_OK);
		EXPECT(frame == frame_at(host_frame(0, 100 + order[i])), true);
		EXPECT(handle_slot(&handles, slot) == NULL, true);
		EXPECT(handle_find(&handles, slot, FL_TYPE_MACHINE, 0, &handle), FL_BAD_HANDLE);
		frame_give(frame);
		EXPECT(host_page_is(host_frame(0, 100 + order[i]), 0), true);
	}
	EXPECT(handle_drain(&handles, &frame), FL_EMPTY);
}

static void handle_vacant_every_slot(void)
{
	const uint64_t bad[] = {0, FL_SLOT_END, FL_SLOT_END + 1, 1ul << 32, 1ul << 63, ~0ul};
	struct handle *handle;
	begin();
	feed(100, 1);
	feed(101, 63);
	for (unsigned i = 0; i < 6; i++) {
		EXPECT(handle_vacant(&handles, bad[i], &handle), FL_BAD_ARGUMENT);
		EXPECT(handle_find(&handles, bad[i], FL_TYPE_SPACE, 0, &handle), FL_BAD_HANDLE);
		EXPECT(handle_slot(&handles, bad[i]) == NULL, true);
	}
	for (uint64_t slot = 1; slot < FL_SLOT_END; slot++) {
		bool is_fed = slot / FL_HANDLES_PER_FRAME == 1 || slot / FL_HANDLES_PER_FRAME == 63;
		EXPECT(handle_vacant(&handles, slot, &handle), is_fed ? FL_OK : FL_NO_TABLE);
		EXPECT(handle_find(&handles, slot, FL_TYPE_MEMORY, 0, &handle), FL_BAD_HANDLE);
	}
	for (unsigned type = FL_TYPE_MEMORY; type < FL_TYPE_COUNT; type++) {
		EXPECT(handle_vacant(&handles, FL_SLOT_END - 1, &handle), FL_OK);
		handle->type = (uint8_t)type;
		EXPECT(handle_vacant(&handles, FL_SLOT_END - 1, &handle), FL_BUSY);
		handle->type = FL_TYPE_NONE;
	}
}

// Every type in the slot, every type asked for, every set of rights against every other.
static void handle_find_all_types_and_rights(void)
{
	begin();
	feed(100, 0);
	struct handle *handle, *found = NULL;
	EXPECT(handle_vacant(&handles, 7, &handle), FL_OK);
	struct frame *object = host_object(host_frame(0, 20), FL_TYPE_THREAD, 1);
	for (unsigned type = FL_TYPE_THREAD; type < FL_TYPE_COUNT; type++) {
		object->object_type = type <= FL_TYPE_ENDPOINT ? (uint8_t)type : FL_TYPE_THREAD;
		*handle = handle_to(object, FL_RIGHT_ALL);
		handle->type = (uint8_t)type;
		for (unsigned asked = FL_TYPE_THREAD; asked < FL_TYPE_COUNT; asked++)
			EXPECT(handle_find(&handles, 7, asked, 0xff, &found),
			       asked == type ? FL_OK : FL_BAD_HANDLE);
		for (unsigned has = 0; has < 256; has++) {
			handle->rights = (uint8_t)has;
			for (unsigned needs = 0; needs < 256; needs++) {
				found = NULL;
				EXPECT(handle_find(&handles, 7, type, needs, &found),
				       needs & ~has ? FL_NO_RIGHT : FL_OK);
				EXPECT(found == (needs & ~has ? NULL : handle), true);
			}
		}
	}
}

// An object that is gone, then something else in its frame: the handle stays dead, its slot free.
static void handle_find_object_gone(void)
{
	struct handle *handle, *found;
	begin();
	feed(100, 0);
	for (unsigned type = FL_TYPE_THREAD; type <= FL_TYPE_ENDPOINT; type++) {
		struct frame *object = host_object(host_frame(0, 20), type, 1);
		EXPECT(handle_vacant(&handles, 7, &handle), FL_OK);
		*handle = handle_to(object, FL_RIGHT_ALL);
		EXPECT(handle_find(&handles, 7, type, 0, &found), FL_OK);
		EXPECT(handle_vacant(&handles, 7, &found), FL_BUSY);
		frame_give(object);
		EXPECT(handle_find(&handles, 7, type, 0, &found), FL_BAD_HANDLE);
		EXPECT(handle_vacant(&handles, 7, &found), FL_OK);
		host_object(host_frame(0, 20), type, 1);
		EXPECT(handle_find(&handles, 7, type, 0, &found), FL_BAD_HANDLE);
		EXPECT(handle_vacant(&handles, 7, &found), FL_OK);
		frame_give(object);
		// A table's id may be any address, also the id of the object that was there.
		EXPECT(frame_take(host_frame(0, 20), FL_FRAME_TABLE, 1), FL_OK);
		object->id = handle->id;
		EXPECT(handle_find(&handles, 7, type, 0, &found), FL_BAD_HANDLE);
		EXPECT(handle_vacant(&handles, 7, &found), FL_OK);
		frame_give(object);
	}
}

static void handle_derive_all_rights_never_grow(void)
{
	for (unsigned type = FL_TYPE_THREAD; type < FL_TYPE_COUNT; type++) {
		for (unsigned has = 0; has < 256; has++) {
			for (unsigned asked = 0; asked < 256; asked++) {
				struct handle from = {.type = (uint8_t)type,
				                      .rights = (uint8_t)has,
				                      .count = 9,
				                      .first = 0x5000,
				                      .id = 4};
				struct handle copy, expected = from;
				expected.rights = has & asked;
				EXPECT(handle_derive(&from, asked, 0, 0, &copy), FL_OK);
				EXPECT(is_same(&copy, &expected), true);
			}
		}
	}
}

static void handle_derive_unknown_rights_refused(void)
{
	for (unsigned type = FL_TYPE_THREAD; type < FL_TYPE_COUNT; type++) {
		for (unsigned bit = 8; bit < 32; bit++) {
			struct handle from = {.type = (uint8_t)type, .rights = 0xff, .count = 9};
			struct handle copy = {.type = FL_TYPE_MACHINE}, before = copy;
			EXPECT(handle_derive(&from, 1u << bit, 0, 0, &copy), FL_BAD_ARGUMENT);
			EXPECT(handle_derive(&from, 1u << bit | 0xff, 1, 1, &copy), FL_BAD_ARGUMENT);
			EXPECT(is_same(&copy, &before), true);
		}
	}
}

static void handle_derive_badge_minted_once(void)
{
	const uint64_t badges[] = {1, 2, 1ul << 63, ~0ul};
	for (unsigned has = 0; has < 256; has++) {
		for (unsigned i = 0; i < 4; i++) {
			struct handle from = {.type = FL_TYPE_ENDPOINT, .rights = (uint8_t)has, .id = 4};
			struct handle copy, again, before = {.type = FL_TYPE_MACHINE};
			bool may_mint = has & FL_RIGHT_MINT;
			copy = before;
			EXPECT(handle_derive(&from, 0xff, badges[i], 0, &copy), may_mint ? FL_OK : FL_NO_RIGHT);
			if (!may_mint) {
				EXPECT(is_same(&copy, &before), true);
				continue;
			}
			EXPECT(copy.badge, badges[i]);
			EXPECT(copy.rights, has & ~FL_RIGHT_MINT);
			EXPECT(handle_derive(&copy, 0xff, 0, 0, &again), FL_OK); // the badge comes along
			EXPECT(is_same(&again, &copy), true);
			EXPECT(handle_derive(&copy, 0xff, 9, 0, &again), FL_NO_RIGHT);
			copy.rights |= FL_RIGHT_MINT; // even then
			EXPECT(handle_derive(&copy, 0xff, 9, 0, &again), FL_NO_RIGHT);
			EXPECT(handle_derive(&copy, 0xff, badges[i], 0, &again), FL_NO_RIGHT);
			EXPECT(handle_derive(&copy, 0xff, 0, 0, &again), FL_OK);
			EXPECT(again.rights, has & ~FL_RIGHT_MINT);
		}
	}
}

static void handle_derive_badge_of_other_types_ignored(void)
{
	const enum fl_type types[] = {FL_TYPE_THREAD, FL_TYPE_SPACE, FL_TYPE_MACHINE};
	for (unsigned i = 0; i < 3; i++) {
		struct handle from = {.type = (uint8_t)types[i], .rights = 0xff, .first = 0x5000, .id = 4};
		struct handle copy;
		EXPECT(handle_derive(&from, 0xff, 77, 55, &copy), FL_OK);
		EXPECT(is_same(&copy, &from), true);
	}
}

static void range_once(enum fl_type type, uint32_t has, uint64_t first, uint64_t count)
{
	uint64_t unit = type == FL_TYPE_FIXED ? FL_PAGE_SIZE : 1;
	struct handle from = {.type = (uint8_t)type, .rights = 0xff, .count = has, .first = 0x40000};
	struct handle copy = {.type = FL_TYPE_MACHINE}, before = copy;
	// In 128 bits nothing wraps. No count: the whole of the source, which has no first.
	bool is_inside = count ? (unsigned __int128)first + count <= has : first == 0;
	EXPECT(handle_derive(&from, 0xff, first, count, &copy), is_inside ? FL_OK : FL_BAD_ARGUMENT);
	if (is_inside) {
		EXPECT(copy.first, 0x40000 + first * unit);
		EXPECT(copy.count, count ? count : has);
		EXPECT(copy.type, type);
	} else {
		EXPECT(is_same(&copy, &before), true);
	}
}

static void handle_derive_every_range(void)
{
	const uint32_t sizes[] = {0, 1, 2, 10, UINT32_MAX - 1, UINT32_MAX};
	const uint64_t edges[] = {0,
	                          1,
	                          2,
	                          9,
	                          10,
	                          11,
	                          UINT32_MAX - 1,
	                          UINT32_MAX,
	                          1ul << 32,
	                          (1ul << 32) + 1,
	                          (1ul << 32) + 10,
	                          1ul << 52,
	                          1ul << 63,
	                          ~0ul - 10,
	                          ~0ul - 1,
	                          ~0ul};
	for (unsigned type = FL_TYPE_MEMORY; type <= FL_TYPE_IRQ; type++) {
		for (unsigned size = 0; size < 6; size++) {
			for (unsigned i = 0; i < 16; i++) {
				for (unsigned j = 0; j < 16; j++)
					range_once(type, sizes[size], edges[i], edges[j]);
			}
		}
	}
}

// A part of a part of a part stays inside.
static void handle_derive_nested_ranges_stay_inside(void)
{
	struct handle handle = {.type = FL_TYPE_FIXED, .rights = 0xff, .count = 100, .first = 0x80000};
	for (unsigned left = 98; left >= 2; left -= 2) {
		struct handle copy;
		EXPECT(handle_derive(&handle, 0xff, 1, left + 2, &copy), FL_BAD_ARGUMENT);
		EXPECT(handle_derive(&handle, 0xff, 1, left, &copy), FL_OK);
		EXPECT(copy.first, handle.first + FL_PAGE_SIZE);
		handle = copy;
	}
	EXPECT(handle.count, 2);
	EXPECT(handle.first, 0x80000 + 49 * FL_PAGE_SIZE);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"handle_feed_every_part_slots_in_order", handle_feed_every_part},
		{"handle_drain_last_part_first", handle_drain_last_part_first},
		{"handle_vacant_every_slot_exact", handle_vacant_every_slot},
		{"handle_find_all_types_and_rights_exact", handle_find_all_types_and_rights},
		{"handle_find_object_gone_refused", handle_find_object_gone},
		{"handle_derive_all_rights_never_grow", handle_derive_all_rights_never_grow},
		{"handle_derive_unknown_rights_refused", handle_derive_unknown_rights_refused},
		{"handle_derive_badge_minted_once", handle_derive_badge_minted_once},
		{"handle_derive_badge_of_other_types_ignored", handle_derive_badge_of_other_types_ignored},
		{"handle_derive_every_range_inside_or_refused", handle_derive_every_range},
		{"handle_derive_nested_ranges_stay_inside", handle_derive_nested_ranges_stay_inside},
	};
	return tap_run(tests, sizeof(tests) / sizeof(*tests));
}
