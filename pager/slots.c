// Handle slots; slots.h has the contract.
#include "slots.h"

#include "runs.h"

#define WORD_BITS 64
#define PART_WORDS (FL_HANDLES_PER_FRAME / WORD_BITS)

void slots_start(struct service *service)
{
	service->slots.parts = 1; // root fed the first
	for (unsigned slot = 0; slot < SLOT_FIRST; slot++)
		service->slots.used[slot / WORD_BITS] |= 1ul << slot % WORD_BITS;
}

static fl_error_t slots_grow(struct service *service)
{
	struct slots *slots = &service->slots;
	uint64_t frame;
	if (slots->parts == FL_HANDLE_FRAMES)
		return FL_LIMIT;
	fl_error_t error = object_frame_take(service, &frame);
	if (error)
		return error;
	error = fl_space_feed(SLOT_SPACE, FL_FEED_HANDLES, frame, slots->parts);
	if (error) {
		object_frame_give(service, frame);
		return error;
	}
	slots->parts++;
	return FL_OK;
}

// Draining takes the highest part, which is the one that must be empty.
static void slots_shrink(struct service *service)
{
	struct slots *slots = &service->slots;
	while (slots->parts > 1) {
		const uint64_t *last = &slots->used[(slots->parts - 1) * PART_WORDS];
		uint64_t frame;
		if (last[0] | last[1] || fl_space_drain(SLOT_SPACE, FL_FEED_HANDLES, &frame))
			return;
		slots->parts--;
		object_frame_give(service, frame);
	}
}
_Static_assert(PART_WORDS == 2, "slots_shrink looks at two words");

fl_error_t slot_take(struct service *service, fl_slot_t *slot)
{
	struct slots *slots = &service->slots;
	unsigned word = 0;
	while (word < slots->parts * PART_WORDS && slots->used[word] == ~0ul)
		word++;
	if (word == slots->parts * PART_WORDS) {
		fl_error_t error = slots_grow(service);
		if (error)
			return error;
	}
	unsigned bit = 0;
	while (slots->used[word] >> bit & 1)
		bit++;
	slots->used[word] |= 1ul << bit;
	*slot = word * WORD_BITS + bit;
	return FL_OK;
}

void slot_give(struct service *service, fl_slot_t slot)
{
	(void)fl_handle_close(0, slot);
	service->slots.used[slot / WORD_BITS] &= ~(1ul << slot % WORD_BITS);
	slots_shrink(service);
}
