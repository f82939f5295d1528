// Regions: what a range of addresses is, and the set of a space's regions (its layout).
//
// A page of a region is, in this order: the anon in its amap; a page of its object; zeros. Regions
// of one layout do not overlap, and none reaches into the guard page below the stack. They are in
// a balanced (AVL) tree by start address, so that every lookup is O(log n) for any pattern; the
// last hit is tried first.
//
// The heap may be in pieces with different rights, and with holes. layout->heap is the one that
// ends where sbrk goes on; it is there, empty and outside the tree, even if no page of it is.
#ifndef PAGER_REGION_H
#define PAGER_REGION_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/error.h"
#include "amap.h"
#include "object.h"
#include "page.h"
#include "proto/pager.h"

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
	uint8_t kind;   // enum pager_region_kind: told by REGION_NEXT; only equal kinds are joined
};

struct layout {
	struct region *root;
	struct region *hit;   // the last one found, or NULL
	uint64_t count;       // regions in the tree
	struct region *stack; // while the layout is pending; NULL: none
	struct region *heap;  // NULL: none; outside the tree while start == end
	uint64_t heap_start;  // the first break: index 0 of the heap's amap
	uint64_t heap_break;  // bytes; heap->end is its page_ceiling
	uint64_t guard;       // address of the guard page below the stack; 0: none
	uint64_t mmap_full;   // [LAYOUT_MMAP_END - mmap_full, LAYOUT_MMAP_END) has no hole
	// Of all private mappings, one page of it for each page of the user half: so they can be
	// joined, whichever came first. NULL: there are none.
	struct amap *private_amap;
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
// The last one that starts below `va`, or NULL.
struct region *layout_previous(const struct layout *layout, uint64_t va);
// No region or guard page in [start, end).
bool layout_is_free(const struct layout *layout, uint64_t start, uint64_t end);
// The same, and not the place either where an empty heap will start.
bool layout_is_vacant(const struct layout *layout, uint64_t start, uint64_t end);
bool layout_has_guard(const struct layout *layout, uint64_t start, uint64_t end);

void layout_insert(struct layout *layout, struct region *region);
void layout_remove(struct layout *layout, struct region *region);
// Drops the amap of the private mappings if there are none.
void layout_trim(struct pager *pager, struct layout *layout);
// Drops all regions with what they hold.
void layout_release(struct pager *pager, struct layout *layout);
bool layout_check(const struct layout *layout);

// The file server's window is no region, and none reaches into it.
static inline bool range_meets_window(uint64_t start, uint64_t end)
{
	return start < LAYOUT_WINDOW + LAYOUT_WINDOW_BYTES && end > LAYOUT_WINDOW;
}

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

// Stores go to the object's pages; there are no private ones.
static inline bool region_is_shared(const struct region *region)
{
	return region->object && region->object->ops->shared;
}

// Pages in memory that the region would map without a read: private ones, and those of the object
// that no private one hides. The shared zero frame is none.
void region_count(const struct region *region, uint64_t *private_pages, uint64_t *resident_pages);
void region_release(struct pager *pager, struct region *region);

#endif
