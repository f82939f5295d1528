// xv6's string functions: lengths are 32-bit numbers, and some results differ from the C library's.
#include <string.h>

#include "xv6.h"

char *xv6_strcpy(char *to, const char *from);
void *xv6_memmove(void *to, const void *from, int bytes);
char *xv6_strchr(const char *text, char c);
int xv6_strcmp(const char *one, const char *other);
char *xv6_gets(char *buffer, int size);
xv6_uint xv6_strlen(const char *text);
void *xv6_memset(void *to, int value, xv6_uint bytes);
int xv6_atoi(const char *text);
int xv6_memcmp(const void *one, const void *other, xv6_uint bytes);
void *xv6_memcpy(void *to, const void *from, xv6_uint bytes);

char *xv6_strcpy(char *to, const char *from)
{
	return strcpy(to, from);
}

void *xv6_memmove(void *to, const void *from, int bytes)
{
	return bytes > 0 ? memmove(to, from, (size_t)bytes) : to;
}

// Does not find the terminating NUL.
char *xv6_strchr(const char *text, char c)
{
	return c == '\0' ? NULL : strchr(text, c);
}

int xv6_strcmp(const char *one, const char *other)
{
	return strcmp(one, other);
}

// A line with its newline, as far as it fits; empty at the end of input.
char *xv6_gets(char *buffer, int size)
{
	int length = 0;
	char c = '\0';
	while (length + 1 < size && c != '\n' && c != '\r' && xv6_read(0, &c, 1) == 1)
		buffer[length++] = c;
	buffer[length] = '\0';
	return buffer;
}

xv6_uint xv6_strlen(const char *text)
{
	return (xv6_uint)strlen(text);
}

void *xv6_memset(void *to, int value, xv6_uint bytes)
{
	return memset(to, value, bytes);
}

// Digits only: no blanks, no sign.
int xv6_atoi(const char *text)
{
	unsigned value = 0;
	for (; *text >= '0' && *text <= '9'; text++)
		value = value * 10 + (unsigned)(*text - '0');
	return (int)value;
}

int xv6_memcmp(const void *one, const void *other, xv6_uint bytes)
{
	return memcmp(one, other, bytes);
}

void *xv6_memcpy(void *to, const void *from, xv6_uint bytes)
{
	return xv6_memmove(to, from, (int)bytes);
}
