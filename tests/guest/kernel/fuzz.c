// Random values; see fuzz.h. Uses no variable of its own: it also runs in programs without any.
#include "fuzz.h"

uint64_t fuzz_random(struct fuzz *fuzz)
{
	fuzz->state ^= fuzz->state << 13;
	fuzz->state ^= fuzz->state >> 7;
	fuzz->state ^= fuzz->state << 17;
	return fuzz->state * 0x2545f4914f6cdd1dul >> 8;
}

uint64_t fuzz_value(struct fuzz *fuzz)
{
	uint64_t random = fuzz_random(fuzz);
	switch (random % 8) {
	case 0:
	case 1:
	case 2:
		return fuzz->pool[(random >> 8) % fuzz->pool_count];
	case 3:
	case 4:
		return (random >> 8) % 10;
	case 5: // a power of two, or one more or less
		return (1ul << (random >> 8) % 64) + (random >> 16) % 3 - 1;
	case 6: // a pool value that is a little wrong
		return fuzz->pool[(random >> 8) % fuzz->pool_count] ^ 1ul << (random >> 16) % 64;
	default:
		return random << 8 ^ random >> 20;
	}
}
