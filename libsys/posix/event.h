// Sleeping until another thread of this process changes a word (docs/process-protocol.md,
// "Sleeping"). Private to libsys.
#ifndef EVENT_H
#define EVENT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "abi/error.h"
#include "fl/kernel.h"

extern uint64_t event_generation;

#define word_load(word) __atomic_load_n((word), __ATOMIC_SEQ_CST)
#define word_store(word, value) __atomic_store_n((word), (value), __ATOMIC_SEQ_CST)
#define word_swap(word, value) __atomic_exchange_n((word), (value), __ATOMIC_SEQ_CST)
#define word_add(word, value) __atomic_fetch_add((word), (value), __ATOMIC_SEQ_CST)

static inline bool word_change(unsigned *word, unsigned from, unsigned to)
{
	return __atomic_compare_exchange_n(word, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

// Sleeps while *word is `value`; may come back for nothing. deadline: of that clock, NULL = none.
// FL_AGAIN: it has passed. FL_CANCELLED: a handler without SA_RESTART ran.
FL_CHECKED fl_error_t word_wait(const unsigned *word, unsigned value, clockid_t clock,
                                const struct timespec *deadline);
// After a change of *word: wakes so many that sleep on it.
void word_wake(const unsigned *word, unsigned count);

#endif
