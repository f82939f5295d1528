// The heap of the minimal pager: sbrk.
#include "minimal.h"

// Fills and maps the pages of [start, end) of the heap. On an error nothing of that is left.
static fl_error_t heap_populate(struct space *space, const struct region *heap, uint64_t start,
                                uint64_t end)
{
	fl_error_t error = FL_OK;
	// Not needed for correctness: spares the work when it is clear that it would be undone.
	if (start < end && (end - start) >> FL_PAGE_SHIFT > stat[STAT_FRAMES_FREE])
		return FL_NO_MEMORY;
	for (uint64_t va = start; va < end && !error; va += FL_PAGE_SIZE) {
		uint64_t frame = page_fill(space, heap, va);
		error = frame ? space_map(space, va, frame, PAGER_REGION_RIGHTS(heap->what)) : FL_NO_MEMORY;
	}
	if (error) {
		space_unmap(space, start, end);
		pages_free(space->pages, start, end);
	}
	return error;
}

static fl_error_t heap_grow(struct space *space, struct region *heap, uint64_t bytes, bool eager)
{
	struct layout *layout = &space->layout;
	if (bytes > LAYOUT_MMAP_START - layout->heap_break)
		return FL_LIMIT;
	uint64_t end = page_ceiling(layout->heap_break + bytes);
	if (heap->end < end && !layout_is_vacant(layout, heap->end, end, heap))
		return FL_EXISTS;
	if (eager) {
		// The page that holds the old break may be there already.
		uint64_t start = page_floor(layout->heap_break);
		if (page_find(space->pages, start))
			start += FL_PAGE_SIZE;
		fl_error_t error = heap_populate(space, heap, start, end);
		if (error)
			return error;
	}
	heap->end = end;
	layout->heap_break += bytes;
	return FL_OK;
}

static fl_error_t heap_shrink(struct space *space, struct region *heap, uint64_t bytes)
{
	struct layout *layout = &space->layout;
	if (bytes > layout->heap_break - heap->start)
		return FL_BAD_ARGUMENT;
	layout->heap_break -= bytes;
	uint64_t end = page_ceiling(layout->heap_break);
	space_unmap(space, end, heap->end);
	pages_free(space->pages, end, heap->end);
	heap->end = end;
	return FL_OK;
}

fl_error_t heap_sbrk(struct space *space, struct fl_message *m)
{
	int64_t increment = (int64_t)m->word[1];
	uint64_t flags = m->word[2];
	uint64_t old = space->layout.heap_break;
	struct region *heap = layout_kind(&space->layout, PAGER_KIND_HEAP);
	fl_error_t error = FL_OK;
	if (flags & ~PAGER_SBRK_EAGER)
		return FL_BAD_ARGUMENT;
	if (!heap)
		return FL_LIMIT;
	if (increment > 0)
		error = heap_grow(space, heap, (uint64_t)increment, flags & PAGER_SBRK_EAGER);
	else if (increment < 0)
		error = heap_shrink(space, heap, -(uint64_t)increment);
	m->word[1] = old;
	return error;
}
