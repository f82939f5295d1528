// Drives kern/handle.c at random: slots, copies, objects that come and go, frames of handles,
// against a plain array of slots. Not here: frames and page tables (random_test.c).
//
// Usage: random_handle_test [SEED [STEPS]], to run one sequence again.
#include <string.h>

#include "harness.h"

#define STEPS 100000 // 20 times as many with FAULTLINE_FULL=1
#define OBJECTS 8
#define SLOTS 14
#define PARTS 4

struct slot {
	enum fl_type type; // NONE: never written, or closed
	unsigned rights;
	uint64_t object; // which creation of which object it names: its id
	uint64_t first, count, badge;
};

static const uint64_t slot_number[SLOTS] = {0,   1,    2,    127,  128,  129,  255,
                                            256, 3968, 4095, 8064, 8191, 8192, 1ul << 40};
static const uint64_t parts[PARTS] = {0, 1, 31, 63};

static struct table table;
static struct handle_table handles;
static struct slot model[SLOTS];
static bool is_fed[PARTS];
static uint64_t object_ids[OBJECTS]; // 0: there is none
static uint64_t seed = 1, steps = STEPS, state, step;

static void must(const char *what, uint64_t actual, uint64_t expected)
{
	if (actual == expected || tap_failed)
		return;
	tap_failed = true;
	printf("# seed %lu, step %lu: %s: expected 0x%lx, actual 0x%lx\n", seed, step, what, expected,
	       actual);
	printf("# again: random_handle_test %lu %lu\n", seed, step + 1);
}
#define MUST(actual, expected) must(#actual, (uint64_t)(actual), (uint64_t)(expected))

static unsigned random_below(unsigned end)
{
	state = state * 6364136223846793005ul + 1442695040888963407ul;
	return (unsigned)(state >> 33) % end;
}

static bool slot_is_valid(unsigned s)
{
	return slot_number[s] > 0 && slot_number[s] < 8192;
}

static bool slot_has_frame(unsigned s)
{
	for (unsigned p = 0; p < PARTS; p++) {
		if (slot_is_valid(s) && slot_number[s] / 128 == parts[p])
			return is_fed[p];
	}
	return false;
}

static bool slot_is_live(unsigned s)
{
	if (!slot_has_frame(s) || model[s].type == FL_TYPE_NONE)
		return false;
	if (model[s].type > FL_TYPE_ENDPOINT)
		return true;
	for (unsigned i = 0; i < OBJECTS; i++) {
		if (object_ids[i] == model[s].object)
			return true;
	}
	return false;
}

static fl_error_t vacant_expected(unsigned s)
{
	if (!slot_is_valid(s))
		return FL_BAD_ARGUMENT;
	if (!slot_has_frame(s))
		return FL_NO_TABLE;
	return slot_is_live(s) ? FL_BUSY : FL_OK;
}

static void do_object(void)
{
	unsigned i = random_below(OBJECTS);
	paddr_t pa = host_frame(0, 100 + i);
	if (object_ids[i]) {
		frame_give(frame_at(pa));
		object_ids[i] = 0;
	} else {
		enum fl_type type = FL_TYPE_THREAD + random_below(3);
		object_ids[i] = host_object(pa, type, 1)->id;
	}
}

// A handle as object_create or boot makes it.
static void do_new(void)
{
	struct handle *handle;
	unsigned s = random_below(SLOTS), i = random_below(OBJECTS);
	fl_error_t error = handle_vacant(&handles, slot_number[s], &handle);
	MUST(error, vacant_expected(s));
	if (error)
		return;
	struct slot *slot = &model[s];
	*slot = (struct slot){.rights = random_below(4) ? 0xff : random_below(256)};
	slot->type = FL_TYPE_MEMORY + random_below(4);
	slot->first = slot->type == FL_TYPE_MACHINE ? 0 : random_below(16) * 4096;
	slot->count = slot->type == FL_TYPE_MACHINE ? 0 : random_below(30);
	*handle = (struct handle){.type = (uint8_t)slot->type,
	                          .rights = (uint8_t)slot->rights,
	                          .count = (uint32_t)slot->count,
	                          .first = slot->first};
	if (!object_ids[i] || random_below(4) == 0)
		return;
	struct frame *object = frame_at(host_frame(0, 100 + i));
	*slot =
		(struct slot){.type = object->object_type, .rights = slot->rights, .object = object_ids[i]};
	*handle = (struct handle){.type = object->object_type,
	                          .rights = (uint8_t)slot->rights,
	                          .object = phys_to_virt(frame_address(object)),
	                          .id = object->id};
}

// What a copy must be, from the words of the contract.
static fl_error_t copy_expected(const struct slot *from, unsigned rights, uint64_t badge,
                                uint64_t count, struct slot *to)
{
	bool is_range =
		from->type == FL_TYPE_MEMORY || from->type == FL_TYPE_FIXED || from->type == FL_TYPE_IRQ;
	*to = *from;
	to->rights = from->rights & rights;
	if (rights > 0xff)
		return FL_BAD_ARGUMENT;
	if (from->type == FL_TYPE_ENDPOINT) {
		if (badge && (from->badge || !(from->rights & FL_RIGHT_MINT)))
			return FL_NO_RIGHT;
		to->badge = badge ? badge : from->badge;
		if (to->badge)
			to->rights &= ~(unsigned)FL_RIGHT_MINT;
	} else if (is_range && (badge || count)) {
		if (count == 0 || (unsigned __int128)badge + count > from->count)
			return FL_BAD_ARGUMENT;
		to->first += badge * (from->type == FL_TYPE_FIXED ? 4096 : 1);
		to->count = count;
	}
	return FL_OK;
}

static void do_copy(void)
{
	unsigned from = random_below(SLOTS), to = random_below(SLOTS);
	unsigned rights = random_below(3) ? 0xff : random_below(256);
	uint64_t badge = random_below(2) ? random_below(20) : 0, count = random_below(20);
	if (random_below(16) == 0)
		rights |= 256u << random_below(24);
	if (random_below(16) == 0)
		badge = ~0ul - random_below(20);
	if (random_below(16) == 0)
		count = random_below(2) ? ~0ul - random_below(20) : (1ul << 32) + random_below(20);
	if (!slot_is_live(from))
		return;
	struct handle *place, copy;
	struct slot expected;
	fl_error_t error =
		handle_derive(handle_slot(&handles, slot_number[from]), rights, badge, count, &copy);
	MUST(error, copy_expected(&model[from], rights, badge, count, &expected));
	if (error)
		return;
	error = handle_vacant(&handles, slot_number[to], &place);
	MUST(error, vacant_expected(to));
	if (error)
		return;
	*place = copy;
	model[to] = expected;
}

static void do_close(void)
{
	unsigned s = random_below(SLOTS);
	struct handle *handle = handle_slot(&handles, slot_number[s]);
	MUST(handle != NULL, slot_has_frame(s));
	if (!handle)
		return;
	memset(handle, 0, sizeof(*handle));
	model[s] = (struct slot){FL_TYPE_NONE, 0, 0, 0, 0, 0};
}

static void do_feed(void)
{
	unsigned p = random_below(PARTS);
	paddr_t pa = host_frame(0, 200 + p);
	if (frame_take(pa, FL_FRAME_HANDLES, 1))
		pa = host_frame(0, 300); // part p is there; the frame does not matter
	fl_error_t error = handle_feed(&handles, frame_at(pa), parts[p]);
	MUST(error, is_fed[p] ? FL_BUSY : FL_OK);
	MUST(handle_feed(&handles, frame_at(pa), 64 + random_below(1000)), FL_BAD_ARGUMENT);
	is_fed[p] = true;
}

static void do_drain(void)
{
	struct frame *frame;
	unsigned p = PARTS;
	while (p > 0 && !is_fed[p - 1])
		p--;
	fl_error_t error = handle_drain(&handles, &frame);
	MUST(error, p ? FL_OK : FL_EMPTY);
	if (error)
		return;
	MUST(frame == frame_at(host_frame(0, 200 + p - 1)), true);
	frame_give(frame);
	is_fed[p - 1] = false;
	for (unsigned s = 0; s < SLOTS; s++) {
		if (slot_number[s] / 128 == parts[p - 1])
			model[s] = (struct slot){FL_TYPE_NONE, 0, 0, 0, 0, 0};
	}
}

static void check_slot(unsigned s)
{
	struct handle *found = NULL;
	enum fl_type asked = model[s].type && random_below(4) ? model[s].type : 1 + random_below(7);
	unsigned needs = random_below(2) ? model[s].rights & random_below(256) : random_below(256);
	fl_error_t expected = FL_OK;
	if (!slot_is_live(s) || model[s].type != asked)
		expected = FL_BAD_HANDLE;
	else if (needs & ~model[s].rights)
		expected = FL_NO_RIGHT;
	MUST(handle_find(&handles, slot_number[s], asked, needs, &found), expected);
	MUST(found != NULL, expected == FL_OK);
	if (!found || expected != FL_OK)
		return;
	MUST(found == handle_slot(&handles, slot_number[s]), true);
	MUST(found->rights, model[s].rights);
	MUST(found->badge, model[s].badge);
	MUST(found->count, model[s].count);
	MUST(found->id, model[s].object);
	if (asked > FL_TYPE_ENDPOINT)
		MUST(found->first, model[s].first);
}

static void handles_random(void)
{
	static void (*const operations[])(void) = {do_copy,  do_copy, do_copy, do_new,
	                                           do_new,   do_new,  do_new,  do_close,
	                                           do_close, do_feed, do_feed, do_object};
	harness_reset();
	host_space(&table);
	memset(&handles, 0, sizeof(handles));
	state = seed;
	for (step = 0; step < steps && !tap_failed; step++) {
		if (random_below(40) == 0)
			do_drain();
		else
			operations[random_below(sizeof(operations) / sizeof(*operations))]();
		for (unsigned s = 0; s < SLOTS; s++)
			check_slot(s);
	}
}

int main(int count, char **arguments)
{
	static const struct tap_test tests[] = {
		{"random_handle_operations_as_the_model", handles_random},
	};
	const char *full = getenv("FAULTLINE_FULL");
	if (full && strcmp(full, "1") == 0)
		steps *= 20;
	if (count > 1)
		seed = strtoul(arguments[1], NULL, 0);
	if (count > 2)
		steps = strtoul(arguments[2], NULL, 0);
	return tap_run(tests, sizeof(tests) / sizeof(*tests));
}
