// Anon maps: the private pages of a region.
//
// An anon is one private page, counted by the tree leaves that hold it. An amap is a page tree of
// anons. Regions of one space that were cut from one share an amap (`references`) and index it
// alike, and so do all private mappings of a space; each has its own range of pages in it. Two
// spaces after a fork have an amap each, whose trees share their nodes until one of them writes.
//
// A page is *exclusive* if no node on its path and not the anon itself is shared. Only then may it
// be mapped writable; a store to any other page copies it first (fault.c).
//
// Not here: what lies under a page that has no anon (object.h, or zeros).
#ifndef PAGER_AMAP_H
#define PAGER_AMAP_H

#include "tree.h"

struct pager;

#define AMAP_NO_LEAF (~0ul)

struct anon {
	struct frame *frame; // state FRAME_ANON, owner this anon
	uint32_t references; // tree leaves that hold it
	uint32_t seen;       // pager_check: leaves found so far; 0 otherwise
};

struct amap {
	struct tree tree;
	union {
		struct tree_node *leaf; // of the last exclusive path, unless leaf_index is AMAP_NO_LEAF
		struct amap *copy;      // during a fork: the child's, NULL before there is one
	};
	uint64_t leaf_index; // page index / TREE_SLOTS of that leaf, or AMAP_NO_LEAF
	uint32_t references; // regions, and layout->private_amap
	uint32_t seen;       // pager_check: references found so far; 0 otherwise
};

struct anon *amap_find_slow(struct amap *amap, uint64_t page, bool *exclusive);

// The page's anon or NULL. *exclusive is meaningful if there is one.
static inline struct anon *amap_find(struct amap *amap, uint64_t page, bool *exclusive)
{
	if (!amap)
		return NULL;
	if (page / TREE_SLOTS != amap->leaf_index)
		return amap_find_slow(amap, page, exclusive);
	struct anon *anon = amap->leaf->slot[tree_slot(page)];
	*exclusive = anon && anon->references == 1;
	return anon;
}

// In the following, `link` is where a region keeps its amap: NULL stands for an empty one. False:
// no memory, nothing changed.

// Puts `frame` (state FRAME_ANON) in as an exclusive page, in the place of the anon that was there.
CORE_CHECKED bool amap_insert(struct pager *pager, struct amap **link, uint64_t page,
                              struct frame *frame);
// The same with an anon that another amap holds: both share it from now on.
CORE_CHECKED bool amap_insert_shared(struct pager *pager, struct amap **link, uint64_t page,
                                     struct anon *anon);

// Prepares amap_remove of [first, end).
CORE_CHECKED bool amap_remove_prepare(struct pager *pager, struct amap **link, uint64_t first,
                                      uint64_t end);
// Drops the pages of [first, end). No space maps them any more through this amap.
void amap_remove(struct pager *pager, struct amap **link, uint64_t first, uint64_t end);

// An empty one; the caller has reserved it in pager->amaps.
struct amap *amap_create(struct pager *pager);

// A copy-on-write copy for another space; where regions of the parent share an amap, those of the
// child do too. Pages that were exclusive are so no more: the caller takes W from their mappings.
// amap_fork_start comes first, for every amap of the parent; both do nothing with NULL.
void amap_fork_start(struct amap *parent);
CORE_CHECKED bool amap_fork(struct pager *pager, struct amap *parent, struct amap **child);
// One region less refers to it.
void amap_release(struct pager *pager, struct amap **link);

// For struct tree_kind.
void anon_share(void *pager, void *anon);
void anon_drop(void *pager, void *anon);

#endif
