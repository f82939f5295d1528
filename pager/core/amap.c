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

CORE_COLD struct anon *amap_find_slow(struct amap *amap, uint64_t page, bool *exclusive)
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

static bool amap_has_leaf(const struct amap *amap, uint64_t page)
{
	return amap && page / TREE_SLOTS == amap->leaf_index;
}

// Reserves what an insertion takes: the path, the amap itself if it is the first page, and anons.
static bool amap_reserve(struct pager *pager, const struct amap *amap, uint64_t page,
                         unsigned anons)
{
	static const struct tree empty;
	unsigned nodes =
		amap_has_leaf(amap, page) ? 0 : tree_nodes_needed(amap ? &amap->tree : &empty, page);
	if (slab_reserve(&pager->anons, anons) && slab_reserve(&pager->nodes, nodes) &&
	    slab_reserve(&pager->amaps, amap ? 0 : 1))
		return true;
	slab_trim(&pager->anons);
	slab_trim(&pager->nodes);
	slab_trim(&pager->amaps);
	return false;
}

struct amap *amap_create(struct pager *pager)
{
	struct amap *amap = slab_take(&pager->amaps);
	*amap = (struct amap){.leaf_index = AMAP_NO_LEAF, .references = 1};
	return amap;
}

// Makes the path to the page this amap's alone. All is reserved.
static void amap_claim(struct pager *pager, struct amap **link, uint64_t page)
{
	struct amap *amap = *link;
	if (!amap) {
		amap = amap_create(pager);
		*link = amap;
	}
	amap->leaf = tree_claim(&pager->anon_tree, &amap->tree, page);
	amap->leaf_index = page / TREE_SLOTS;
}

static void amap_put(struct pager *pager, struct amap *amap, uint64_t page, struct anon *anon)
{
	struct anon *old = amap->leaf->slot[tree_slot(page)];
	tree_leaf_set(amap->leaf, page, anon);
	if (old)
		anon_drop(pager, old);
}

bool amap_insert(struct pager *pager, struct amap **link, uint64_t page, struct frame *frame)
{
	bool has_leaf = amap_has_leaf(*link, page);
	if ((!has_leaf || pager->anons.free_count == 0) && !amap_reserve(pager, *link, page, 1))
		return false;
	if (!has_leaf)
		amap_claim(pager, link, page);
	struct anon *anon = slab_take(&pager->anons);
	*anon = (struct anon){.frame = frame, .references = 1};
	frame->owner = anon;
	amap_put(pager, *link, page, anon);
	return true;
}

bool amap_insert_shared(struct pager *pager, struct amap **link, uint64_t page, struct anon *anon)
{
	if (!amap_reserve(pager, *link, page, 0))
		return false;
	amap_claim(pager, link, page);
	anon->references++;
	amap_put(pager, *link, page, anon);
	return true;
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
	amap->leaf_index = AMAP_NO_LEAF;
	tree_remove(&pager->anon_tree, &amap->tree, first, end);
	if (!amap->tree.root && amap->references == 1)
		amap_release(pager, link);
}

void amap_fork_start(struct amap *parent)
{
	if (!parent)
		return;
	parent->leaf_index = AMAP_NO_LEAF;
	parent->copy = NULL;
}

bool amap_fork(struct pager *pager, struct amap *parent, struct amap **child)
{
	*child = NULL;
	if (!parent)
		return true;
	struct amap *amap = parent->copy;
	if (amap) {
		amap->references++;
		*child = amap;
		return true;
	}
	amap = slab_allocate(&pager->amaps);
	if (!amap)
		return false;
	*amap = (struct amap){
		.tree = tree_share(&parent->tree), .leaf_index = AMAP_NO_LEAF, .references = 1};
	parent->copy = amap;
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
