// Faults: from cause and address to a plan.
//
// A plan is safe to make again: the same fault, delivered twice or raised by two threads, gets the
// same answer the second time and takes no second frame. The core's state is complete when the
// plan is made; if its entries are not installed, the page merely faults again (and what was mapped
// there before must be unmapped, for a copied page has lost its claim on the old frame).
#ifndef PAGER_FAULT_H
#define PAGER_FAULT_H

#include "abi/message.h"
#include "proto/pager.h"
#include "space.h"

struct plan {
	unsigned reason; // enum pager_reason: the fault cannot be met; 0: install the entries, resume
	unsigned count;  // 1 .. FL_MAP_ENTRIES_MAX; the page asked for is the first
	struct fl_map_entry entry[FL_MAP_ENTRIES_MAX];
};

void fault_plan(struct pager *pager, struct space *space, uint64_t cause, uint64_t va,
                struct plan *plan);

// Adds the page at `va` (page aligned) of `region`, which has rights, to the plan, writable if the
// region is. FL_NO_MEMORY, FL_IO: it added nothing.
CORE_CHECKED fl_error_t fault_populate(struct pager *pager, struct region *region, uint64_t va,
                                       struct plan *plan);

#endif
