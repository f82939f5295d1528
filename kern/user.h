// Reading and writing user memory from the kernel: the only way, and only whole words.
// A page that is absent or forbids the access is an error, never a fault message: callers hand over
// wired memory. Each word is read once.
#ifndef KERN_USER_H
#define KERN_USER_H

#include "types.h"

// Is [va, va + bytes) in the user half and 8-byte aligned?
static inline bool user_range_ok(uint64_t va, uint64_t bytes)
{
	return is_aligned(va, 8) && va < FL_USER_END && bytes <= FL_USER_END - va;
}

// Of the current thread's space. FL_BAD_ADDRESS: part of it may have been copied.
CHECKED fl_error_t user_read(void *to, uint64_t va, uint64_t bytes);
CHECKED fl_error_t user_write(uint64_t va, const void *from, uint64_t bytes);

#endif
