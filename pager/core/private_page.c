// Private pages; private_page.h has the contract.
#include "private_page.h"

#include "pager.h"

// An object's page that nobody has read yet goes straight into the private frame: no second frame
// that only this region would ever have asked for, and no copy.
static fl_error_t fill_from_object(struct pager *pager, const struct region *region, uint64_t va,
                                   void *memory)
{
	const struct object *object = region->object;
	uint64_t page = region_object_page(region, va);
	const struct frame *resident = object_find(object, page);
	if (resident) {
		page_copy(memory, frame_memory(&pager->frames, resident));
		pager->stat[STAT_COPIES]++;
		return FL_OK;
	}
	fl_error_t error = object->ops->page_read(object, page, memory);
	pager->stat[STAT_IMAGE_FILLS] += error == FL_OK;
	return error;
}

fl_error_t private_page_create(struct pager *pager, struct region *region, uint64_t va,
                               const struct anon *shared, struct frame **frame)
{
	fl_error_t error = FL_NO_MEMORY;
	uint64_t page = region_amap_page(region, va);
	if (!amap_reserve(pager, &region->amap, page))
		return error;
	bool from_object = !shared && region_has_object_page(region, va);
	bool zero = !shared && !from_object;
	struct frame *created = frame_allocate(&pager->frames, FRAME_ANON, zero);
	if (!created)
		goto unreserve;
	if (zero) {
		pager->stat[STAT_ZERO_FILLS]++;
	} else if (shared) {
		page_copy(frame_memory(&pager->frames, created),
		          frame_memory(&pager->frames, shared->frame));
		pager->stat[STAT_COPIES]++;
	} else {
		error = fill_from_object(pager, region, va, frame_memory(&pager->frames, created));
		if (error)
			goto free;
	}
	amap_insert(pager, &region->amap, page, created);
	*frame = created;
	return FL_OK;
free:
	frame_free(&pager->frames, created);
unreserve:
	amap_unreserve(pager);
	return error;
}
