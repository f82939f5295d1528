// Writable pages: how a page of a region gets a frame that the region may write.
#ifndef PAGER_WRITABLE_PAGE_H
#define PAGER_WRITABLE_PAGE_H

#include "region.h"

struct pager;

// Gives the page at `va` a frame that may be mapped writable, with the content that it reads as
// now. In a region that shares its object that is the object's frame. Else it is a private one: a
// copy of `shared` (the anon that is there and not exclusive, or NULL), of the object's page, or
// zeros. FL_NO_MEMORY or an error of the object changed nothing.
CORE_CHECKED fl_error_t writable_page_create(struct pager *pager, struct region *region,
                                             uint64_t va, const struct anon *shared,
                                             struct frame **frame);

#endif
