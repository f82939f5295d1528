// Mappings: advice about pages, and which of them are in memory; mapping.h has the contracts.
#include "fault.h"
#include "mapping.h"
#include "pager.h"
#include "range.h"

// Private pages go; those of a shared object stay, but are mapped anew.
static fl_error_t pages_forget(struct pager *pager, struct space *space, uint64_t start,
                               uint64_t end)
{
	struct layout *layout = &space->layout;
	const struct pager_effects *effects = pager->effects;
	fl_error_t error = range_prepare(pager, layout, start, end);
	if (error)
		return error;
	struct region *region = layout_next(layout, start);
	for (; region && region->start < end; region = layout_next(layout, region->end)) {
		uint64_t first = region->start > start ? region->start : start;
		uint64_t last = region->end < end ? region->end : end;
		effects->unmap(effects->context, space, first, (last - first) >> FL_PAGE_SHIFT);
		amap_remove(pager, &region->amap, region_amap_page(region, first),
		            region_amap_page(region, last));
	}
	return FL_OK;
}

// Installs the plan's entries and empties it. If that fails, what was mapped at its pages before
// may be a frame that they have no claim on any more.
static fl_error_t plan_install(struct pager *pager, struct space *space, struct plan *plan)
{
	const struct pager_effects *effects = pager->effects;
	fl_error_t error = effects->map(effects->context, space, plan->entry, plan->count);
	for (unsigned i = 0; error && i < plan->count; i++)
		effects->unmap(effects->context, space, plan->entry[i].va, 1);
	plan->count = 0;
	return error;
}

static fl_error_t region_populate(struct pager *pager, struct space *space, struct region *region,
                                  uint64_t start, uint64_t end)
{
	struct plan plan;
	plan.count = 0;
	fl_error_t error = FL_OK;
	for (uint64_t va = start; va < end && !error; va += FL_PAGE_SIZE) {
		error = fault_populate(pager, region, va, &plan);
		if (!error && plan.count == FL_MAP_ENTRIES_MAX)
			error = plan_install(pager, space, &plan);
	}
	fl_error_t last = plan.count > 0 ? plan_install(pager, space, &plan) : FL_OK;
	return error ? error : last;
}

static fl_error_t pages_populate(struct pager *pager, struct space *space, uint64_t start,
                                 uint64_t end)
{
	struct layout *layout = &space->layout;
	fl_error_t error = FL_OK;
	struct region *region = layout_next(layout, start);
	for (; region && region->start < end && !error; region = layout_next(layout, region->end)) {
		uint64_t first = region->start > start ? region->start : start;
		uint64_t last = region->end < end ? region->end : end;
		if (region->rights)
			error = region_populate(pager, space, region, first, last);
	}
	return error;
}

// Some page of the range can be had by nobody, so that populating all must fail.
static bool has_no_rights(const struct layout *layout, uint64_t start, uint64_t end)
{
	const struct region *region = layout_next(layout, start);
	for (; region && region->start < end; region = layout_next(layout, region->end)) {
		if (!region->rights)
			return true;
	}
	return false;
}

fl_error_t mapping_advise(struct pager *pager, struct space *space, uint64_t start, uint64_t bytes,
                          uint64_t advice)
{
	uint64_t end;
	fl_error_t error = mapping_range(start, bytes, &end);
	if (!error && advice > PAGER_ADVICE_POPULATE)
		error = FL_BAD_ARGUMENT;
	if (!error && !range_is_covered(&space->layout, start, end))
		error = FL_NO_MEMORY;
	if (error)
		return error;
	switch ((enum pager_advice)advice) {
	case PAGER_ADVICE_NORMAL:
		return FL_OK;
	case PAGER_ADVICE_DONTNEED:
		return pages_forget(pager, space, start, end);
	case PAGER_ADVICE_WILLNEED:
		error = pages_populate(pager, space, start, end);
		return error == FL_NO_MEMORY ? FL_OK : error;
	case PAGER_ADVICE_POPULATE:
		break;
	}
	return has_no_rights(&space->layout, start, end) ? FL_NO_MEMORY
	                                                 : pages_populate(pager, space, start, end);
}

static bool page_is_resident(const struct region *region, uint64_t va)
{
	bool exclusive;
	if (amap_find(region->amap, region_amap_page(region, va), &exclusive))
		return true;
	return region_has_object_page(region, va) &&
	       object_find(region->object, region_object_page(region, va));
}

fl_error_t mapping_resident(const struct space *space, uint64_t start, uint64_t pages,
                            uint64_t *resident)
{
	uint64_t end;
	if (pages > MAPPING_RESIDENT_MAX)
		return FL_BAD_ARGUMENT;
	fl_error_t error = mapping_range(start, pages << FL_PAGE_SHIFT, &end);
	if (!error && !range_is_covered(&space->layout, start, end))
		error = FL_NO_MEMORY;
	if (error)
		return error;
	for (unsigned i = 0; i < MAPPING_RESIDENT_WORDS; i++)
		resident[i] = 0;
	for (uint64_t i = 0; i < pages; i++) {
		uint64_t va = start + (i << FL_PAGE_SHIFT);
		if (page_is_resident(layout_next(&space->layout, va), va))
			resident[i / 64] |= 1ul << i % 64;
	}
	return FL_OK;
}
