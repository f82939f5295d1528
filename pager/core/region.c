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

struct region *layout_previous(const struct layout *layout, uint64_t va)
{
	struct region *best = NULL;
	for (struct region *node = layout->root; node;) {
		if (node->start < va) {
			best = node;
			node = node->right;
		} else {
			node = node->left;
		}
	}
	return best;
}

bool layout_has_guard(const struct layout *layout, uint64_t start, uint64_t end)
{
	return layout->guard && layout->guard < end && layout->guard + FL_PAGE_SIZE > start;
}

bool layout_is_free(const struct layout *layout, uint64_t start, uint64_t end)
{
	const struct region *next = layout_next(layout, start);
	return (!next || next->start >= end) && !layout_has_guard(layout, start, end);
}

bool layout_is_vacant(const struct layout *layout, uint64_t start, uint64_t end)
{
	const struct region *heap = layout->heap;
	if (heap && heap->start >= start && heap->start < end)
		return false;
	return layout_is_free(layout, start, end);
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

void layout_trim(struct pager *pager, struct layout *layout)
{
	if (layout->private_amap && layout->private_amap->references == 1)
		amap_release(pager, &layout->private_amap);
}

void layout_release(struct pager *pager, struct layout *layout)
{
	if (layout->heap && layout->heap->start == layout->heap->end)
		region_release(pager, layout->heap);
	release_all(pager, layout->root);
	amap_release(pager, &layout->private_amap);
	*layout = (struct layout){0};
}
