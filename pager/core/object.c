// Memory objects: the pages that all kinds keep in the same way.
#include "object.h"

#include "bug.h"
#include "pager.h"

struct frame *object_find(const struct object *object, uint64_t page)
{
	struct tree_node *leaf;
	bool shared;
	return tree_find(&object->pages, page, &leaf, &shared);
}

fl_error_t object_read(struct pager *pager, struct object *object, uint64_t page,
                       struct frame **frame)
{
	CORE_ASSERT(page < object->page_count);
	if (!slab_reserve(&pager->nodes, tree_nodes_needed(&object->pages, page)))
		return FL_NO_MEMORY;
	fl_error_t error = FL_NO_MEMORY;
	struct frame *read = frame_allocate(&pager->frames, FRAME_CACHED, false);
	if (!read)
		goto unreserve;
	error = object->ops->page_read(object, page, frame_memory(&pager->frames, read));
	if (error)
		goto free;
	read->owner = object;
	tree_leaf_set(tree_claim(&pager->page_tree, &object->pages, page), page, read);
	*frame = read;
	return FL_OK;
free:
	frame_free(&pager->frames, read);
unreserve:
	slab_trim(&pager->nodes);
	return error;
}

fl_error_t object_page(struct pager *pager, struct object *object, uint64_t page,
                       struct frame **frame)
{
	*frame = object_find(object, page);
	if (*frame) {
		pager->stat[STAT_IMAGE_MAPS] += !object->ops->shared;
		return FL_OK;
	}
	fl_error_t error = object_read(pager, object, page, frame);
	pager->stat[object->ops->fill_stat] += error == FL_OK;
	return error;
}

void object_page_drop(void *context, void *entry)
{
	struct pager *pager = context;
	frame_free(&pager->frames, entry);
}

void object_release(struct pager *pager, struct object *object)
{
	if (!object || --object->references > 0)
		return;
	tree_release(&pager->page_tree, &object->pages);
	object->ops->close(pager, object);
}
