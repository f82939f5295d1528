// The fault path: region, rights, then the page from its anon, its object or the zero frame.
//
// This is the hot path of the system. A store to an untouched heap page goes through fault_plan,
// page_resolve and writable_page_create once, and takes no loop but the zeroing.
#include "fault.h"

#include "bug.h"
#include "pager.h"
#include "writable_page.h"

// What a cause needs or means, by its number; beyond the table lie only reserved numbers.
static const struct cause {
	uint8_t access; // FL_PROT_* that the access needs; 0: not a page fault
	uint8_t reason; // of the others
	uint8_t stat;   // enum pager_stat
} causes[] = {
	[FL_CAUSE_FETCH_MISALIGNED] = {0, REASON_MISALIGNED, STAT_FAULTS_OTHER},
	[FL_CAUSE_FETCH_ACCESS] = {0, REASON_ACCESS_FAULT, STAT_FAULTS_OTHER},
	[FL_CAUSE_ILLEGAL] = {0, REASON_ILLEGAL, STAT_FAULTS_OTHER},
	[FL_CAUSE_BREAKPOINT] = {0, REASON_BREAKPOINT, STAT_FAULTS_OTHER},
	[FL_CAUSE_LOAD_MISALIGNED] = {0, REASON_MISALIGNED, STAT_FAULTS_OTHER},
	[FL_CAUSE_LOAD_ACCESS] = {0, REASON_ACCESS_FAULT, STAT_FAULTS_OTHER},
	[FL_CAUSE_STORE_MISALIGNED] = {0, REASON_MISALIGNED, STAT_FAULTS_OTHER},
	[FL_CAUSE_STORE_ACCESS] = {0, REASON_ACCESS_FAULT, STAT_FAULTS_OTHER},
	[8 ... 11] = {0, REASON_ACCESS_FAULT, STAT_FAULTS_OTHER}, // calls: not delivered as faults
	[FL_CAUSE_FETCH_PAGE] = {FL_PROT_EXEC, 0, STAT_FAULTS_FETCH},
	[FL_CAUSE_LOAD_PAGE] = {FL_PROT_READ, 0, STAT_FAULTS_LOAD},
	[14] = {0, REASON_ACCESS_FAULT, STAT_FAULTS_OTHER},
	[FL_CAUSE_STORE_PAGE] = {FL_PROT_WRITE, 0, STAT_FAULTS_STORE},
	[16] = {0, REASON_ACCESS_FAULT, STAT_FAULTS_OTHER}, // and all above
};
#define CAUSE_LAST (sizeof(causes) / sizeof(causes[0]) - 1)

// Why there is no region at `va`.
CORE_COLD static enum pager_reason hole_reason(const struct layout *layout, uint64_t va)
{
	if (va >= FL_USER_END)
		return REASON_KERNEL_ADDRESS;
	if (va < LAYOUT_USER_START)
		return REASON_NULL;
	if (va - layout->guard < FL_PAGE_SIZE)
		return REASON_GUARD;
	const struct region *heap = layout->heap;
	if (heap && va >= heap->end && va < LAYOUT_MMAP_START &&
	    layout_next(layout, va) == layout_next(layout, heap->end))
		return REASON_ABOVE_BREAK;
	return REASON_NO_REGION;
}

// One map entry: what to install at `va` and with which rights.
static void plan_add(struct pager *pager, struct plan *plan, uint64_t va, const struct frame *frame,
                     uint64_t rights)
{
	plan->entry[plan->count].va = va;
	plan->entry[plan->count].frame = frame_physical(&pager->frames, frame) | rights;
	plan->count++;
}

// Finds or makes the page at `va` (page aligned), in `region`, for an access that its rights allow.
static inline __attribute__((always_inline)) fl_error_t
page_resolve(struct pager *pager, struct region *region, uint64_t va, bool store, struct plan *plan)
{
	fl_error_t error = FL_OK;
	struct frame *frame;
	uint64_t rights = region->rights | FL_PROT_ACCESSED | (store ? FL_PROT_DIRTY : 0);
	bool exclusive = false;
	const struct anon *anon = amap_find(region->amap, region_amap_page(region, va), &exclusive);
	if (anon && (exclusive || !store)) {
		frame = anon->frame;
		pager->stat[STAT_REUSES] += store;
		if (!exclusive)
			rights &= ~(uint64_t)FL_PROT_WRITE;
	} else if (store) {
		error = writable_page_create(pager, region, va, anon, &frame);
	} else {
		rights &= ~(uint64_t)FL_PROT_WRITE;
		if (region_has_object_page(region, va)) {
			error = object_page(pager, region->object, region_object_page(region, va), &frame);
			rights |= region->object->ops->shared ? region->rights & FL_PROT_WRITE : 0;
		} else {
			frame = pager->zero_frame;
			pager->stat[STAT_ZERO_SHARED]++;
		}
	}
	if (!error)
		plan_add(pager, plan, va, frame, rights);
	return error;
}

// Adds the page at `va` if that needs no read and no copy. A store fills untouched pages of zeros,
// a load maps the zero frame there. False: no frame is left, stop.
static bool neighbour_resolve(struct pager *pager, struct region *region, uint64_t va, bool store,
                              struct plan *plan)
{
	struct frame *frame;
	bool exclusive = false;
	unsigned rights = region->rights & ~FL_PROT_WRITE;
	const struct anon *anon = amap_find(region->amap, region_amap_page(region, va), &exclusive);
	if (anon) {
		frame = anon->frame;
		if (exclusive)
			rights = region->rights;
	} else if (region_has_object_page(region, va)) {
		frame = object_find(region->object, region_object_page(region, va));
		if (!frame)
			return true;
		pager->stat[STAT_IMAGE_MAPS] += !region->object->ops->shared;
	} else if (store) {
		if (writable_page_create(pager, region, va, NULL, &frame))
			return false;
		rights = region->rights;
	} else {
		frame = pager->zero_frame;
		pager->stat[STAT_ZERO_SHARED]++;
	}
	pager->stat[STAT_AROUND_MAPS]++;
	plan_add(pager, plan, va, frame, rights);
	return true;
}

// The other pages of the aligned window of `around` pages that holds `va`, inside the region.
CORE_COLD static void fault_around(struct pager *pager, struct region *region, uint64_t va,
                                   bool store, struct plan *plan)
{
	uint64_t bytes = (uint64_t)pager->around << FL_PAGE_SHIFT;
	uint64_t start = va - va % bytes;
	uint64_t end = start + bytes < region->end ? start + bytes : region->end;
	if (start < region->start)
		start = region->start;
	for (uint64_t page = start; page < end; page += FL_PAGE_SIZE) {
		if (page != va && !neighbour_resolve(pager, region, page, store, plan))
			return;
	}
}

static enum pager_reason fault_try(struct pager *pager, struct space *space, unsigned access,
                                   uint64_t va, struct plan *plan)
{
	struct region *region = layout_find(&space->layout, va);
	if (!region)
		return hole_reason(&space->layout, va);
	if (!(region->rights & access))
		return REASON_PROTECTION;
	bool store = access == FL_PROT_WRITE;
	fl_error_t error = page_resolve(pager, region, page_floor(va), store, plan);
	if (error)
		return error == FL_NO_MEMORY ? REASON_NO_MEMORY : REASON_IO;
	if (pager->around > 1)
		fault_around(pager, region, page_floor(va), store, plan);
	return 0;
}

CORE_COLD fl_error_t fault_populate(struct pager *pager, struct region *region, uint64_t va,
                                    struct plan *plan)
{
	return page_resolve(pager, region, va, region->rights & FL_PROT_WRITE, plan);
}

void fault_plan(struct pager *pager, struct space *space, uint64_t cause, uint64_t va,
                struct plan *plan)
{
	const struct cause *known = &causes[cause < CAUSE_LAST ? cause : CAUSE_LAST];
	pager->stat[known->stat]++;
	space->faults++;
	plan->count = 0;
	plan->reason = known->access ? fault_try(pager, space, known->access, va, plan) : known->reason;
	if (plan->reason)
		pager->stat[STAT_FAULTS_FATAL]++;
}
