// Slab caches; slab.h has the rules.
#include "slab.h"

#include "bug.h"

void slab_cache_init(struct slab_cache *cache, struct frame_table *frames, size_t object_bytes)
{
	CORE_ASSERT(object_bytes % sizeof(uint64_t) == 0 && object_bytes > 0);
	*cache = (struct slab_cache){.frames = frames, .object_bytes = (uint32_t)object_bytes};
	cache->slab_objects = (uint32_t)((FL_PAGE_SIZE - sizeof(struct slab)) / object_bytes);
}

static void slab_link(struct slab_cache *cache, struct slab *slab)
{
	slab->previous = NULL;
	slab->next = cache->partial;
	if (cache->partial)
		cache->partial->previous = slab;
	cache->partial = slab;
}

static void slab_unlink(struct slab_cache *cache, struct slab *slab)
{
	if (slab->previous)
		slab->previous->next = slab->next;
	else
		cache->partial = slab->next;
	if (slab->next)
		slab->next->previous = slab->previous;
}

// At the list's end: slabs in use are filled first.
static void slab_link_last(struct slab_cache *cache, struct slab *slab)
{
	struct slab *last = cache->partial;
	while (last && last->next)
		last = last->next;
	slab->next = NULL;
	slab->previous = last;
	if (last)
		last->next = slab;
	else
		cache->partial = slab;
}

static void slab_give_back(struct slab_cache *cache, struct slab *slab)
{
	slab_unlink(cache, slab);
	cache->free_count -= cache->slab_objects;
	cache->slab_count--;
	frame_free(cache->frames, frame_of_memory(cache->frames, slab));
}

bool slab_reserve_slow(struct slab_cache *cache, uint64_t count)
{
	while (cache->free_count < count) {
		struct frame *frame = frame_allocate(cache->frames, FRAME_META, false);
		if (!frame) {
			slab_trim(cache);
			return false;
		}
		frame->owner = cache;
		struct slab *slab = frame_memory(cache->frames, frame);
		*slab = (struct slab){0};
		slab_link_last(cache, slab);
		cache->free_count += cache->slab_objects;
		cache->slab_count++;
	}
	return true;
}

void slab_full(struct slab_cache *cache, struct slab *slab)
{
	slab_unlink(cache, slab);
}

void *slab_allocate(struct slab_cache *cache)
{
	return slab_reserve(cache, 1) ? slab_take(cache) : NULL;
}

void slab_release(struct slab_cache *cache, void *object)
{
	struct slab *slab = (struct slab *)((uintptr_t)object & ~(uintptr_t)(FL_PAGE_SIZE - 1));
	if (slab->used == cache->slab_objects)
		slab_link(cache, slab);
	*(void **)object = slab->free;
	slab->free = object;
	slab->used--;
	cache->live_count--;
	cache->free_count++;
	if (slab->used == 0)
		slab_give_back(cache, slab);
}

void slab_trim(struct slab_cache *cache)
{
	struct slab *next;
	for (struct slab *slab = cache->partial; slab; slab = next) {
		next = slab->next;
		if (slab->used == 0)
			slab_give_back(cache, slab);
	}
}

bool slab_cache_check(const struct slab_cache *cache)
{
	uint64_t free = 0;
	const struct slab *previous = NULL;
	for (struct slab *slab = cache->partial; slab; slab = slab->next) {
		uint32_t released = 0;
		for (void **o = slab->free; o && released <= cache->slab_objects; o = *o)
			released++;
		const struct frame *frame = frame_of_memory(cache->frames, slab);
		if (slab->previous != previous || slab->used >= cache->slab_objects || slab->used == 0 ||
		    slab->opened - released != slab->used || frame->state != FRAME_META ||
		    frame->owner != cache)
			return false;
		free += cache->slab_objects - slab->used;
		previous = slab;
	}
	return free == cache->free_count &&
	       cache->live_count + free == cache->slab_count * cache->slab_objects;
}
