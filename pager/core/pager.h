// The pager's core: its whole state, and the effects it asks for.
//
// The core is plain C without system calls and without globals. The same objects link into the
// pager and into the host tests. It never waits: every function ends in bounded time with an
// answer.
//
// Order of the parts, each built on those before it:
//   frame, slab, tree -> amap, object -> region -> space -> fault, range, heap, mapping, exec
#ifndef PAGER_PAGER_H
#define PAGER_PAGER_H

#include "abi/error.h"
#include "abi/message.h"
#include "frame.h"
#include "proto/pager.h"
#include "region.h"
#include "slab.h"
#include "space.h"
#include "tree.h"

#define PAGER_SPACES_MAX 1024 // a power of two above PROCESS_MAX
#define PAGER_IMAGE_BUCKETS 64
#define PAGER_AROUND_DEFAULT 1 // pages one fault answer installs
#define PAGER_AROUND_MAX FL_MAP_ENTRIES_MAX

// What the core asks of its surroundings, always before it frees a frame that it may have mapped.
struct pager_effects {
	// No page of [va, va + pages) is mapped any more.
	void (*unmap)(void *context, struct space *space, uint64_t va, uint64_t pages);
	// No page of it is mapped with any of `rights` (FL_PROT_WRITE, FL_PROT_EXEC) any more.
	void (*protect)(void *context, struct space *space, uint64_t va, uint64_t pages,
	                unsigned rights);
	// Installs 1 .. FL_MAP_ENTRIES_MAX entries. On an error some may be installed.
	fl_error_t (*map)(void *context, struct space *space, const struct fl_map_entry *entries,
	                  unsigned count);
	void *context;
};

// What a fault touches comes first, so that it is reached with short offsets.
struct pager {
	struct frame_table frames;
	struct slab_cache regions, amaps, nodes, anons, objects, spaces;
	struct tree_kind anon_tree; // pages of amaps
	struct tree_kind page_tree; // pages of objects
	struct frame *zero_frame;
	const struct pager_effects *effects;
	const uint8_t *archive; // the boot archive, for image.c
	uint64_t archive_bytes;
	unsigned around;           // 1 .. PAGER_AROUND_MAX
	uint64_t stat[STAT_COUNT]; // those that count events; pager_stat has the rest
	uint64_t space_count;
	uint64_t space_serial; // spaces ever created: makes numbers unique
	struct object *image_hash[PAGER_IMAGE_BUCKETS];
	struct space *space[PAGER_SPACES_MAX];
	uint16_t space_free[PAGER_SPACES_MAX]; // a stack of indices without a space
};

// pager->frames is filled, the rest zero. FL_NO_MEMORY: not one frame is free.
CORE_CHECKED fl_error_t pager_init(struct pager *pager, const struct pager_effects *effects,
                                   const void *archive, uint64_t archive_bytes, unsigned around);
// Past the last statistic: 0. FRAMES_SHARED walks all private pages; the others are O(1).
uint64_t pager_stat(struct pager *pager, uint64_t stat);
// True if all structures agree: every count, and the owner of every frame. Walks everything.
bool pager_check(struct pager *pager);

// A space's number is its index in pager->space, below a serial from 1 on: a stale number finds
// nothing, and none is as small as BADGE_CONTROL.
static inline uint64_t space_index(uint64_t number)
{
	return number % PAGER_SPACES_MAX;
}

// NULL: no such space now.
static inline struct space *space_find(const struct pager *pager, uint64_t number)
{
	struct space *space = pager->space[space_index(number)];
	return space && space->number == number ? space : NULL;
}

#endif
