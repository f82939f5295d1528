// What the memory calls share. Private to libsys.
#ifndef MEMORY_H
#define MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fl/kernel.h"
#include "proto/pager.h"

// mlockall(MCL_FUTURE) is in force: what is mapped from now on gets its frames at once.
extern bool memory_lock_future;

// [start, end): whole pages of the user half.
struct memory_range {
	uint64_t start;
	uint64_t end;
};

// The pages that hold bytes from `address` on. False: it wraps or leaves the user half.
bool memory_range_make(const void *address, size_t bytes, struct memory_range *range);

FL_CHECKED fl_error_t memory_advise(const struct memory_range *range, enum pager_advice advice);

// As PAGER_MMAP.
FL_CHECKED fl_error_t memory_map(uint64_t hint, uint64_t bytes, uint64_t mapping, void **memory);
FL_CHECKED fl_error_t memory_unmap(const struct memory_range *range);

// Sets errno for an error of a memory call and returns -1. What stands in the way of memory is
// ENOMEM in POSIX, be it frames, the number of regions or a hole in the range.
int memory_error_return(fl_error_t error);

#endif
