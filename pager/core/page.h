// Pages: address arithmetic, zeroing, copying.
//
// The two loops are the largest part of a zero-fill or copy-on-write fault, so they are unrolled by
// hand. The empty asm keeps the compiler from turning them into calls of memset and memcpy.
#ifndef PAGER_PAGE_H
#define PAGER_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/object.h"

#define PAGE_WORDS (FL_PAGE_SIZE / sizeof(uint64_t))

static inline uint64_t page_floor(uint64_t address)
{
	return address & ~(FL_PAGE_SIZE - 1);
}

// The caller has checked that address + FL_PAGE_SIZE does not wrap.
static inline uint64_t page_ceiling(uint64_t address)
{
	return page_floor(address + FL_PAGE_SIZE - 1);
}

static inline bool page_is_aligned(uint64_t address)
{
	return (address & (FL_PAGE_SIZE - 1)) == 0;
}

#define PAGE_ZERO_8(word, i)                                                                       \
	(word)[(i) + 0] = 0, (word)[(i) + 1] = 0, (word)[(i) + 2] = 0, (word)[(i) + 3] = 0,            \
				 (word)[(i) + 4] = 0, (word)[(i) + 5] = 0, (word)[(i) + 6] = 0,                    \
				 (word)[(i) + 7] = 0

static inline void page_zero(void *page)
{
	uint64_t *word = page;
	uint64_t *end = word + PAGE_WORDS;
	do {
		PAGE_ZERO_8(word, 0);
		PAGE_ZERO_8(word, 8);
		PAGE_ZERO_8(word, 16);
		PAGE_ZERO_8(word, 24);
		word += 32;
		__asm__ volatile("" : "+r"(word) : : "memory");
	} while (word != end);
}

static inline void page_copy(void *to, const void *from)
{
	uint64_t *target = to;
	const uint64_t *source = from;
	uint64_t *end = target + PAGE_WORDS;
	do {
		uint64_t a = source[0], b = source[1], c = source[2], d = source[3];
		uint64_t e = source[4], f = source[5], g = source[6], h = source[7];
		target[0] = a, target[1] = b, target[2] = c, target[3] = d;
		target[4] = e, target[5] = f, target[6] = g, target[7] = h;
		source += 8;
		target += 8;
		__asm__ volatile("" : "+r"(target), "+r"(source) : : "memory");
	} while (target != end);
}

#endif
