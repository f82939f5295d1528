// Mappings: mmap, munmap, mprotect; mapping.h has the contracts.
#include "mapping.h"

#include "pager.h"
#include "range.h"

#define FLAGS_KNOWN (PAGER_MMAP_SHARED | PAGER_MMAP_FIXED | PAGER_MMAP_NOREPLACE)
#define FLAGS_EXACT (PAGER_MMAP_FIXED | PAGER_MMAP_NOREPLACE)

fl_error_t mapping_range(uint64_t start, uint64_t bytes, uint64_t *end)
{
	if (bytes == 0 || !page_is_aligned(start))
		return FL_BAD_ARGUMENT;
	if (bytes > FL_USER_END || start > FL_USER_END - page_ceiling(bytes))
		return FL_BAD_ADDRESS;
	*end = start + page_ceiling(bytes);
	return FL_OK;
}

// Every page that can be reached at all can be read: the hardware has no W alone, and a program
// that is executed is loaded from as well.
static fl_error_t rights_normalize(uint64_t *rights)
{
	if (*rights & ~(uint64_t)FL_PROT_RIGHTS || (*rights & FL_PROT_WRITE && *rights & FL_PROT_EXEC))
		return FL_BAD_PROT;
	if (*rights)
		*rights |= FL_PROT_READ;
	return FL_OK;
}

// A range that a mapping may have, as far as the layout's limits go.
static bool place_is_legal(const struct layout *layout, uint64_t start, uint64_t end)
{
	return start >= LAYOUT_USER_START && end <= LAYOUT_USER_TOP &&
	       !range_meets_window(start, end) && !layout_has_guard(layout, start, end);
}

// The nearest region or guard page below `end`; 0, 0 if there is none.
static void obstacle_below(const struct layout *layout, uint64_t end, uint64_t *from, uint64_t *to)
{
	const struct region *region = layout_previous(layout, end);
	*from = region ? region->start : 0;
	*to = region ? region->end : 0;
	if (layout->guard && layout->guard < end && layout->guard >= *to) {
		*from = layout->guard;
		*to = layout->guard + FL_PAGE_SIZE;
	}
}

// The highest hole of this size in the area for mappings. What lies above the highest hole of all
// is remembered, so that mapping after mapping does not walk them all.
static fl_error_t place_find(struct layout *layout, uint64_t bytes, uint64_t *start)
{
	uint64_t end = LAYOUT_MMAP_END - layout->mmap_full;
	bool full = true; // no hole so far
	while (end >= LAYOUT_MMAP_START + bytes) {
		uint64_t from, to;
		obstacle_below(layout, end, &from, &to);
		if (to < LAYOUT_MMAP_START)
			to = LAYOUT_MMAP_START;
		if (to + bytes <= end) {
			*start = end - bytes;
			return FL_OK;
		}
		full = full && to >= end;
		end = from > LAYOUT_MMAP_START ? from : LAYOUT_MMAP_START;
		if (full)
			layout->mmap_full = LAYOUT_MMAP_END - end;
	}
	return FL_NO_MEMORY;
}

static fl_error_t place_choose(struct layout *layout, uint64_t address, uint64_t bytes,
                               uint64_t flags, uint64_t *start, uint64_t *end)
{
	fl_error_t error;
	if (flags & FLAGS_EXACT) {
		error = mapping_range(address, bytes, end);
		if (error)
			return error;
		if (!place_is_legal(layout, address, *end))
			return FL_BAD_ADDRESS;
		if (flags & PAGER_MMAP_NOREPLACE && !layout_is_free(layout, address, *end))
			return FL_EXISTS;
		*start = address;
		return FL_OK;
	}
	if (bytes == 0)
		return FL_BAD_ARGUMENT;
	if (bytes > FL_USER_END)
		return FL_NO_MEMORY;
	*start = page_floor(address);
	error = mapping_range(*start, bytes, end);
	if (!error && place_is_legal(layout, *start, *end) && layout_is_vacant(layout, *start, *end))
		return FL_OK;
	error = place_find(layout, page_ceiling(bytes), start);
	*end = *start + page_ceiling(bytes);
	return error;
}

// What the new region's pages are.
static fl_error_t backing_open(struct pager *pager, struct layout *layout, struct region *region)
{
	if (region->kind == PAGER_KIND_SHARED)
		return memory_open(pager, region_pages(region), &region->object);
	if (!layout->private_amap) {
		if (!slab_reserve(&pager->amaps, 1))
			return FL_NO_MEMORY;
		layout->private_amap = amap_create(pager);
	}
	region->amap = layout->private_amap;
	region->amap->references++;
	region->amap_page = region->start >> FL_PAGE_SHIFT;
	return FL_OK;
}

fl_error_t mapping_create(struct pager *pager, struct space *space, uint64_t address,
                          uint64_t bytes, uint64_t mapping, uint64_t *out)
{
	struct layout *layout = &space->layout;
	uint64_t rights = mapping & 0xff, flags = mapping >> 8, start, end;
	if (flags & ~FLAGS_KNOWN)
		return FL_BAD_ARGUMENT;
	fl_error_t error = rights_normalize(&rights);
	if (!error)
		error = place_choose(layout, address, bytes, flags, &start, &end);
	if (error)
		return error;
	struct region *region = slab_allocate(&pager->regions);
	if (!region)
		return FL_NO_MEMORY;
	bool shared = flags & PAGER_MMAP_SHARED;
	*region = (struct region){.start = start,
	                          .end = end,
	                          .rights = (uint8_t)rights,
	                          .kind = shared ? PAGER_KIND_SHARED : PAGER_KIND_PRIVATE};
	error = backing_open(pager, layout, region);
	if (!error)
		error = range_prepare(pager, layout, start, end);
	if (!error)
		error = range_cut(pager, layout, start, end, 1);
	if (error) {
		region_release(pager, region);
		layout_trim(pager, layout);
		return error;
	}
	range_drop(pager, space, start, end);
	layout_insert(layout, region);
	range_join(pager, layout, start, end);
	*out = start;
	return FL_OK;
}

fl_error_t mapping_remove(struct pager *pager, struct space *space, uint64_t start, uint64_t bytes)
{
	struct layout *layout = &space->layout;
	uint64_t end;
	fl_error_t error = mapping_range(start, bytes, &end);
	if (!error)
		error = range_prepare(pager, layout, start, end);
	if (!error)
		error = range_cut(pager, layout, start, end, -1);
	if (error)
		return error;
	range_drop(pager, space, start, end);
	range_join(pager, layout, start, end);
	return FL_OK;
}

// Rights that the region gains come with the faults that need them.
static void region_protect(struct pager *pager, struct space *space, struct region *region,
                           unsigned rights)
{
	const struct pager_effects *effects = pager->effects;
	unsigned taken = region->rights & ~rights;
	uint64_t pages = region_pages(region);
	if (taken & FL_PROT_READ)
		effects->unmap(effects->context, space, region->start, pages);
	else if (taken)
		effects->protect(effects->context, space, region->start, pages, taken);
	region->rights = (uint8_t)rights;
}

fl_error_t mapping_protect(struct pager *pager, struct space *space, uint64_t start, uint64_t bytes,
                           uint64_t rights)
{
	struct layout *layout = &space->layout;
	uint64_t end;
	fl_error_t error = mapping_range(start, bytes, &end);
	if (!error)
		error = rights_normalize(&rights);
	if (!error && !range_is_covered(layout, start, end))
		error = FL_NO_MEMORY;
	if (!error)
		error = range_cut(pager, layout, start, end, 0);
	if (error)
		return error;
	struct region *region = layout_next(layout, start);
	for (; region && region->start < end; region = layout_next(layout, region->end))
		region_protect(pager, space, region, (unsigned)rights);
	range_join(pager, layout, start, end);
	return FL_OK;
}
