// Exec of the minimal pager: a new layout is collected, then takes the place of the present one.
#include "minimal.h"

static fl_error_t what_check(uint64_t what, uint64_t image)
{
	unsigned kind = PAGER_REGION_KIND(what);
	unsigned rights = PAGER_REGION_RIGHTS(what);
	if (what != PAGER_REGION(kind, rights) || kind < PAGER_KIND_IMAGE || kind > PAGER_KIND_STACK)
		return FL_BAD_ARGUMENT;
	if (!(rights & FL_PROT_READ) || rights & ~FL_PROT_RIGHTS ||
	    (rights & FL_PROT_WRITE && rights & FL_PROT_EXEC))
		return FL_BAD_PROT;
	if (kind != PAGER_KIND_IMAGE)
		return image ? FL_BAD_ARGUMENT : FL_OK;
	return image_is_inside(image) ? FL_OK : FL_BAD_ARGUMENT;
}

static fl_error_t place_check(struct layout *layout, const struct region *region)
{
	unsigned kind = PAGER_REGION_KIND(region->what);
	bool heap = kind == PAGER_KIND_HEAP;
	uint64_t top = heap ? LAYOUT_MMAP_START : LAYOUT_USER_TOP;
	if (page_floor(region->start | region->end) != (region->start | region->end) ||
	    region->start < LAYOUT_USER_START || region->end > top ||
	    (heap ? region->start != region->end : region->start >= region->end))
		return FL_BAD_ADDRESS;
	if ((heap || kind == PAGER_KIND_STACK) && layout_kind(layout, kind))
		return FL_EXISTS;
	uint64_t start = kind == PAGER_KIND_STACK ? region->start - FL_PAGE_SIZE : region->start;
	if (!layout_is_vacant(layout, start, heap ? region->end + 1 : region->end, NULL))
		return FL_EXISTS;
	return layout->count < REGIONS_MAX ? FL_OK : FL_LIMIT;
}

fl_error_t exec_region(struct space *space, struct fl_message *m)
{
	struct layout *layout = &space->pending;
	struct region region = {
		.start = m->word[2], .end = m->word[3], .what = m->word[4], .image = m->word[5]};
	fl_error_t error = what_check(region.what, region.image);
	if (!error)
		error = place_check(layout, &region);
	if (error)
		return error;
	layout->region[layout->count++] = region;
	if (PAGER_REGION_KIND(region.what) == PAGER_KIND_HEAP)
		layout->heap_break = region.start;
	return FL_OK;
}

static fl_error_t arguments_check(const struct layout *pending, const struct region *stack,
                                  uint64_t start, uint64_t bytes)
{
	if (pending->count == 0 || (bytes && !stack))
		return FL_BAD_ARGUMENT;
	if (bytes == 0)
		return FL_OK;
	if (page_floor(start) != start || start >= FL_USER_END)
		return FL_BAD_ADDRESS;
	return bytes < stack->end - stack->start ? FL_OK : FL_TOO_BIG;
}

// Sees to it that each argument page has a frame in the present map and an empty entry in the new
// one, so that moving them cannot fail.
static fl_error_t arguments_prepare(struct space *space, uint64_t map, uint64_t start, uint64_t end,
                                    uint64_t to)
{
	for (uint64_t va = start; va < end; va += FL_PAGE_SIZE) {
		const struct region *region = layout_find(&space->layout, va);
		if (!region || !(PAGER_REGION_RIGHTS(region->what) & FL_PROT_READ))
			return FL_BAD_ADDRESS;
		if (!page_fill(space, region, va) || !page_entry(map, to + (va - start)))
			return FL_NO_MEMORY;
	}
	return FL_OK;
}

fl_error_t exec_commit(struct space *space, struct fl_message *m)
{
	uint64_t start = m->word[2];
	const struct region *stack = layout_kind(&space->pending, PAGER_KIND_STACK);
	fl_error_t error = arguments_check(&space->pending, stack, start, m->word[3]);
	if (error)
		return error;
	uint64_t bytes = page_ceiling(m->word[3]);
	uint64_t to = stack ? stack->end - bytes : 0;
	uint64_t map = frame_take();
	if (!map)
		return FL_NO_MEMORY;
	stat[STAT_FRAMES_META]++;
	error = arguments_prepare(space, map, start, start + bytes, to);
	if (error) {
		map_free(map);
		return error;
	}
	space_unmap(space, 0, LAYOUT_WINDOW); // the window stays with the process
	space_unmap(space, LAYOUT_WINDOW + LAYOUT_WINDOW_BYTES, FL_USER_END);
	for (uint64_t offset = 0; offset < bytes; offset += FL_PAGE_SIZE) {
		uint64_t *old = page_entry(space->pages, start + offset);
		*page_entry(map, to + offset) = *old;
		*old = 0;
	}
	map_free(space->pages);
	space->pages = map;
	space->layout = space->pending;
	space->pending.count = 0;
	return FL_OK;
}

fl_error_t exec_abort(struct space *space, struct fl_message *m)
{
	(void)m;
	space->pending.count = 0;
	return FL_OK;
}
