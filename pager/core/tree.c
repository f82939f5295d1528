// Page trees: lookup, insertion, sharing, removal. Iteration is in tree_walk.c.
#include "tree.h"

#include "bug.h"

static unsigned height_of(uint64_t index)
{
	unsigned height = 1;
	while (index >>= TREE_BITS)
		height++;
	return height;
}

// Which slot of a node of this level leads to `index`.
static unsigned slot_at(uint64_t index, unsigned level)
{
	return tree_slot(index >> (TREE_BITS * (level - 1)));
}

void *tree_find(const struct tree *tree, uint64_t index, struct tree_node **leaf, bool *shared)
{
	*leaf = NULL;
	*shared = false;
	struct tree_node *node = tree->root;
	if (!node || index >> (TREE_BITS * tree->height))
		return NULL;
	for (unsigned level = tree->height;; level--) {
		*shared |= node->references > 1;
		void *entry = node->slot[slot_at(index, level)];
		if (level == 1 && !*shared)
			*leaf = node;
		if (level == 1 || !entry)
			return entry;
		node = entry;
	}
}

unsigned tree_nodes_needed(const struct tree *tree, uint64_t index)
{
	unsigned height = height_of(index);
	if (!tree->root)
		return height;
	// New levels above the root, and below the new root a path beside the old one.
	if (height > tree->height)
		return (height - tree->height) + (height - 1);
	const struct tree_node *node = tree->root;
	unsigned needed = 0;
	bool shared = false;
	for (unsigned level = tree->height; level > 0; level--) {
		if (!node)
			return needed + level;
		// Once a node is copied, its children have two parents: the rest of the path is shared.
		shared |= node->references > 1;
		needed += shared;
		if (level > 1)
			node = node->slot[slot_at(index, level)];
	}
	return needed;
}

static struct tree_node *node_create(const struct tree_kind *kind)
{
	struct tree_node *node = slab_take(kind->nodes);
	*node = (struct tree_node){.references = 1};
	return node;
}

// Moves one reference from a shared node to a copy of it. A node has been reserved.
static struct tree_node *node_copy(const struct tree_kind *kind, struct tree_node *node,
                                   unsigned level)
{
	struct tree_node *copy = slab_take(kind->nodes);
	*copy = *node;
	copy->references = 1;
	node->references--;
	for (unsigned i = 0; i < TREE_SLOTS; i++) {
		if (!copy->slot[i])
			continue;
		if (level == 1)
			kind->share(kind->context, copy->slot[i]);
		else
			((struct tree_node *)copy->slot[i])->references++;
	}
	return copy;
}

static void tree_grow(const struct tree_kind *kind, struct tree *tree, unsigned height)
{
	if (!tree->root) {
		tree->root = node_create(kind);
		tree->height = height;
	}
	while (tree->height < height) {
		struct tree_node *root = node_create(kind);
		root->slot[0] = tree->root;
		root->used = 1;
		tree->root = root;
		tree->height++;
	}
}

struct tree_node *tree_claim(const struct tree_kind *kind, struct tree *tree, uint64_t index)
{
	CORE_ASSERT(index < TREE_INDEX_END);
	tree_grow(kind, tree, height_of(index));
	if (tree->root->references > 1)
		tree->root = node_copy(kind, tree->root, tree->height);
	struct tree_node *node = tree->root;
	for (unsigned level = tree->height; level > 1; level--) {
		void **link = &node->slot[slot_at(index, level)];
		struct tree_node *child = *link;
		if (!child) {
			*link = node_create(kind);
			node->used++;
		} else if (child->references > 1) {
			*link = node_copy(kind, child, level - 1);
		}
		node = *link;
	}
	return node;
}

struct tree tree_share(struct tree *tree)
{
	if (tree->root)
		tree->root->references++;
	return *tree;
}

// One reference to a subtree goes.
static void node_drop(const struct tree_kind *kind, struct tree_node *node, unsigned level)
{
	if (--node->references > 0)
		return;
	for (unsigned i = 0; i < TREE_SLOTS; i++) {
		if (!node->slot[i])
			continue;
		if (level == 1)
			kind->drop(kind->context, node->slot[i]);
		else
			node_drop(kind, node->slot[i], level - 1);
	}
	slab_release(kind->nodes, node);
}

void tree_release(const struct tree_kind *kind, struct tree *tree)
{
	if (tree->root)
		node_drop(kind, tree->root, tree->height);
	*tree = (struct tree){0};
}

// A range of pages relative to the first page of a node.
struct span {
	uint64_t first;
	uint64_t end;
};

// The part of `span` that lies in slot `i` of a node of this level, relative to that slot.
static struct span span_of_slot(struct span span, unsigned level, unsigned i)
{
	uint64_t pages = 1ul << (TREE_BITS * (level - 1));
	uint64_t start = i * pages;
	uint64_t first = span.first > start ? span.first - start : 0;
	uint64_t end = span.end > start ? span.end - start : 0;
	return (struct span){first < pages ? first : pages, end < pages ? end : pages};
}

static bool span_is_whole(struct span span, unsigned level)
{
	return span.first == 0 && span.end == 1ul << (TREE_BITS * level);
}

// *link is a node of this level or NULL.
static bool own_edges(const struct tree_kind *kind, void **link, unsigned level, struct span span)
{
	struct tree_node *node = *link;
	if (!node || span.first >= span.end || span_is_whole(span, level))
		return true;
	if (node->references > 1) {
		if (!slab_reserve(kind->nodes, 1))
			return false;
		node = node_copy(kind, node, level);
		*link = node;
	}
	for (unsigned i = 0; i < TREE_SLOTS && level > 1; i++) {
		if (!own_edges(kind, &node->slot[i], level - 1, span_of_slot(span, level, i)))
			return false;
	}
	return true;
}

// The part of [first, end) that the tree has levels for.
static struct span span_of_tree(const struct tree *tree, uint64_t first, uint64_t end)
{
	return span_of_slot((struct span){first, end}, tree->height + 1, 0);
}

bool tree_own_edges(const struct tree_kind *kind, struct tree *tree, uint64_t first, uint64_t end)
{
	void *root = tree->root;
	bool owned = own_edges(kind, &root, tree->height, span_of_tree(tree, first, end));
	tree->root = root;
	return owned;
}

// Empties the range. True if the node is gone, because nothing is left in it.
static bool node_remove(const struct tree_kind *kind, struct tree_node *node, unsigned level,
                        struct span span)
{
	if (span_is_whole(span, level)) {
		node_drop(kind, node, level);
		return true;
	}
	CORE_ASSERT(node->references == 1);
	for (unsigned i = 0; i < TREE_SLOTS; i++) {
		struct span part = span_of_slot(span, level, i);
		if (!node->slot[i] || part.first >= part.end)
			continue;
		if (level == 1)
			kind->drop(kind->context, node->slot[i]);
		else if (!node_remove(kind, node->slot[i], level - 1, part))
			continue;
		node->slot[i] = NULL;
		node->used--;
	}
	if (node->used > 0)
		return false;
	slab_release(kind->nodes, node);
	return true;
}

// Takes away the top levels that only the pages removed had needed.
static void tree_lower(const struct tree_kind *kind, struct tree *tree)
{
	while (tree->height > 1 && tree->root->used == 1 && tree->root->slot[0] &&
	       tree->root->references == 1) {
		struct tree_node *root = tree->root;
		tree->root = root->slot[0];
		tree->height--;
		slab_release(kind->nodes, root);
	}
}

void tree_remove(const struct tree_kind *kind, struct tree *tree, uint64_t first, uint64_t end)
{
	struct span span = span_of_tree(tree, first, end);
	if (!tree->root || span.first >= span.end)
		return;
	if (node_remove(kind, tree->root, tree->height, span))
		*tree = (struct tree){0};
	else
		tree_lower(kind, tree);
}
