// Formatted text for code that has no C library.
#ifndef FL_PRINT_H
#define FL_PRINT_H

#include <stdarg.h>
#include <stddef.h>

// Knows %s %c %d %u %x %%, the length `l` before d, u, x, and nothing else. Writes at most `size`
// bytes with the NUL that is always there (size > 0); returns how long the text is without the NUL,
// after the cut.
size_t fl_print(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
size_t fl_print_list(char *text, size_t size, const char *format, va_list list)
	__attribute__((format(printf, 3, 0)));

#endif
