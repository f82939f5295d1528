// Exec; exec.h has the contract.
#include "exec.h"

#include "pager.h"
#include "writable_page.h"

static fl_error_t rights_check(unsigned rights)
{
	bool both = rights & FL_PROT_WRITE && rights & FL_PROT_EXEC;
	if (!(rights & FL_PROT_READ) || rights & ~FL_PROT_RIGHTS || both)
		return FL_BAD_PROT;
	return FL_OK;
}

// The heap is the one kind that starts empty.
static fl_error_t range_check(uint64_t start, uint64_t end, bool heap)
{
	if (!page_is_aligned(start | end) || start < LAYOUT_USER_START || end > LAYOUT_USER_TOP)
		return FL_BAD_ADDRESS;
	if (heap)
		return start == end && end <= LAYOUT_MMAP_START ? FL_OK : FL_BAD_ADDRESS;
	return start < end ? FL_OK : FL_BAD_ADDRESS;
}

static fl_error_t place_check(const struct layout *layout, uint64_t start, uint64_t end,
                              unsigned kind)
{
	if ((kind == PAGER_KIND_HEAP && layout->heap) || (kind == PAGER_KIND_STACK && layout->stack))
		return FL_EXISTS;
	if (layout->count >= PAGER_REGIONS_MAX)
		return FL_LIMIT;
	// An empty heap needs its first byte, a stack the guard page below it.
	uint64_t from = kind == PAGER_KIND_STACK ? start - FL_PAGE_SIZE : start;
	uint64_t to = kind == PAGER_KIND_HEAP ? start + 1 : end;
	if (!layout_is_vacant(layout, from, to))
		return FL_EXISTS;
	return range_meets_window(from, to) ? FL_BAD_ADDRESS : FL_OK;
}

static fl_error_t region_check(const struct layout *layout, uint64_t start, uint64_t end,
                               uint64_t what, uint64_t image)
{
	unsigned kind = PAGER_REGION_KIND(what);
	unsigned rights = PAGER_REGION_RIGHTS(what);
	if (what != PAGER_REGION(kind, rights) || kind < PAGER_KIND_IMAGE || kind > PAGER_KIND_STACK ||
	    (kind != PAGER_KIND_IMAGE && image != 0))
		return FL_BAD_ARGUMENT;
	fl_error_t error = rights_check(rights);
	if (!error)
		error = range_check(start, end, kind == PAGER_KIND_HEAP);
	return error ? error : place_check(layout, start, end, kind);
}

// All is checked.
static void region_enter(struct layout *layout, struct region *region)
{
	if (region->kind == PAGER_KIND_HEAP) {
		layout->heap = region; // in the tree from its first page on
		layout->heap_start = region->start;
		layout->heap_break = region->start;
		return;
	}
	if (region->kind == PAGER_KIND_STACK) {
		layout->stack = region;
		layout->guard = region->start - FL_PAGE_SIZE;
	}
	layout_insert(layout, region);
}

fl_error_t exec_region_add(struct pager *pager, struct space *space, uint64_t start, uint64_t end,
                           uint64_t what, uint64_t image)
{
	fl_error_t error = region_check(&space->pending, start, end, what, image);
	if (error)
		return error;
	struct object *object = NULL;
	if (PAGER_REGION_KIND(what) == PAGER_KIND_IMAGE)
		error = image_open(pager, image >> 32, (uint32_t)image, &object);
	if (error)
		return error;
	struct region *region = slab_allocate(&pager->regions);
	if (!region) {
		object_release(pager, object);
		return FL_NO_MEMORY;
	}
	*region = (struct region){
		.start = start,
		.end = end,
		.object = object,
		.rights = (uint8_t)PAGER_REGION_RIGHTS(what),
		.kind = (uint8_t)PAGER_REGION_KIND(what),
	};
	region_enter(&space->pending, region);
	return FL_OK;
}

// A page that others may go on writing: the new stack gets a copy.
static fl_error_t argument_copy(struct pager *pager, const struct region *region, uint64_t from_va,
                                struct region *stack, uint64_t to_va)
{
	const struct frame *frame = object_find(region->object, region_object_page(region, from_va));
	if (!frame)
		return FL_OK;
	struct frame *copy = frame_allocate(&pager->frames, FRAME_ANON, false);
	if (!copy)
		return FL_NO_MEMORY;
	page_copy(frame_memory(&pager->frames, copy), frame_memory(&pager->frames, frame));
	if (amap_insert(pager, &stack->amap, region_amap_page(stack, to_va), copy))
		return FL_OK;
	frame_free(&pager->frames, copy);
	return FL_NO_MEMORY;
}

// Shares one argument page with the new stack. The old layout, which goes next, was the other
// owner; until then no mapping of it is touched.
static fl_error_t argument_move(struct pager *pager, struct layout *from, uint64_t from_va,
                                struct region *stack, uint64_t to_va)
{
	struct region *region = layout_find(from, from_va);
	if (!region || !(region->rights & FL_PROT_READ))
		return FL_BAD_ADDRESS;
	if (region_is_shared(region))
		return argument_copy(pager, region, from_va, stack, to_va);
	bool exclusive;
	uint64_t page = region_amap_page(region, from_va);
	struct anon *anon = amap_find(region->amap, page, &exclusive);
	if (!anon && region_has_object_page(region, from_va)) {
		struct frame *frame;
		fl_error_t error = writable_page_create(pager, region, from_va, NULL, &frame);
		if (error)
			return error;
		anon = amap_find(region->amap, page, &exclusive);
	}
	if (!anon)
		return FL_OK;
	if (!amap_insert_shared(pager, &stack->amap, region_amap_page(stack, to_va), anon))
		return FL_NO_MEMORY;
	return FL_OK;
}

static fl_error_t arguments_check(const struct layout *pending, uint64_t arg_start,
                                  uint64_t arg_bytes)
{
	if (pending->count == 0 || (arg_bytes > 0 && !pending->stack))
		return FL_BAD_ARGUMENT;
	if (arg_bytes == 0)
		return FL_OK;
	if (!page_is_aligned(arg_start) || arg_start >= FL_USER_END)
		return FL_BAD_ADDRESS;
	// Less than the whole stack, so that the arguments' pages cannot wrap either.
	return arg_bytes < pending->stack->end - pending->stack->start ? FL_OK : FL_TOO_BIG;
}

fl_error_t exec_commit(struct pager *pager, struct space *space, uint64_t arg_start,
                       uint64_t arg_bytes)
{
	fl_error_t error = arguments_check(&space->pending, arg_start, arg_bytes);
	if (error)
		return error;
	struct region *stack = space->pending.stack;
	uint64_t bytes = page_ceiling(arg_bytes);
	for (uint64_t offset = 0; offset < bytes && !error; offset += FL_PAGE_SIZE)
		error = argument_move(pager, &space->layout, arg_start + offset, stack,
		                      stack->end - bytes + offset);
	if (error) {
		amap_release(pager, &stack->amap);
		return error;
	}
	const struct pager_effects *effects = pager->effects;
	effects->unmap(effects->context, space, 0, FL_USER_END >> FL_PAGE_SHIFT);
	layout_release(pager, &space->layout);
	space->layout = space->pending;
	space->layout.stack = NULL; // it may be cut from now on
	space->rescue = (struct rescue){0};
	space->pending = (struct layout){0};
	return FL_OK;
}

void exec_abort(struct pager *pager, struct space *space)
{
	layout_release(pager, &space->pending);
}
