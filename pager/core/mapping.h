// Mappings: what programs do to ranges of their space (mmap and its family).
//
// Not here: sbrk (heap.h). A range may cover any regions: parts of images, the heap and the stack
// as well as mappings. The stack's guard page is no region and stays where it is.
#ifndef PAGER_MAPPING_H
#define PAGER_MAPPING_H

#include "space.h"

// Lengths are rounded up to pages. All functions give these errors, and nothing changed:
// - FL_BAD_ARGUMENT: no bytes, an address that is not page aligned, unknown flags or advice.
// - FL_BAD_ADDRESS: the range wraps or leaves the user half.
// - FL_NO_MEMORY, FL_LIMIT (PAGER_REGIONS_MAX).

// Maps `bytes` of zeros; *start = where. `mapping` is a PAGER_MAPPING. Without a flag that says
// "exactly there", `address` is a hint of any alignment. Also:
// - FL_BAD_PROT: unknown rights, or W with X. W or X alone is given R; none at all is allowed.
// - FL_BAD_ADDRESS: exactly there, and there is page 0, the guard page, the file server's window,
// or
//   outside [LAYOUT_USER_START, LAYOUT_USER_TOP).
// - FL_EXISTS: NOREPLACE, and a region is there. FL_NO_MEMORY: also if no hole is large enough.
CORE_CHECKED fl_error_t mapping_create(struct pager *pager, struct space *space, uint64_t address,
                                       uint64_t bytes, uint64_t mapping, uint64_t *start);

// Unmaps what is in the range; there may be holes in it.
CORE_CHECKED fl_error_t mapping_remove(struct pager *pager, struct space *space, uint64_t start,
                                       uint64_t bytes);

// Gives every page of the range these rights. Also FL_BAD_PROT, and FL_NO_MEMORY for a hole.
CORE_CHECKED fl_error_t mapping_protect(struct pager *pager, struct space *space, uint64_t start,
                                        uint64_t bytes, uint64_t rights);

// `advice`: enum pager_advice. Also FL_NO_MEMORY for a hole, and for POPULATE if frames are short
// or a page has no rights: then some pages may be in memory that were not, but no content has
// changed.
CORE_CHECKED fl_error_t mapping_advise(struct pager *pager, struct space *space, uint64_t start,
                                       uint64_t bytes, uint64_t advice);

// Bit i of `resident` (MAPPING_RESIDENT_WORDS words): page i has a frame, the zero frame not
// counted. FL_BAD_ARGUMENT: not 1 .. MAPPING_RESIDENT_MAX pages. FL_NO_MEMORY: a hole.
#define MAPPING_RESIDENT_MAX 256
#define MAPPING_RESIDENT_WORDS (MAPPING_RESIDENT_MAX / 64)
CORE_CHECKED fl_error_t mapping_resident(const struct space *space, uint64_t start, uint64_t pages,
                                         uint64_t *resident);

// The checks that all have in common; *end is where the rounded range ends.
CORE_CHECKED fl_error_t mapping_range(uint64_t start, uint64_t bytes, uint64_t *end);

#endif
