// Map entries: the one place that says which frame a pager may map where.
#ifndef KERN_MAP_H
#define KERN_MAP_H

#include "object.h"

static inline bool va_is_user_page(uint64_t va)
{
	return is_aligned(va, FL_PAGE_SIZE) && va < FL_USER_END;
}

static inline bool range_is_user(uint64_t va, uint64_t pages)
{
	return va_is_user_page(va) && pages <= (FL_USER_END - va) >> FL_PAGE_SHIFT;
}

// Installs map entries into `space` for the thread `self`, whose space must hold the frames.
// Entries: inline in the registers from argument `first` on if count <= FL_MAP_ENTRIES_INLINE, else
// a vector at that argument. *installed = how many were, also on failure: FL_BAD_ARGUMENT (count),
// FL_BAD_ADDRESS, FL_BAD_PROT, FL_BAD_FRAME, and those of table_map.
CHECKED fl_error_t map_entries(struct thread *self, struct space *space, uint64_t count,
                               unsigned first, uint64_t *installed);

#endif
