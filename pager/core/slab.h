// Slab caches: the pager's own structures, each kind packed into frames of the window pool.
//
// A slab is one frame. It is given back the moment its last object goes, so that a leak audit can
// be exact. Objects that must not fail later are reserved first: between slab_reserve and the last
// slab_take that relies on it, nothing of the same cache may be released.
#ifndef PAGER_SLAB_H
#define PAGER_SLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bug.h"
#include "frame.h"

// At the start of the frame. On the cache's list if an object of it is free.
struct slab {
	struct slab *next;
	struct slab *previous;
	void *free;      // released objects, linked through their first word
	uint32_t used;   // objects handed out now
	uint32_t opened; // objects that were ever handed out; those after them lie untouched
};

struct slab_cache {
	struct frame_table *frames;
	struct slab *partial;
	uint32_t object_bytes; // a multiple of 8
	uint32_t slab_objects; // in one slab
	uint64_t free_count;   // objects to be had without a new frame
	uint64_t live_count;
	uint64_t slab_count;
};

void slab_cache_init(struct slab_cache *cache, struct frame_table *frames, size_t object_bytes);

// Takes a slab off the list: no object of it is free.
void slab_full(struct slab_cache *cache, struct slab *slab);

// Makes sure that the next `count` slab_take succeed. False: no frame; nothing changed.
CORE_CHECKED bool slab_reserve_slow(struct slab_cache *cache, uint64_t count);
static inline CORE_CHECKED bool slab_reserve(struct slab_cache *cache, uint64_t count)
{
	return cache->free_count >= count || slab_reserve_slow(cache, count);
}
// A reserved object, content undefined.
static inline void *slab_take(struct slab_cache *cache)
{
	struct slab *slab = cache->partial;
	void *object = slab->free;
	if (object)
		slab->free = *(void **)object;
	else
		object = (uint8_t *)(slab + 1) + (size_t)slab->opened++ * cache->object_bytes;
	slab->used++;
	cache->live_count++;
	cache->free_count--;
	if (slab->used == cache->slab_objects)
		slab_full(cache, slab);
	return object;
}
// Reserve one and take it: NULL if there is no frame.
CORE_CHECKED void *slab_allocate(struct slab_cache *cache);
void slab_release(struct slab_cache *cache, void *object);
// Gives back slabs that were reserved and not used.
void slab_trim(struct slab_cache *cache);
bool slab_cache_check(const struct slab_cache *cache);

#endif
