// The heap; heap.h has the contract.
#include "heap.h"

#include "pager.h"
#include "range.h"
#include "writable_page.h"

// The region enters the tree with its first page and leaves it with its last, so that growth never
// needs memory for the region itself.
static void heap_resize(struct layout *layout, uint64_t new_break)
{
	struct region *heap = layout->heap;
	uint64_t end = page_ceiling(new_break);
	bool was_empty = heap->start == heap->end;
	if (end == heap->start && !was_empty)
		layout_remove(layout, heap);
	heap->end = end;
	if (end > heap->start && was_empty)
		layout_insert(layout, heap);
	layout->heap_break = new_break;
}

// Maps the pages of [start, end), all private and exclusive.
static fl_error_t heap_map(struct pager *pager, struct space *space, uint64_t start, uint64_t end)
{
	struct region *heap = space->layout.heap;
	const struct pager_effects *effects = pager->effects;
	struct fl_map_entry entry[FL_MAP_ENTRIES_MAX];
	unsigned count = 0;
	for (uint64_t va = start; va < end; va += FL_PAGE_SIZE) {
		bool exclusive;
		struct anon *anon = amap_find(heap->amap, region_amap_page(heap, va), &exclusive);
		entry[count].va = va;
		entry[count++].frame = frame_physical(&pager->frames, anon->frame) | heap->rights;
		if (count < FL_MAP_ENTRIES_MAX && va + FL_PAGE_SIZE < end)
			continue;
		fl_error_t error = effects->map(effects->context, space, entry, count);
		if (error)
			return error;
		count = 0;
	}
	return FL_OK;
}

// Fills and maps [start, end), which may reach beyond the region's present end. None of these
// pages has a private frame. All or nothing.
static fl_error_t heap_populate(struct pager *pager, struct space *space, uint64_t start,
                                uint64_t end)
{
	struct region *heap = space->layout.heap;
	uint64_t pages = (end - start) >> FL_PAGE_SHIFT;
	// Not needed for correctness: spares the work when it is clear that it would be undone.
	if (pages > pager->frames.pool[POOL_WINDOW].free_count)
		return FL_NO_MEMORY;
	fl_error_t error = FL_OK;
	uint64_t va = start;
	for (; va < end; va += FL_PAGE_SIZE) {
		struct frame *frame;
		error = writable_page_create(pager, heap, va, NULL, &frame);
		if (error)
			break;
	}
	if (!error)
		error = heap_map(pager, space, start, end);
	if (error && va > start) {
		const struct pager_effects *effects = pager->effects;
		effects->unmap(effects->context, space, start, pages);
		amap_remove(pager, &heap->amap, region_amap_page(heap, start), region_amap_page(heap, va));
	}
	return error;
}

static fl_error_t heap_grow(struct pager *pager, struct space *space, uint64_t bytes, bool eager)
{
	struct layout *layout = &space->layout;
	struct region *heap = layout->heap;
	if (bytes > LAYOUT_MMAP_START - layout->heap_break)
		return FL_LIMIT;
	uint64_t new_break = layout->heap_break + bytes;
	uint64_t new_end = page_ceiling(new_break);
	if (!layout_is_free(layout, heap->end, new_end))
		return FL_EXISTS;
	if (eager) {
		// The page of the old break may be there already, or no part of the heap any more.
		uint64_t start = page_floor(layout->heap_break);
		bool exclusive;
		if (start < heap->start ||
		    (start < heap->end && amap_find(heap->amap, region_amap_page(heap, start), &exclusive)))
			start = heap->end;
		fl_error_t error = start < new_end ? heap_populate(pager, space, start, new_end) : FL_OK;
		if (error)
			return error;
	}
	heap_resize(layout, new_break);
	return FL_OK;
}

// Shrinks past the piece that ends at the break: whatever is above the new break goes.
static fl_error_t heap_shrink_pieces(struct pager *pager, struct space *space, uint64_t new_end)
{
	struct layout *layout = &space->layout;
	uint64_t end = layout->heap->end;
	fl_error_t error = range_prepare(pager, layout, new_end, end);
	if (!error)
		error = range_cut(pager, layout, new_end, end, -1);
	if (error)
		return error;
	range_drop(pager, space, new_end, end);
	struct region *heap = layout->heap; // the empty one that the cut left at the end
	heap->start = new_end;
	heap->end = new_end;
	heap->amap_page = (new_end - layout->heap_start) >> FL_PAGE_SHIFT;
	return FL_OK;
}

static fl_error_t heap_shrink(struct pager *pager, struct space *space, uint64_t bytes)
{
	struct layout *layout = &space->layout;
	struct region *heap = layout->heap;
	if (bytes > layout->heap_break - layout->heap_start)
		return FL_BAD_ARGUMENT;
	uint64_t new_break = layout->heap_break - bytes;
	uint64_t new_end = page_ceiling(new_break);
	if (new_end < heap->start) {
		fl_error_t error = heap_shrink_pieces(pager, space, new_end);
		if (error)
			return error;
	} else if (new_end < heap->end) {
		uint64_t first = region_amap_page(heap, new_end);
		uint64_t end = region_amap_page(heap, heap->end);
		if (!amap_remove_prepare(pager, &heap->amap, first, end))
			return FL_NO_MEMORY;
		const struct pager_effects *effects = pager->effects;
		effects->unmap(effects->context, space, new_end, end - first);
		amap_remove(pager, &heap->amap, first, end);
	}
	heap_resize(layout, new_break);
	if (layout->heap->start == layout->heap->end)
		range_join(pager, layout, new_end, new_end);
	return FL_OK;
}

fl_error_t heap_sbrk(struct pager *pager, struct space *space, int64_t increment, uint64_t flags,
                     uint64_t *old_break)
{
	if (flags & ~PAGER_SBRK_EAGER)
		return FL_BAD_ARGUMENT;
	if (!space->layout.heap)
		return FL_LIMIT;
	uint64_t before = space->layout.heap_break;
	fl_error_t error = FL_OK;
	if (increment > 0)
		error = heap_grow(pager, space, (uint64_t)increment, flags & PAGER_SBRK_EAGER);
	else if (increment < 0)
		error = heap_shrink(pager, space, -(uint64_t)increment);
	if (!error)
		*old_break = before;
	return error;
}
