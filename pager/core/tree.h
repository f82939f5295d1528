// Page trees: sparse maps from a page index to a pointer, shared copy-on-write.
//
// A radix tree with 32 slots a node, as high as its largest index needs, so that a few pages far
// apart cost a few nodes. Nodes are counted: tree_share gives a second tree the same root, in
// constant time, and whoever writes copies the nodes on its path first. This is what makes fork
// cost a region and not a page, and spreads the copying over the writes that need it.
//
// An entry belongs to the leaf that holds it. It is shared if any node on its path is, or if its
// own count says so (a copied leaf holds the same entries: kind->share counts them).
//
// Not here: what the entries are. A tree's owner says how they are counted (struct tree_kind).
#ifndef PAGER_TREE_H
#define PAGER_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "slab.h"

#define TREE_BITS 5
#define TREE_SLOTS (1u << TREE_BITS)
#define TREE_INDEX_END (1ul << 35) // pages; 7 levels

struct tree_node {
	uint32_t references; // nodes and roots that refer to it
	uint16_t used;       // slots that are not NULL; never 0 in a tree at rest
	uint16_t seen;       // pager_check: references found so far; 0 otherwise
	void *slot[TREE_SLOTS];
};

struct tree {
	struct tree_node *root; // NULL if empty
	unsigned height;        // levels; level 1 is the leaves
};

struct tree_kind {
	struct slab_cache *nodes;
	void (*share)(void *context, void *entry); // one more leaf holds the entry
	void (*drop)(void *context, void *entry);  // one leaf less
	void *context;
};

static inline unsigned tree_slot(uint64_t index)
{
	return index & (TREE_SLOTS - 1);
}

// The entry or NULL. *leaf is the leaf if nobody else shares the path to it, else NULL; *shared
// tells whether an entry that was found lies on a shared path.
void *tree_find(const struct tree *tree, uint64_t index, struct tree_node **leaf, bool *shared);

// How many nodes tree_claim would take from the cache. The caller reserves them.
unsigned tree_nodes_needed(const struct tree *tree, uint64_t index);
// The leaf for `index`, with a path that is this tree's alone. Set its slot with tree_leaf_set.
struct tree_node *tree_claim(const struct tree_kind *kind, struct tree *tree, uint64_t index);

static inline void tree_leaf_set(struct tree_node *leaf, uint64_t index, void *entry)
{
	leaf->used += leaf->slot[tree_slot(index)] == NULL;
	leaf->slot[tree_slot(index)] = entry;
}

// A second tree with the same entries.
struct tree tree_share(struct tree *tree);

// Makes the nodes that [first, end) cuts through this tree's alone. False: no memory; the tree
// holds what it held.
CORE_CHECKED bool tree_own_edges(const struct tree_kind *kind, struct tree *tree, uint64_t first,
                                 uint64_t end);
// Drops the entries of [first, end); tree_own_edges has succeeded.
void tree_remove(const struct tree_kind *kind, struct tree *tree, uint64_t first, uint64_t end);
void tree_release(const struct tree_kind *kind, struct tree *tree);

// The first entry at or after *index, which is set to its index; NULL after the last.
void *tree_next(const struct tree *tree, uint64_t *index);
uint64_t tree_count(const struct tree *tree, uint64_t first, uint64_t end);

// Calls visit for every leaf slot in use, shared subtrees included.
typedef void tree_visit_t(void *context, void *entry, bool shared);
void tree_visit(const struct tree *tree, tree_visit_t *visit, void *context);

#endif
