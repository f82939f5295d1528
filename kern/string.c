// The four memory functions that the compiler may call. Not a C library.
#include "types.h"

void *memcpy(void *to, const void *from, size_t bytes)
{
	unsigned char *t = to;
	const unsigned char *f = from;
	if ((((uintptr_t)t | (uintptr_t)f) & 7) == 0) {
		for (; bytes >= 8; bytes -= 8, t += 8, f += 8)
			*(uint64_t *)(void *)t = *(const uint64_t *)(const void *)f;
	}
	while (bytes--)
		*t++ = *f++;
	return to;
}

void *memset(void *to, int byte, size_t bytes)
{
	unsigned char *t = to;
	uint64_t word = 0x0101010101010101ul * (unsigned char)byte;
	for (; bytes && ((uintptr_t)t & 7); bytes--)
		*t++ = (unsigned char)byte;
	for (; bytes >= 64; bytes -= 64, t += 64) {
		uint64_t *w = (uint64_t *)(void *)t;
		w[0] = w[1] = w[2] = w[3] = w[4] = w[5] = w[6] = w[7] = word;
	}
	while (bytes--)
		*t++ = (unsigned char)byte;
	return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
	const unsigned char *x = a, *y = b;
	for (; bytes; bytes--, x++, y++) {
		if (*x != *y)
			return *x < *y ? -1 : 1;
	}
	return 0;
}

size_t strlen(const char *text)
{
	size_t length = 0;
	while (text[length])
		length++;
	return length;
}
