// Small blocks: a run of pages is cut into objects of one size. An object that was never given out
// is not touched; one that came back holds the pointer to the next.
//
// Runs with free objects stand in their class's list.
#include "malloc_small.h"

#include "malloc_heap.h"
#include "malloc_port.h"

// X(bytes of an object, pages of a run). Four sizes to a doubling: at most a fifth of a block is
// wasted; so many pages that at most a sixteenth of a run is left over.
// clang-format off
#define SMALL_CLASSES(X) \
	X(16, 1) X(32, 1) X(48, 1) X(64, 1) X(80, 1) X(96, 1) X(112, 1) X(128, 1) \
	X(160, 1) X(192, 1) X(224, 1) X(256, 1) X(320, 1) X(384, 1) X(448, 1) X(512, 1) \
	X(640, 1) X(768, 1) X(896, 2) X(1024, 1) X(1280, 1) X(1536, 3) X(1792, 4) X(2048, 1)
// clang-format on

#define CLASS_BYTES(bytes, pages) (bytes),
#define CLASS_PAGES(bytes, pages) (pages),
#define CLASS_OBJECTS(bytes, pages) ((pages)*PAGE_BYTES / (bytes)),

static const uint16_t class_bytes[] = {SMALL_CLASSES(CLASS_BYTES)};
static const uint8_t class_pages[] = {SMALL_CLASSES(CLASS_PAGES)};
const uint16_t small_class_objects[] = {SMALL_CLASSES(CLASS_OBJECTS)};

// Which class holds so many steps of 16 bytes.
const uint8_t small_class_of_steps[SMALL_MAX / SMALL_STEP + 1] = {
	[0 ... 1] = 0,    [2] = 1,          [3] = 2,           [4] = 3,
	[5] = 4,          [6] = 5,          [7] = 6,           [8] = 7,
	[9 ... 10] = 8,   [11 ... 12] = 9,  [13 ... 14] = 10,  [15 ... 16] = 11,
	[17 ... 20] = 12, [21 ... 24] = 13, [25 ... 28] = 14,  [29 ... 32] = 15,
	[33 ... 40] = 16, [41 ... 48] = 17, [49 ... 56] = 18,  [57 ... 64] = 19,
	[65 ... 80] = 20, [81 ... 96] = 21, [97 ... 112] = 22, [113 ... 128] = 23,
};

struct small_list small_list[SMALL_CLASS_COUNT];

_Static_assert(sizeof(class_pages) == SMALL_CLASS_COUNT, "one list a class");

size_t small_bytes(size_t size_class)
{
	return class_bytes[size_class];
}

static struct page *run_create(size_t size_class)
{
	struct page *run = run_take(class_pages[size_class], PAGE_SMALL);
	if (!run)
		return NULL;
	run->free = NULL;
	run->used = 0;
	run->carved = 0;
	run->size_class = (uint8_t)size_class;
	link_insert_after(&small_list[size_class].link, &run->link);
	return run;
}

// The class has no object that came back at hand: an untouched one, or a new run.
void *small_take_slow(size_t size_class, bool *zero)
{
	struct link *list = &small_list[size_class].link;
	if (!list->next)
		list_init(list);
	struct page *run = page_of_link(list->next);
	if (&run->link == list) {
		run = run_create(size_class);
		if (!run)
			return NULL;
	}
	*zero = run->clean;
	char *object = page_memory(run) + (size_t)run->carved++ * class_bytes[size_class];
	run->used++;
	if (run->carved == small_class_objects[size_class])
		link_remove(&run->link);
	return object;
}

// The last run of the list is kept: a program that takes and gives one block shall not make and
// drop a run each time. As only an empty list gets a new run, an empty run is always the last one.
static void run_emptied(struct page *run)
{
	if (run->link.next == run->link.previous)
		return;
	link_remove(&run->link);
	run_give(run);
}

void small_give(struct page *run, void *object)
{
	unsigned bytes = class_bytes[run->size_class];
	unsigned offset = (unsigned)((char *)object - page_memory(run));
	void *next = run->free;
	if (offset % bytes != 0 || offset >= run->carved * bytes)
		port_misuse("free: the address is not a block's\n");
	if (object == next || run->used == 0)
		port_misuse("free: the block is free already\n");
	*(void **)object = next;
	run->free = object;
	if (!next && run->carved == small_class_objects[run->size_class])
		link_insert_after(&small_list[run->size_class].link, &run->link); // it was full
	if (--run->used == 0)
		run_emptied(run);
}

void small_purge(void)
{
	for (unsigned i = 0; i < SMALL_CLASS_COUNT; i++) {
		struct link *list = &small_list[i].link;
		if (!list->next || list->previous == list || page_of_link(list->previous)->used > 0)
			continue;
		struct page *run = page_of_link(list->previous);
		link_remove(&run->link);
		run_give(run);
	}
}
