// Regions: what a range of addresses is, and the set of a space's regions (its layout).
//
// A page of a region is, in this order: the anon in its amap; a page of its object; zeros. Regions
// of one layout do not overlap, and none reaches into the guard page below the stack. They are in
// a balanced (AVL) tree by start address, so that every lookup is O(log n) for any pattern; the
// last hit is tried first.
#ifndef PAGER_REGION_H
#define PAGER_REGION_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/error.h"
#include "amap.h"
#include "object.h"
#include "page.h"

struct region {
	uint64_t start; // page aligned, as is end
	uint64_t end;
	struct amap *amap;     // private pages; NULL: none yet
	uint64_t amap_page;    // index there of the region's first page
	struct object *object; // NULL: zeros
	uint64_t object_page;  // index there of the region's first page
	struct region *left;   // the tree
	struct region *right;
	uint8_t height;
	uint8_t rights; // FL_PROT_READ | FL_PROT_WRITE | FL_PROT_EXEC; never W with X
	uint8_t kind;   // enum pager_region_kind: told by REGION_NEXT, never used to decide
};

struct layout {
	struct region *root;
	struct region *hit;   // the last one found, or NULL
	uint64_t count;       // regions in the tree
	struct region *stack; // NULL: none
	struct region *heap;  // NULL: none; outside the tree while start == end
	uint64_t heap_break;  // bytes; heap->end is its page_ceiling
};

// The one that holds `va`, or NULL.
struct region *layout_find_slow(struct layout *layout, uint64_t va);
static inline struct region *layout_find(struct layout *layout, uint64_t va)
{
	struct region *hit = layout->hit;
	return hit && va - hit->start < hit->end - hit->start ? hit : layout_find_slow(layout, va);
}
// The first one that ends above `va`, or NULL.
struct region *layout_next(const struct layout *layout, uint64_t va);
// No region, guard page or heap start in [start, end).
bool layout_is_vacant(const struct layout *layout, uint64_t start, uint64_t end);
// Where the region itself or the guard page below it starts.
uint64_t layout_guarded_start(const struct layout *layout, const struct region *region);

void layout_insert(struct layout *layout, struct region *region);
void layout_remove(struct layout *layout, struct region *region);
// Drops all regions with what they hold.
void layout_release(struct pager *pager, struct layout *layout);
bool layout_check(const struct layout *layout);

static inline uint64_t region_pages(const struct region *region)
{
	return (region->end - region->start) >> FL_PAGE_SHIFT;
}

// Index of the page at `va` in the region's amap and object.
static inline uint64_t region_amap_page(const struct region *region, uint64_t va)
{
	return region->amap_page + ((va - region->start) >> FL_PAGE_SHIFT);
}

static inline uint64_t region_object_page(const struct region *region, uint64_t va)
{
	return region->object_page + ((va - region->start) >> FL_PAGE_SHIFT);
}

// True if the object, and not zeros, lies under the page at `va`.
static inline bool region_has_object_page(const struct region *region, uint64_t va)
{
	return region->object && region_object_page(region, va) < region->object->page_count;
}

// Pages in memory that the region would map without a read: private ones, and those of the object
// that no private one hides. The shared zero frame is none.
void region_count(const struct region *region, uint64_t *private_pages, uint64_t *resident_pages);
void region_release(struct pager *pager, struct region *region);

#endif
