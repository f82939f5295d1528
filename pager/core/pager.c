// The core's state: start and statistics. The checker is in check.c.
#include "pager.h"

#include "bug.h"

fl_error_t pager_init(struct pager *pager, const struct pager_effects *effects, const void *archive,
                      uint64_t archive_bytes, unsigned around)
{
	struct frame_table *frames = &pager->frames;
	CORE_ASSERT(around >= 1 && around <= PAGER_AROUND_MAX);
	pager->zero_frame = frame_allocate(frames, FRAME_SHARED_ZERO, true);
	if (!pager->zero_frame)
		return FL_NO_MEMORY;
	pager->effects = effects;
	pager->archive = archive;
	pager->archive_bytes = archive_bytes;
	pager->around = around;
	slab_cache_init(&pager->regions, frames, sizeof(struct region));
	slab_cache_init(&pager->amaps, frames, sizeof(struct amap));
	slab_cache_init(&pager->nodes, frames, sizeof(struct tree_node));
	slab_cache_init(&pager->anons, frames, sizeof(struct anon));
	slab_cache_init(&pager->objects, frames, sizeof(struct object));
	slab_cache_init(&pager->spaces, frames, sizeof(struct space));
	pager->anon_tree = (struct tree_kind){&pager->nodes, anon_share, anon_drop, pager};
	// Objects' trees are never shared, so nothing ever counts their entries up.
	pager->page_tree = (struct tree_kind){&pager->nodes, NULL, object_page_drop, pager};
	for (unsigned i = 0; i < PAGER_SPACES_MAX; i++)
		pager->space_free[i] = (uint16_t)(PAGER_SPACES_MAX - 1 - i);
	return FL_OK;
}

struct shared_count {
	uint32_t mark;
	uint64_t frames;
};

static void count_frame(struct shared_count *count, struct frame *frame)
{
	count->frames += frame->mark != count->mark;
	frame->mark = count->mark;
}

static void count_anon(void *context, void *entry, bool shared)
{
	struct anon *anon = entry;
	if (shared || anon->references > 1)
		count_frame(context, anon->frame);
}

static void count_page(void *context, void *entry, bool shared)
{
	(void)shared;
	count_frame(context, entry);
}

static void count_layout(const struct layout *layout, struct shared_count *count)
{
	const struct region *region;
	const struct amap *visited = NULL; // most regions that share an amap are neighbours
	for (uint64_t va = 0; (region = layout_next(layout, va)); va = region->end) {
		if (region->amap && region->amap != visited)
			tree_visit(&region->amap->tree, count_anon, count);
		visited = region->amap;
		if (region->object && region->object->references > 1)
			tree_visit(&region->object->pages, count_page, count);
	}
}

// Frames of anons that several spaces hold, and of objects that several regions refer to. Counted
// on demand, because a fork shares whole subtrees and no page of them is touched. The mark keeps
// a frame that is reached twice from being counted twice.
static uint64_t frames_shared(struct pager *pager)
{
	struct shared_count count = {.mark = ++pager->frames.mark};
	for (unsigned i = 0; i < PAGER_SPACES_MAX; i++) {
		if (pager->space[i])
			count_layout(&pager->space[i]->layout, &count);
	}
	return count.frames;
}

uint64_t pager_stat(struct pager *pager, uint64_t stat)
{
	const struct frame_pool *window = &pager->frames.pool[POOL_WINDOW];
	const struct frame_pool *object = &pager->frames.pool[POOL_OBJECT];
	switch (stat) {
	case STAT_FRAMES_TOTAL:
		return window->total_count;
	case STAT_FRAMES_FREE:
		return window->free_count;
	case STAT_FRAMES_ZEROED:
		return window->zeroed_count;
	case STAT_FRAMES_SHARED:
		return frames_shared(pager);
	case STAT_FRAMES_META:
		return pager->frames.meta_count;
	case STAT_OBJECT_FRAMES_TOTAL:
		return object->total_count;
	case STAT_OBJECT_FRAMES_FREE:
		return object->free_count;
	case STAT_FAULTS:
		return pager->stat[STAT_FAULTS_LOAD] + pager->stat[STAT_FAULTS_STORE] +
		       pager->stat[STAT_FAULTS_FETCH] + pager->stat[STAT_FAULTS_OTHER];
	case STAT_PROCESS_SPACES:
		return pager->space_count;
	default:
		return stat < STAT_COUNT ? pager->stat[stat] : 0;
	}
}
