// Copying from and to memory that a caller of libsys named: a bad address is an error, not the end
// of the process. Private to libsys.
#ifndef COPY_H
#define COPY_H

#include <stdbool.h>
#include <stddef.h>

#include "fl/kernel.h"

extern bool copy_prepared;
void copy_prepare(void); // tells the pager where the copies are

// copy.S; only through the functions below.
fl_error_t copy_bytes(void *to, const void *from, size_t bytes);
fl_error_t copy_text(char *to, const char *from, size_t bytes);

// Copies; the two do not overlap. An address that cannot be read or written gives FL_FAULT
// (EFAULT), one for which there is no frame FL_NO_MEMORY; a part of `to` is then written.
static inline FL_CHECKED fl_error_t fl_copy(void *to, const void *from, size_t bytes)
{
	if (__builtin_expect(!copy_prepared, false))
		copy_prepare();
	return copy_bytes(to, from, bytes);
}

// Copies up to and with the first NUL, at most `bytes` bytes; FL_TOO_BIG: there was none.
static inline FL_CHECKED fl_error_t fl_copy_text(char *to, const char *from, size_t bytes)
{
	if (__builtin_expect(!copy_prepared, false))
		copy_prepare();
	return copy_text(to, from, bytes);
}

#endif
