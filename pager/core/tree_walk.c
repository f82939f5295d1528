// Page trees: iteration and counting. Nothing here changes a tree.
#include "tree.h"

void *tree_next(const struct tree *tree, uint64_t *index)
{
	while (tree->root && *index >> (TREE_BITS * tree->height) == 0) {
		const struct tree_node *node = tree->root;
		unsigned shift = TREE_BITS * (tree->height - 1);
		void *entry = node->slot[tree_slot(*index >> shift)];
		while (entry && shift > 0) {
			node = entry;
			shift -= TREE_BITS;
			entry = node->slot[tree_slot(*index >> shift)];
		}
		if (entry)
			return entry;
		*index = ((*index >> shift) + 1) << shift;
	}
	return NULL;
}

static uint64_t count_in(const struct tree_node *node, unsigned level, uint64_t first, uint64_t end)
{
	uint64_t pages = 1ul << (TREE_BITS * (level - 1)); // of one slot
	if (level == 1 && first == 0 && end >= TREE_SLOTS)
		return node->used;
	uint64_t count = 0;
	for (uint64_t i = first / pages; i < TREE_SLOTS && i * pages < end; i++) {
		if (!node->slot[i])
			continue;
		uint64_t start = i * pages;
		count += level == 1 ? 1
		                    : count_in(node->slot[i], level - 1, first > start ? first - start : 0,
		                               end - start);
	}
	return count;
}

uint64_t tree_count(const struct tree *tree, uint64_t first, uint64_t end)
{
	return tree->root && first < end ? count_in(tree->root, tree->height, first, end) : 0;
}

static void visit_node(const struct tree_node *node, unsigned level, bool shared,
                       tree_visit_t *visit, void *context)
{
	shared |= node->references > 1;
	for (unsigned i = 0; i < TREE_SLOTS; i++) {
		if (!node->slot[i])
			continue;
		if (level == 1)
			visit(context, node->slot[i], shared);
		else
			visit_node(node->slot[i], level - 1, shared, visit, context);
	}
}

void tree_visit(const struct tree *tree, tree_visit_t *visit, void *context)
{
	if (tree->root)
		visit_node(tree->root, tree->height, false, visit, context);
}
