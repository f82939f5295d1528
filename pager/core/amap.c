// Anon maps; amap.h has the rules.
#include "amap.h"

#include "bug.h"
#include "pager.h"

void anon_share(void *context, void *entry)
{
	(void)context;
	struct anon *anon = entry;
	anon->references++;
}

void anon_drop(void *context, void *entry)
{
	struct pager *pager = context;
	struct anon *anon = entry;
	if (--anon->references > 0)
		return;
	frame_free(&pager->frames, anon->frame);
	slab_release(&pager->anons, anon);
}

struct anon *amap_find_slow(struct amap *amap, uint64_t page, bool *exclusive)
{
	bool shared;
	struct tree_node *leaf;
	struct anon *anon = tree_find(&amap->tree, page, &leaf, &shared);
	if (leaf) {
		amap->leaf = leaf;
		amap->leaf_index = page / TREE_SLOTS;
	}
	*exclusive = anon && !shared && anon->references == 1;
	return anon;
}

bool amap_reserve(struct pager *pager, struct amap **link, uint64_t page)
{
	static const struct tree empty;
	const struct amap *amap = *link;
	bool cached = amap && amap->leaf && page / TREE_SLOTS == amap->leaf_index;
	bool reserved =
		slab_reserve(&pager->anons, 1) &&
		(cached ||
	     slab_reserve(&pager->nodes, tree_nodes_needed(amap ? &amap->tree : &empty, page))) &&
		(amap || slab_reserve(&pager->amaps, 1));
	if (!reserved)
		amap_unreserve(pager);
	return reserved;
}

void amap_unreserve(struct pager *pager)
{
	slab_trim(&pager->anons);
	slab_trim(&pager->nodes);
	slab_trim(&pager->amaps);
}

// The leaf for `page`, exclusive.
static struct tree_node *amap_claim(struct pager *pager, struct amap **link, uint64_t page)
{
	struct amap *amap = *link;
	if (!amap) {
		amap = slab_take(&pager->amaps);
		*amap = (struct amap){.references = 1};
		*link = amap;
	}
	if (!amap->leaf || page / TREE_SLOTS != amap->leaf_index) {
		amap->leaf = tree_claim(&pager->anon_tree, &amap->tree, page);
		amap->leaf_index = page / TREE_SLOTS;
	}
	return amap->leaf;
}

static void amap_put(struct pager *pager, struct amap **link, uint64_t page, struct anon *anon)
{
	struct tree_node *leaf = amap_claim(pager, link, page);
	struct anon *old = leaf->slot[tree_slot(page)];
	tree_leaf_set(leaf, page, anon);
	if (old)
		anon_drop(pager, old);
}

void amap_insert(struct pager *pager, struct amap **link, uint64_t page, struct frame *frame)
{
	struct anon *anon = slab_take(&pager->anons);
	*anon = (struct anon){.frame = frame, .references = 1};
	frame->owner = anon;
	amap_put(pager, link, page, anon);
}

void amap_insert_shared(struct pager *pager, struct amap **link, uint64_t page, struct anon *anon)
{
	anon->references++;
	amap_put(pager, link, page, anon);
}

bool amap_remove_prepare(struct pager *pager, struct amap **link, uint64_t first, uint64_t end)
{
	return !*link || tree_own_edges(&pager->anon_tree, &(*link)->tree, first, end);
}

void amap_remove(struct pager *pager, struct amap **link, uint64_t first, uint64_t end)
{
	struct amap *amap = *link;
	if (!amap)
		return;
	amap->leaf = NULL;
	tree_remove(&pager->anon_tree, &amap->tree, first, end);
	if (!amap->tree.root && amap->references == 1)
		amap_release(pager, link);
}

bool amap_fork(struct pager *pager, struct amap *parent, struct amap **child)
{
	struct amap *amap = slab_allocate(&pager->amaps);
	if (!amap)
		return false;
	parent->leaf = NULL;
	*amap = (struct amap){.tree = tree_share(&parent->tree), .references = 1};
	*child = amap;
	return true;
}

void amap_release(struct pager *pager, struct amap **link)
{
	struct amap *amap = *link;
	*link = NULL;
	if (!amap || --amap->references > 0)
		return;
	tree_release(&pager->anon_tree, &amap->tree);
	slab_release(&pager->amaps, amap);
}
