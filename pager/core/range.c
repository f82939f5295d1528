// Ranges; range.h has the contracts.
#include "range.h"

#include "pager.h"

static struct region *region_across(const struct layout *layout, uint64_t va)
{
	struct region *region = layout_next(layout, va);
	return region && region->start < va ? region : NULL;
}

// The heap's piece that sbrk moves, if its last page is in the range.
static struct region *heap_topped(const struct layout *layout, uint64_t start, uint64_t end)
{
	struct region *heap = layout->heap;
	bool inside = heap && heap->start < heap->end && heap->end > start && heap->end <= end;
	return inside ? heap : NULL;
}

// [at, end) of the region becomes one of its own. All is reserved.
static struct region *region_split(struct pager *pager, struct layout *layout,
                                   struct region *region, uint64_t at)
{
	struct region *right = slab_take(&pager->regions);
	if (!region->amap && !region_is_shared(region))
		region->amap = amap_create(pager);
	*right = *region;
	right->start = at;
	right->amap_page = region_amap_page(region, at);
	right->object_page = region_object_page(region, at);
	if (right->amap)
		right->amap->references++;
	if (right->object)
		right->object->references++;
	region->end = at;
	if (right->start < right->end)
		layout_insert(layout, right);
	if (layout->heap == region)
		layout->heap = right;
	return right;
}

static bool needs_amap(const struct region *region)
{
	return region && !region->amap && !region_is_shared(region);
}

fl_error_t range_cut(struct pager *pager, struct layout *layout, uint64_t start, uint64_t end,
                     int more)
{
	// The same region may be cut twice; the third can then only be its right piece.
	struct region *at_start = region_across(layout, start);
	struct region *at_end = region_across(layout, end);
	struct region *at_top = heap_topped(layout, start, end);
	unsigned cuts = (at_start != NULL) + (at_end != NULL);
	if ((int64_t)layout->count + (int64_t)cuts + more > PAGER_REGIONS_MAX)
		return FL_LIMIT;
	unsigned amaps = needs_amap(at_start) + (at_end != at_start && needs_amap(at_end)) +
	                 (at_top != at_start && needs_amap(at_top));
	if (!slab_reserve(&pager->regions, cuts + (at_top != NULL)))
		return FL_NO_MEMORY;
	if (!slab_reserve(&pager->amaps, amaps)) {
		slab_trim(&pager->regions);
		return FL_NO_MEMORY;
	}
	if (at_start) {
		struct region *right = region_split(pager, layout, at_start, start);
		at_end = at_end == at_start ? right : at_end;
	}
	if (at_end)
		(void)region_split(pager, layout, at_end, end);
	if (at_top)
		(void)region_split(pager, layout, layout->heap, layout->heap->end);
	return FL_OK;
}

fl_error_t range_prepare(struct pager *pager, struct layout *layout, uint64_t start, uint64_t end)
{
	struct region *region = layout_next(layout, start);
	for (; region && region->start < end; region = layout_next(layout, region->end)) {
		bool whole = region->start >= start && region->end <= end;
		if (!region->amap || (whole && region->amap->references == 1))
			continue; // the amap goes with the region
		uint64_t first = region->start > start ? region->start : start;
		uint64_t last = region->end < end ? region->end : end;
		if (!amap_remove_prepare(pager, &region->amap, region_amap_page(region, first),
		                         region_amap_page(region, last)))
			return FL_NO_MEMORY;
	}
	return FL_OK;
}

// The space between mappings is searched again from the highest hole on.
static void hole_note(struct layout *layout, uint64_t end)
{
	if (end > LAYOUT_MMAP_END)
		end = LAYOUT_MMAP_END;
	if (LAYOUT_MMAP_END - end < layout->mmap_full)
		layout->mmap_full = LAYOUT_MMAP_END - end;
}

void range_drop(struct pager *pager, struct space *space, uint64_t start, uint64_t end)
{
	const struct pager_effects *effects = pager->effects;
	struct layout *layout = &space->layout;
	struct region *region;
	while ((region = layout_next(layout, start)) && region->start < end) {
		effects->unmap(effects->context, space, region->start, region_pages(region));
		layout_remove(layout, region);
		if (region->amap && region->amap->references > 1)
			amap_remove(pager, &region->amap, region->amap_page,
			            region->amap_page + region_pages(region));
		region_release(pager, region);
	}
	hole_note(layout, end);
	layout_trim(pager, layout);
}

static bool can_join(const struct region *left, const struct region *right)
{
	uint64_t pages = region_pages(left);
	return left->end == right->start && left->kind == right->kind &&
	       left->rights == right->rights && left->amap == right->amap &&
	       left->object == right->object &&
	       (!left->amap || left->amap_page + pages == right->amap_page) &&
	       (!left->object || left->object_page + pages == right->object_page);
}

void range_join(struct pager *pager, struct layout *layout, uint64_t start, uint64_t end)
{
	struct region *left = layout_next(layout, start - 1);
	while (left && left->start < end) {
		struct region *right = layout_next(layout, left->end);
		if (!right || !can_join(left, right)) {
			left = right;
			continue;
		}
		layout_remove(layout, right);
		left->end = right->end;
		if (layout->heap == right)
			layout->heap = left;
		region_release(pager, right);
	}
	struct region *heap = layout->heap;
	if (!heap || heap->start < heap->end)
		return;
	struct region *below = layout_next(layout, heap->start - 1);
	if (below && can_join(below, heap)) {
		layout->heap = below;
		region_release(pager, heap);
	}
}

bool range_is_covered(const struct layout *layout, uint64_t start, uint64_t end)
{
	while (start < end) {
		const struct region *region = layout_next(layout, start);
		if (!region || region->start > start)
			return false;
		start = region->end;
	}
	return true;
}
