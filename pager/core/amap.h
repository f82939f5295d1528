// Anon maps: the private pages of a region.
//
// An anon is one private page, counted by the tree leaves that hold it. An amap is a page tree of
// anons. Two regions of one space that were one region share an amap (`references`); two spaces
// after a fork have an amap each, whose trees share their nodes until one of them writes.
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
	struct tree_node *leaf; // of the last exclusive path
	uint64_t leaf_index;    // page index / TREE_SLOTS of that leaf, or AMAP_NO_LEAF
	uint64_t references;    // regions
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

// A copy-on-write copy for another space. Pages that were exclusive are so no more: the caller
// takes W from their mappings.
CORE_CHECKED bool amap_fork(struct pager *pager, struct amap *parent, struct amap **child);
// One region less refers to it.
void amap_release(struct pager *pager, struct amap **link);

// For struct tree_kind.
void anon_share(void *pager, void *anon);
void anon_drop(void *pager, void *anon);

#endif
