// The heap: sbrk.
#ifndef PAGER_HEAP_H
#define PAGER_HEAP_H

#include "space.h"

// Moves the break by `increment` bytes; *old_break = where it was. Growth takes no frame unless
// `flags` has PAGER_SBRK_EAGER: then its pages are filled and mapped at once. Shrinking gives whole
// pages back at once. On an error nothing changed:
// - FL_BAD_ARGUMENT: unknown flags, or a break below the heap's start.
// - FL_LIMIT: no heap, or growth past LAYOUT_MMAP_START.
// - FL_EXISTS: growth into another region or the stack's guard page.
// - FL_NO_MEMORY: eager, and frames are short. Shrinking: the heap is still shared with a relative
//   of a fork, and no frame is left to keep the two apart.
CORE_CHECKED fl_error_t heap_sbrk(struct pager *pager, struct space *space, int64_t increment,
                                  uint64_t flags, uint64_t *old_break);

#endif
