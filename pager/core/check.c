// The checker of the whole core.
//
// It counts every reference by walking from the spaces. A first visit of all regions counts what it
// meets in the `seen` fields, a second compares them with `references` and puts them back to 0.
// Then the things that were met must be as many as the caches and the frame table say exist:
// nothing dangles and nothing has leaked.
#include "pager.h"

struct census {
	struct pager *pager;
	bool sound;
	uint64_t regions, amaps, nodes, anons, objects, pages;
	uint64_t amap_pages;   // in amaps, each counted once
	uint64_t region_pages; // of these, in the range of a region
};

typedef void visit_t(struct census *census, struct region *region);

// A subtree that several trees share is entered once.
static void count_node(struct tree_node *node, unsigned level)
{
	if (node->seen++ > 0)
		return;
	for (unsigned i = 0; i < TREE_SLOTS; i++) {
		if (node->slot[i] && level > 1)
			count_node(node->slot[i], level - 1);
		else if (node->slot[i])
			((struct anon *)node->slot[i])->seen++;
	}
}

// What is in the tree of an amap, once for all regions that share it.
static void count_amap(struct census *census, struct amap *amap)
{
	if (amap->seen++ > 0)
		return;
	census->amaps++;
	if (amap->tree.root)
		count_node(amap->tree.root, amap->tree.height);
	bool shared;
	struct tree_node *leaf = amap->leaf;
	if (amap->leaf_index != AMAP_NO_LEAF)
		tree_find(&amap->tree, amap->leaf_index * TREE_SLOTS, &leaf, &shared);
	census->sound &= amap->leaf == leaf;
	census->amap_pages += tree_count(&amap->tree, 0, TREE_INDEX_END);
}

static void first_visit(struct census *census, struct region *region)
{
	census->regions++;
	if (region->object)
		region->object->seen++;
	struct amap *amap = region->amap;
	if (!amap)
		return;
	count_amap(census, amap);
	uint64_t first = region->amap_page;
	census->region_pages += tree_count(&amap->tree, first, first + region_pages(region));
	census->sound &= !region_is_shared(region);
}

static void check_anon(struct census *census, struct anon *anon)
{
	if (anon->seen == 0)
		return;
	census->anons++;
	census->sound &= anon->seen == anon->references && anon->frame->state == FRAME_ANON &&
	                 anon->frame->owner == anon;
	anon->seen = 0;
}

static void check_node(struct census *census, struct tree_node *node, unsigned level)
{
	if (node->seen == 0)
		return;
	census->nodes++;
	census->sound &= node->seen == node->references;
	node->seen = 0;
	unsigned used = 0;
	for (unsigned i = 0; i < TREE_SLOTS; i++) {
		if (!node->slot[i])
			continue;
		used++;
		if (level > 1)
			check_node(census, node->slot[i], level - 1);
		else
			check_anon(census, node->slot[i]);
	}
	census->sound &= used == node->used && used > 0;
}

static uint64_t page_tree_nodes(const struct tree_node *node, unsigned level)
{
	uint64_t nodes = 1;
	for (unsigned i = 0; i < TREE_SLOTS && level > 1; i++) {
		if (node->slot[i])
			nodes += page_tree_nodes(node->slot[i], level - 1);
	}
	return nodes;
}

static void check_object(struct census *census, struct object *object)
{
	census->objects++;
	census->sound &= object->seen == object->references && object->references > 0;
	object->seen = 0;
	uint64_t pages = 0;
	struct frame *frame;
	for (uint64_t page = 0; (frame = tree_next(&object->pages, &page)); page++) {
		census->sound &=
			page < object->page_count && frame->state == FRAME_CACHED && frame->owner == object;
		pages++;
	}
	census->pages += pages;
	if (object->pages.root)
		census->nodes += page_tree_nodes(object->pages.root, object->pages.height);
}

static void check_amap(struct census *census, struct amap *amap)
{
	if (!amap || amap->seen == 0)
		return;
	census->sound &= amap->seen == amap->references;
	amap->seen = 0;
	if (amap->tree.root)
		check_node(census, amap->tree.root, amap->tree.height);
}

static void second_visit(struct census *census, struct region *region)
{
	check_amap(census, region->amap);
	if (region->object && region->object->seen > 0)
		check_object(census, region->object);
}

// An empty heap is a region outside the tree.
static void visit_layout(struct census *census, struct layout *layout, visit_t *visit)
{
	struct region *region;
	for (uint64_t va = 0; (region = layout_next(layout, va)); va = region->end)
		visit(census, region);
	if (layout->heap && layout->heap->start == layout->heap->end)
		visit(census, layout->heap);
	if (!layout->private_amap)
		return;
	if (visit == first_visit)
		count_amap(census, layout->private_amap);
	else
		check_amap(census, layout->private_amap);
}

static void visit_spaces(struct census *census, visit_t *visit)
{
	uint64_t spaces = 0;
	for (unsigned i = 0; i < PAGER_SPACES_MAX; i++) {
		struct space *space = census->pager->space[i];
		if (!space)
			continue;
		spaces++;
		census->sound &= space_find(census->pager, space->number) == space &&
		                 layout_check(&space->layout) && layout_check(&space->pending);
		visit_layout(census, &space->layout, visit);
		visit_layout(census, &space->pending, visit);
	}
	census->sound &= spaces == census->pager->space_count;
}

static bool check_caches(const struct pager *pager)
{
	return slab_cache_check(&pager->regions) && slab_cache_check(&pager->amaps) &&
	       slab_cache_check(&pager->nodes) && slab_cache_check(&pager->anons) &&
	       slab_cache_check(&pager->objects) && slab_cache_check(&pager->spaces);
}

bool pager_check(struct pager *pager)
{
	uint64_t frames[FRAME_KERNEL + 1];
	struct census census = {.pager = pager, .sound = true};
	if (!frame_table_check(&pager->frames, frames) || !check_caches(pager))
		return false;
	visit_spaces(&census, first_visit);
	visit_spaces(&census, second_visit);
	return census.sound && census.amap_pages == census.region_pages &&
	       census.regions == pager->regions.live_count && census.amaps == pager->amaps.live_count &&
	       census.nodes == pager->nodes.live_count && census.anons == pager->anons.live_count &&
	       census.objects == pager->objects.live_count &&
	       pager->space_count == pager->spaces.live_count && census.anons == frames[FRAME_ANON] &&
	       census.pages == frames[FRAME_CACHED] && frames[FRAME_SHARED_ZERO] == 1;
}
