// Regions and layouts: lookup, counting, release. The balancing is in region_tree.c.
#include "region.h"

#include "pager.h"

struct region *layout_next(const struct layout *layout, uint64_t va)
{
	struct region *best = NULL;
	for (struct region *node = layout->root; node;) {
		if (node->end > va) {
			best = node;
			node = node->left;
		} else {
			node = node->right;
		}
	}
	return best;
}

struct region *layout_find_slow(struct layout *layout, uint64_t va)
{
	struct region *region = layout_next(layout, va);
	if (!region || region->start > va)
		return NULL;
	layout->hit = region;
	return region;
}

uint64_t layout_guarded_start(const struct layout *layout, const struct region *region)
{
	return region == layout->stack ? region->start - FL_PAGE_SIZE : region->start;
}

bool layout_is_vacant(const struct layout *layout, uint64_t start, uint64_t end)
{
	const struct region *heap = layout->heap;
	if (heap && heap->start >= start && heap->start < end)
		return false;
	const struct region *next = layout_next(layout, start);
	return !next || layout_guarded_start(layout, next) >= end;
}

void region_count(const struct region *region, uint64_t *private_pages, uint64_t *resident_pages)
{
	uint64_t pages = region_pages(region);
	const struct amap *amap = region->amap;
	*private_pages =
		amap ? tree_count(&amap->tree, region->amap_page, region->amap_page + pages) : 0;
	*resident_pages = *private_pages;
	if (!region->object)
		return;
	uint64_t end = region->object_page + pages;
	for (uint64_t i = region->object_page; tree_next(&region->object->pages, &i) && i < end; i++) {
		uint64_t hidden = region->amap_page + (i - region->object_page);
		*resident_pages += !amap || tree_count(&amap->tree, hidden, hidden + 1) == 0;
	}
}

void region_release(struct pager *pager, struct region *region)
{
	amap_release(pager, &region->amap);
	object_release(pager, region->object);
	slab_release(&pager->regions, region);
}

static void release_all(struct pager *pager, struct region *node)
{
	if (!node)
		return;
	release_all(pager, node->left);
	release_all(pager, node->right);
	region_release(pager, node);
}

void layout_release(struct pager *pager, struct layout *layout)
{
	if (layout->heap && layout->heap->start == layout->heap->end)
		region_release(pager, layout->heap);
	release_all(pager, layout->root);
	*layout = (struct layout){0};
}
