// The short way to a small block: an object that came back. The long way is in malloc_small.c.
#ifndef MALLOC_SMALL_H
#define MALLOC_SMALL_H

#include "malloc_heap.h"

#define SMALL_CLASS_COUNT 24
#define SMALL_STEP 16

// The runs of a class that have free objects. The head looks like a run without returned objects,
// so that an empty list needs no check of its own. Zero: not used yet.
struct small_list {
	struct link link;
	void *free;   // NULL
	void *unused; // a power of two is quicker to index
};
_Static_assert(offsetof(struct small_list, free) == offsetof(struct page, free),
               "it looks like one");

extern struct small_list small_list[SMALL_CLASS_COUNT];
extern const uint16_t small_class_objects[SMALL_CLASS_COUNT]; // of a run
extern const uint8_t small_class_of_steps[SMALL_MAX / SMALL_STEP + 1];

void *small_take_slow(size_t size_class, bool *zero);

// bytes <= SMALL_MAX
static inline size_t small_class(size_t bytes)
{
	return small_class_of_steps[(bytes + SMALL_STEP - 1) / SMALL_STEP];
}

static inline void *small_take(size_t size_class, bool *zero)
{
	struct page *run = (struct page *)small_list[size_class].link.next;
	if (__builtin_expect(!run || !run->free, 0))
		return small_take_slow(size_class, zero);
	void *object = run->free;
	run->free = *(void **)object;
	*zero = false;
	run->used++;
	if (!run->free && run->carved == small_class_objects[size_class])
		link_remove(&run->link); // full
	return object;
}

#endif
