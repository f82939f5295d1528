// Shared anonymous memory: objects whose pages begin as zeros and live as long as a region refers
// to them. Every mapping of a page shows the same frame, after a fork too.
#include "object.h"
#include "page.h"
#include "pager.h"

static fl_error_t memory_page_read(const struct object *memory, uint64_t page, void *target)
{
	(void)memory;
	(void)page;
	page_zero(target);
	return FL_OK;
}

static void memory_close(struct pager *pager, struct object *memory)
{
	slab_release(&pager->objects, memory);
}

static const struct object_ops memory_ops = {
	.name = "memory",
	.shared = true,
	.fill_stat = STAT_ZERO_FILLS,
	.page_read = memory_page_read,
	.close = memory_close,
};

fl_error_t memory_open(struct pager *pager, uint64_t pages, struct object **memory)
{
	struct object *created = slab_allocate(&pager->objects);
	if (!created)
		return FL_NO_MEMORY;
	*created = (struct object){.ops = &memory_ops, .page_count = pages, .references = 1};
	*memory = created;
	return FL_OK;
}
