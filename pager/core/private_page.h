// Private pages: how a page of a region gets a frame of its own.
#ifndef PAGER_PRIVATE_PAGE_H
#define PAGER_PRIVATE_PAGE_H

#include "region.h"

struct pager;

// Gives the page at `va` a frame of its own with the content that it reads as now: a copy of
// `shared` (the anon that is there and not exclusive, or NULL), the object's page, or zeros.
// FL_NO_MEMORY or an error of the object changed nothing.
CORE_CHECKED fl_error_t private_page_create(struct pager *pager, struct region *region, uint64_t va,
                                            const struct anon *shared, struct frame **frame);

#endif
