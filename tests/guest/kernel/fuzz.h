// Random kernel calls: what both fuzz tests share.
#ifndef FUZZ_H
#define FUZZ_H

#include "harness.h"

struct fuzz {
	uint64_t state;       // of the generator, not 0
	const uint64_t *pool; // interesting values
	unsigned pool_count;
};

uint64_t fuzz_random(struct fuzz *fuzz);
// A value: of the pool, small, a boundary, anything.
uint64_t fuzz_value(struct fuzz *fuzz);

// The fuzzer with much authority (fuzz_root_test.c, fuzz_choice.c): it uses these slots only.
// Copies of the first handles of its objects are in KEEP_FIRST .. KEEP_END - 1, for the end.
#define FIRST 100
#define LAST 124
#define SLOTS (LAST - FIRST + 1)
#define KEEP_FIRST 128
#define KEEP_END 256

extern struct strong {
	struct fuzz fuzz;
	uint64_t pool[40];
	uint64_t token; // of the last message that it received
	uint64_t x[33];
	fl_slot_t keep; // next one
	unsigned kept_type[KEEP_END];
	unsigned type[SLOTS]; // what a slot holds, as far as is known
	uint64_t calls, limit, good;
	volatile bool done;
	struct fl_map_entry vector[FL_MAP_ENTRIES_MAX];
	struct fl_context context;
} strong;

// Fills strong.x for the next call.
void strong_prepare(void);
// Object or handle call `number` with these arguments succeeded.
void strong_note(uint64_t number, const uint64_t a[7]);

#endif
