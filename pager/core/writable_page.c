// Writable pages; writable_page.h has the contract.
#include "writable_page.h"

#include "pager.h"

// An object's page that nobody has read yet goes straight into the private frame: no second frame
// that only this region would ever have asked for, and no copy.
static fl_error_t fill_from_object(struct pager *pager, const struct region *region, uint64_t va,
                                   void *memory, enum pager_stat *counted)
{
	const struct object *object = region->object;
	uint64_t page = region_object_page(region, va);
	const struct frame *resident = object_find(object, page);
	if (!resident) {
		*counted = STAT_IMAGE_FILLS;
		return object->ops->page_read(object, page, memory);
	}
	page_copy(memory, frame_memory(&pager->frames, resident));
	return FL_OK;
}

fl_error_t writable_page_create(struct pager *pager, struct region *region, uint64_t va,
                                const struct anon *shared, struct frame **out)
{
	fl_error_t error = FL_OK;
	enum pager_stat counted = STAT_COPIES;
	bool from_object = !shared && region_has_object_page(region, va);
	if (from_object && region->object->ops->shared)
		return object_page(pager, region->object, region_object_page(region, va), out);
	bool zero = !shared && !from_object;
	struct frame *frame = frame_allocate(&pager->frames, FRAME_ANON, zero);
	if (!frame)
		return FL_NO_MEMORY;
	if (zero)
		counted = STAT_ZERO_FILLS;
	else if (shared)
		page_copy(frame_memory(&pager->frames, frame), frame_memory(&pager->frames, shared->frame));
	else
		error = fill_from_object(pager, region, va, frame_memory(&pager->frames, frame), &counted);
	if (!error && !amap_insert(pager, &region->amap, region_amap_page(region, va), frame))
		error = FL_NO_MEMORY;
	if (error) {
		frame_free(&pager->frames, frame);
		return error;
	}
	pager->stat[counted]++;
	*out = frame;
	return FL_OK;
}
