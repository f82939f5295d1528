// memcpy and its kin for the servers, word by word where both sides allow it.
//
// Not for programs: they have a C library. Not tuned for a vector unit: the servers move little.
#include "fl/string.h"

#include <stdint.h>

// Without this the compiler finds the idiom in memcpy's own loop and makes it call memcpy.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#endif

typedef uint64_t __attribute__((may_alias)) word_t;

#define WORD sizeof(word_t)
#define WORD_MASK (WORD - 1)

static int words_usable(const void *to, const void *from)
{
	return (((uintptr_t)to ^ (uintptr_t)from) & WORD_MASK) == 0;
}

static void copy_up(unsigned char *to, const unsigned char *from, size_t bytes)
{
	if (words_usable(to, from)) {
		for (; bytes && ((uintptr_t)to & WORD_MASK); bytes--)
			*to++ = *from++;
		for (; bytes >= WORD; bytes -= WORD, to += WORD, from += WORD)
			*(word_t *)to = *(const word_t *)from;
	}
	while (bytes--)
		*to++ = *from++;
}

static void copy_down(unsigned char *to, const unsigned char *from, size_t bytes)
{
	if (words_usable(to, from)) {
		for (; bytes && ((uintptr_t)(to + bytes) & WORD_MASK); bytes--)
			to[bytes - 1] = from[bytes - 1];
		for (; bytes >= WORD; bytes -= WORD)
			*(word_t *)(to + bytes - WORD) = *(const word_t *)(from + bytes - WORD);
	}
	for (; bytes; bytes--)
		to[bytes - 1] = from[bytes - 1];
}

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
	copy_up(to, from, bytes);
	return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	if ((uintptr_t)to - (uintptr_t)from >= bytes)
		copy_up(to, from, bytes);
	else
		copy_down(to, from, bytes);
	return to;
}

void *memset(void *to, int value, size_t bytes)
{
	unsigned char *at = to;
	word_t word = (unsigned char)value * 0x0101010101010101u;
	for (; bytes && ((uintptr_t)at & WORD_MASK); bytes--)
		*at++ = (unsigned char)value;
	for (; bytes >= WORD; bytes -= WORD, at += WORD)
		*(word_t *)at = word;
	while (bytes--)
		*at++ = (unsigned char)value;
	return to;
}

int memcmp(const void *left, const void *right, size_t bytes)
{
	const unsigned char *a = left;
	const unsigned char *b = right;
	for (; bytes; bytes--, a++, b++) {
		if (*a != *b)
			return *a - *b;
	}
	return 0;
}

void *memchr(const void *from, int value, size_t bytes)
{
	for (const unsigned char *at = from; bytes; bytes--, at++) {
		if (*at == (unsigned char)value)
			return (void *)(uintptr_t)at;
	}
	return NULL;
}

size_t strlen(const char *text)
{
	size_t bytes = 0;
	while (text[bytes])
		bytes++;
	return bytes;
}

size_t strnlen(const char *text, size_t limit)
{
	size_t bytes = 0;
	while (bytes < limit && text[bytes])
		bytes++;
	return bytes;
}

int strcmp(const char *left, const char *right)
{
	for (; *left && *left == *right; left++)
		right++;
	return (unsigned char)*left - (unsigned char)*right;
}

int strncmp(const char *left, const char *right, size_t limit)
{
	for (; limit; limit--, left++, right++) {
		if (*left != *right || !*left)
			return (unsigned char)*left - (unsigned char)*right;
	}
	return 0;
}
