// Reading and writing user memory from the kernel: the only way, and only whole words.
// A page that is absent or forbids the access is an error, never a fault message: callers hand over
// wired memory. Each word is read once.
#ifndef KERN_USER_H
#define KERN_USER_H

#include "types.h"

uint64_t user_copy(uint64_t *to, const uint64_t *from, uint64_t words); // entry.S

// Is [va, va + bytes) in the user half and 8-byte aligned?
static inline bool user_range_ok(uint64_t va, uint64_t bytes)
{
	return is_aligned(va, 8) && va < FL_USER_END && bytes <= FL_USER_END - va;
}

static inline CHECKED fl_error_t user_read(void *to, uint64_t va, uint64_t bytes)
{
	if (!user_range_ok(va, bytes) || user_copy(to, (const uint64_t *)(uintptr_t)va, bytes / 8))
		return FL_BAD_ADDRESS;
	return FL_OK;
}

static inline CHECKED fl_error_t user_write(uint64_t va, const void *from, uint64_t bytes)
{
	if (!user_range_ok(va, bytes) || user_copy((uint64_t *)(uintptr_t)va, from, bytes / 8))
		return FL_BAD_ADDRESS;
	return FL_OK;
}

#endif
