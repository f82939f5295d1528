// Sleeping on words: event.h.
#include "event.h"

#include "fl/process.h"
#include "service.h"

uint64_t event_generation;

// How long until then; 0: it has passed.
static uint64_t deadline_left(clockid_t clock, const struct timespec *deadline)
{
	struct timespec now;
	uint64_t end, begin;
	if (!deadline)
		return PROCESS_FOR_EVER;
	if (clock_gettime(clock, &now) != 0 || time_to_ns(deadline, &end) != FL_OK ||
	    time_to_ns(&now, &begin) != FL_OK)
		return 0;
	return end > begin ? end - begin : 0;
}

fl_error_t word_wait(const unsigned *word, unsigned value, clockid_t clock,
                     const struct timespec *deadline)
{
	unsigned before = service_interruptions;
	uint64_t generation = word_load(&event_generation);
	if (word_load(word) != value)
		return FL_OK;
	struct fl_message m = {
		.word = {PROCESS_EVENT_WAIT, (uintptr_t)word, generation, deadline_left(clock, deadline)},
	};
	fl_error_t error = service_call_once(SLOT_PROCESS, &m);
	if (error == FL_CANCELLED && service_interruptions == before)
		return FL_OK;
	if (error == FL_OK && m.word[1])
		return FL_AGAIN;
	return error;
}

void word_wake(const unsigned *word, unsigned count)
{
	uint64_t generation = word_add(&event_generation, 1) + 1;
	struct fl_message m = {.word = {PROCESS_EVENT_WAKE, (uintptr_t)word, count, generation}};
	fl_error_t error = service_call_persist(SLOT_PROCESS, &m);
	(void)error; // procd refuses no wake
}
