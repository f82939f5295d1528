// Memory objects: where the pages of a region come from that are not private and not zero.
//
// An object keeps the pages that have been read in a page tree, each in one frame for all regions
// that refer to it. The pages go when the last region goes. A kind of object is one file that
// defines one `const struct object_ops` (image.c, memory.c).
//
// A region over a *shared* object writes the object's pages themselves and never has private ones.
//
// A region without an object reads as zeros; no object stands for that.
#ifndef PAGER_OBJECT_H
#define PAGER_OBJECT_H

#include "abi/error.h"
#include "tree.h"

struct object;
struct pager;

struct object_ops {
	const char *name;
	bool shared;       // stores go to the object's pages, not to private copies
	uint8_t fill_stat; // enum pager_stat: a page was read
	// Fills the 4 KiB at `memory` with a page below page_count.
	fl_error_t (*page_read)(const struct object *object, uint64_t page, void *memory);
	// The last reference is going; the pages are gone already. Releases the object.
	void (*close)(struct pager *pager, struct object *object);
};

struct object {
	const struct object_ops *ops;
	struct object *next;   // image: chain of the hash table
	const uint8_t *source; // image: its first byte
	uint64_t source_bytes;
	struct tree pages;   // page -> struct frame, state FRAME_CACHED, owner this object
	uint64_t page_count; // pages from here on are zeros and never in the tree
	uint32_t references; // regions
	uint32_t seen;       // pager_check: references found so far; 0 otherwise
};

// The frame of a page that has been read, or NULL.
struct frame *object_find(const struct object *object, uint64_t page);
// Reads a page below page_count that object_find did not find. Nothing changed on an error:
// FL_NO_MEMORY, or the kind's own.
CORE_CHECKED fl_error_t object_read(struct pager *pager, struct object *object, uint64_t page,
                                    struct frame **frame);
// The frame of a page below page_count, read now if need be; counts what it did. Errors as above.
CORE_CHECKED fl_error_t object_page(struct pager *pager, struct object *object, uint64_t page,
                                    struct frame **frame);
void object_release(struct pager *pager, struct object *object);

// For struct tree_kind.
void object_page_drop(void *pager, void *frame);

// The object of the program image's bytes [offset, offset + bytes), one for all regions; counts one
// more reference. FL_BAD_ARGUMENT: not inside the archive. FL_NO_MEMORY.
CORE_CHECKED fl_error_t image_open(struct pager *pager, uint64_t offset, uint64_t bytes,
                                   struct object **image);
// A new object of `pages` pages of zeros, shared by all who refer to it. FL_NO_MEMORY.
CORE_CHECKED fl_error_t memory_open(struct pager *pager, uint64_t pages, struct object **memory);

#endif
