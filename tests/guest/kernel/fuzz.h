// Random kernel calls: what both fuzz tests share.
#ifndef FUZZ_H
#define FUZZ_H

#include "harness.h"

struct fuzz {
	uint64_t state;      // of the generator, not 0
	const uint64_t *pool; // interesting values
	unsigned pool_count;
};

uint64_t fuzz_random(struct fuzz *fuzz);
// A value: of the pool, small, a boundary, anything.
uint64_t fuzz_value(struct fuzz *fuzz);

#endif
