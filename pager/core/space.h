// Address spaces: number, layout, fork, end.
//
// Not here: the kernel's objects of a space (page table, threads): the pager's main half keeps
// them in a structure of its own, behind `client`.
#ifndef PAGER_SPACE_H
#define PAGER_SPACE_H

#include "region.h"

struct pager;

struct space {
	uint64_t number; // never used twice
	struct layout layout;
	struct layout pending; // exec.h: what the next commit installs
	uint64_t faults;
	void *client;
};

// An empty space. FL_LIMIT: PAGER_SPACES_MAX exist. FL_NO_MEMORY.
CORE_CHECKED fl_error_t space_create(struct pager *pager, struct space **space);
// Unmaps and drops everything.
void space_destroy(struct pager *pager, struct space *space);

// Makes an empty space a copy-on-write copy of another. Costs a region, not a page, in the core;
// the parent's writable pages lose W. FL_NO_MEMORY: both are as before.
CORE_CHECKED fl_error_t space_fork(struct pager *pager, struct space *parent, struct space *child);

#endif
