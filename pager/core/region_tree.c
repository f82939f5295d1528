// The AVL tree of a layout's regions: insertion, removal, checker.
//
// Heights of siblings differ by one at most, so the recursion is at most 1.44 * log2(n) deep: 24
// for PAGER_REGIONS_MAX.
#include "bug.h"
#include "region.h"

static unsigned height(const struct region *node)
{
	return node ? node->height : 0;
}

static void height_update(struct region *node)
{
	unsigned left = height(node->left), right = height(node->right);
	node->height = (uint8_t)(1 + (left > right ? left : right));
}

static struct region *rotate_right(struct region *node)
{
	struct region *top = node->left;
	node->left = top->right;
	top->right = node;
	height_update(node);
	height_update(top);
	return top;
}

static struct region *rotate_left(struct region *node)
{
	struct region *top = node->right;
	node->right = top->left;
	top->left = node;
	height_update(node);
	height_update(top);
	return top;
}

static struct region *balance(struct region *node)
{
	if (height(node->left) > height(node->right) + 1) {
		if (height(node->left->right) > height(node->left->left))
			node->left = rotate_left(node->left);
		return rotate_right(node);
	}
	if (height(node->right) > height(node->left) + 1) {
		if (height(node->right->left) > height(node->right->right))
			node->right = rotate_right(node->right);
		return rotate_left(node);
	}
	height_update(node);
	return node;
}

static struct region *insert(struct region *node, struct region *region)
{
	if (!node)
		return region;
	if (region->start < node->start)
		node->left = insert(node->left, region);
	else
		node->right = insert(node->right, region);
	return balance(node);
}

// Unlinks the leftmost node of a subtree.
static struct region *remove_first(struct region *node, struct region **first)
{
	if (!node->left) {
		*first = node;
		return node->right;
	}
	node->left = remove_first(node->left, first);
	return balance(node);
}

static struct region *remove_from(struct region *node, struct region *region)
{
	CORE_ASSERT(node);
	if (region->start < node->start) {
		node->left = remove_from(node->left, region);
	} else if (region->start > node->start) {
		node->right = remove_from(node->right, region);
	} else {
		if (!node->right)
			return node->left;
		struct region *heir;
		struct region *right = remove_first(node->right, &heir);
		heir->left = node->left;
		heir->right = right;
		node = heir;
	}
	return balance(node);
}

void layout_insert(struct layout *layout, struct region *region)
{
	region->left = NULL;
	region->right = NULL;
	region->height = 1;
	layout->root = insert(layout->root, region);
	layout->count++;
}

void layout_remove(struct layout *layout, struct region *region)
{
	layout->root = remove_from(layout->root, region);
	layout->count--;
	layout->hit = NULL;
}

struct walk {
	uint64_t end; // of the region before
	uint64_t count;
	bool hit, stack, heap; // seen in the tree
};

static bool check_node(const struct layout *layout, const struct region *node, struct walk *walk)
{
	if (!node)
		return true;
	if (!check_node(layout, node->left, walk))
		return false;
	unsigned left = height(node->left), right = height(node->right);
	if (node->height != 1 + (left > right ? left : right) || left > right + 1 || right > left + 1 ||
	    node->start >= node->end || node->start < walk->end ||
	    layout_has_guard(layout, node->start, node->end) ||
	    !page_is_aligned(node->start | node->end))
		return false;
	walk->end = node->end;
	walk->count++;
	walk->hit |= node == layout->hit;
	walk->stack |= node == layout->stack;
	walk->heap |= node == layout->heap;
	return check_node(layout, node->right, walk);
}

bool layout_check(const struct layout *layout)
{
	struct walk walk = {0};
	if (!check_node(layout, layout->root, &walk) || walk.count != layout->count)
		return false;
	const struct region *heap = layout->heap;
	if (heap &&
	    (walk.heap != (heap->start < heap->end) || layout->heap_break < layout->heap_start ||
	     page_ceiling(layout->heap_break) != heap->end))
		return false;
	return (!layout->hit || walk.hit) && (!layout->stack || walk.stack);
}
