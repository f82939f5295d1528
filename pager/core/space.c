// Address spaces; space.h has the rules.
#include "space.h"

#include "pager.h"

fl_error_t space_create(struct pager *pager, struct space **space)
{
	if (pager->space_count == PAGER_SPACES_MAX)
		return FL_LIMIT;
	struct space *created = slab_allocate(&pager->spaces);
	if (!created)
		return FL_NO_MEMORY;
	uint64_t index = pager->space_free[PAGER_SPACES_MAX - 1 - pager->space_count++];
	*created = (struct space){.number = ++pager->space_serial * PAGER_SPACES_MAX + index};
	pager->space[index] = created;
	*space = created;
	return FL_OK;
}

void space_destroy(struct pager *pager, struct space *space)
{
	const struct pager_effects *effects = pager->effects;
	effects->unmap(effects->context, space, 0, FL_USER_END >> FL_PAGE_SHIFT);
	layout_release(pager, &space->layout);
	layout_release(pager, &space->pending);
	uint64_t index = space_index(space->number);
	pager->space[index] = NULL;
	pager->space_free[PAGER_SPACES_MAX - 1 - --pager->space_count] = (uint16_t)index;
	slab_release(&pager->spaces, space);
}

static fl_error_t region_fork(struct pager *pager, const struct region *parent,
                              struct region **child)
{
	struct region *region = slab_allocate(&pager->regions);
	if (!region)
		return FL_NO_MEMORY;
	*region = *parent;
	if (!amap_fork(pager, parent->amap, &region->amap)) {
		slab_release(&pager->regions, region);
		return FL_NO_MEMORY;
	}
	if (region->object)
		region->object->references++;
	*child = region;
	return FL_OK;
}

static void layout_fork_start(const struct layout *parent)
{
	amap_fork_start(parent->private_amap);
	if (parent->heap)
		amap_fork_start(parent->heap->amap);
	const struct region *region;
	for (uint64_t va = 0; (region = layout_next(parent, va)); va = region->end)
		amap_fork_start(region->amap);
}

// The heap's region may be outside the tree, so it is copied by itself.
static fl_error_t layout_fork(struct pager *pager, const struct layout *parent,
                              struct layout *child)
{
	layout_fork_start(parent);
	if (!amap_fork(pager, parent->private_amap, &child->private_amap))
		return FL_NO_MEMORY;
	child->mmap_full = parent->mmap_full;
	child->guard = parent->guard;
	child->heap_start = parent->heap_start;
	child->heap_break = parent->heap_break;
	fl_error_t error = FL_OK;
	if (parent->heap) {
		error = region_fork(pager, parent->heap, &child->heap);
		if (error)
			goto release;
		if (child->heap->start < child->heap->end)
			layout_insert(child, child->heap);
	}
	struct region *next;
	for (uint64_t va = 0; (next = layout_next(parent, va)); va = next->end) {
		if (next == parent->heap)
			continue;
		struct region *copy;
		error = region_fork(pager, next, &copy);
		if (error)
			goto release;
		layout_insert(child, copy);
	}
	return FL_OK;
release:
	layout_release(pager, child);
	return error;
}

fl_error_t space_fork(struct pager *pager, struct space *parent, struct space *child)
{
	fl_error_t error = layout_fork(pager, &parent->layout, &child->layout);
	if (error)
		return error;
	child->rescue = parent->rescue;
	const struct pager_effects *effects = pager->effects;
	struct region *region;
	for (uint64_t va = 0; (region = layout_next(&parent->layout, va)); va = region->end) {
		uint64_t page = region->amap_page;
		if (!(region->rights & FL_PROT_WRITE) || !region->amap ||
		    !tree_next(&region->amap->tree, &page))
			continue;
		// Only private pages are ever mapped writable, and none lies before the first.
		uint64_t skip = page - region->amap_page;
		if (skip < region_pages(region))
			effects->protect(effects->context, parent, region->start + (skip << FL_PAGE_SHIFT),
			                 region_pages(region) - skip, FL_PROT_WRITE);
	}
	return FL_OK;
}

fl_error_t space_rescue_set(struct space *space, uint64_t start, uint64_t end, uint64_t exit)
{
	if (start > end || end > FL_USER_END || exit >= FL_USER_END)
		return FL_BAD_ADDRESS;
	if ((start | end | exit) & 1 || (exit >= start && exit < end))
		return FL_BAD_ARGUMENT;
	space->rescue = (struct rescue){start, end, exit};
	return FL_OK;
}
