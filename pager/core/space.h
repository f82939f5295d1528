// Address spaces: number, layout, fork, end.
//
// Not here: the kernel's objects of a space (page table, threads): the pager's main half keeps
// them in a structure of its own, behind `client`.
#ifndef PAGER_SPACE_H
#define PAGER_SPACE_H

#include "region.h"

struct pager;

// Where an instruction in [start, end) goes on if the page it loads or stores cannot be had. Empty:
// nowhere.
struct rescue {
	uint64_t start;
	uint64_t end;
	uint64_t exit;
};

struct space {
	uint64_t number; // never used twice
	struct layout layout;
	struct layout pending; // exec.h: what the next commit installs
	struct rescue rescue;  // kept over fork, gone after exec
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

// Sets the rescue range. FL_BAD_ADDRESS: wrong way round, or outside the user half.
// FL_BAD_ARGUMENT: an odd address, or an exit inside the range, where the same access could be
// rescued for ever.
CORE_CHECKED fl_error_t space_rescue_set(struct space *space, uint64_t start, uint64_t end,
                                         uint64_t exit);

static inline bool space_rescues(const struct space *space, uint64_t pc)
{
	return pc >= space->rescue.start && pc < space->rescue.end;
}

#endif
