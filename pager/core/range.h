// Ranges of a layout: cutting regions at their ends, dropping what is in them, joining neighbours.
//
// A call on a range cuts the layout at both ends, works on whole regions, and joins those that say
// the same again, so that the list of regions is as short as it can be. Regions that were cut from
// one another share an amap and index it alike: neither cutting nor joining moves a page.
#ifndef PAGER_RANGE_H
#define PAGER_RANGE_H

#include "space.h"

// No region lies across `start` or `end` afterwards. If the heap's last page is in the range, its
// piece ends there and an empty one follows, which keeps the heap's rights for sbrk. `more`: how
// many regions the caller will add beyond the cuts, or -1 if it will take one away. Nothing changed
// on an error: FL_LIMIT (PAGER_REGIONS_MAX), FL_NO_MEMORY.
CORE_CHECKED fl_error_t range_cut(struct pager *pager, struct layout *layout, uint64_t start,
                                  uint64_t end, int more);

// Prepares the removal of all private pages in [start, end). FL_NO_MEMORY: no page has changed.
CORE_CHECKED fl_error_t range_prepare(struct pager *pager, struct layout *layout, uint64_t start,
                                      uint64_t end);

// Unmaps and drops all regions in [start, end), which has been prepared and cut.
void range_drop(struct pager *pager, struct space *space, uint64_t start, uint64_t end);

// Joins the regions in [start, end) and those next to it.
void range_join(struct pager *pager, struct layout *layout, uint64_t start, uint64_t end);

// Every page of [start, end) is in a region.
bool range_is_covered(const struct layout *layout, uint64_t start, uint64_t end);

#endif
