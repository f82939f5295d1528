// Small blocks: a run of pages is cut into objects of one size. An object that was never given out
// is not touched; one that came back holds the pointer to the next.
//
// Runs with free objects stand in their class's list, those without any object at its end. A few of
// the latter are kept, so that a program that takes and gives one block does not make and drop a
// run each time.
#include "malloc_heap.h"
#include "malloc_port.h"

#define STEP 16
#define EMPTY_PAGES_MAX 16

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
static const uint16_t class_objects[] = {SMALL_CLASSES(CLASS_OBJECTS)};

#define CLASSES (sizeof(class_pages) / sizeof(class_pages[0]))

// Which class holds so many steps of 16 bytes.
static const uint8_t class_of_steps[SMALL_MAX / STEP + 1] = {
	[0 ... 1] = 0,    [2] = 1,          [3] = 2,           [4] = 3,
	[5] = 4,          [6] = 5,          [7] = 6,           [8] = 7,
	[9 ... 10] = 8,   [11 ... 12] = 9,  [13 ... 14] = 10,  [15 ... 16] = 11,
	[17 ... 20] = 12, [21 ... 24] = 13, [25 ... 28] = 14,  [29 ... 32] = 15,
	[33 ... 40] = 16, [41 ... 48] = 17, [49 ... 56] = 18,  [57 ... 64] = 19,
	[65 ... 80] = 20, [81 ... 96] = 21, [97 ... 112] = 22, [113 ... 128] = 23,
};

static struct link class_list[CLASSES]; // next NULL: not used yet
static size_t empty_pages;              // of runs without an object

unsigned small_class(size_t bytes)
{
	return class_of_steps[(bytes + STEP - 1) / STEP];
}

size_t small_bytes(unsigned size_class)
{
	return class_bytes[size_class];
}

static struct page *run_create(unsigned size_class)
{
	struct page *run = run_take(class_pages[size_class], PAGE_SMALL);
	if (!run)
		return NULL;
	run->free = NULL;
	run->used = 0;
	run->carved = 0;
	run->size_class = (uint8_t)size_class;
	link_insert_after(&class_list[size_class], &run->link);
	empty_pages += run->pages;
	return run;
}

void *small_take(unsigned size_class, bool *zero)
{
	struct link *list = &class_list[size_class];
	struct page *run = page_of_link(list->next);
	if (!list->next)
		list_init(list);
	if (!run || &run->link == list) {
		run = run_create(size_class);
		if (!run)
			return NULL;
	}
	void *object = run->free;
	*zero = !object && run->clean;
	if (object)
		run->free = *(void **)object;
	else
		object = page_memory(run) + (size_t)run->carved++ * class_bytes[size_class];
	if (run->used++ == 0)
		empty_pages -= run->pages;
	if (!run->free && run->carved == class_objects[size_class])
		link_remove(&run->link);
	return object;
}

static void run_release(struct page *run)
{
	link_remove(&run->link);
	run_give(run);
}

static void run_emptied(struct page *run)
{
	if (empty_pages + run->pages > EMPTY_PAGES_MAX) {
		run_release(run);
		return;
	}
	empty_pages += run->pages;
	link_remove(&run->link);
	link_insert_after(class_list[run->size_class].previous, &run->link);
}

void small_give(struct page *run, void *object)
{
	size_t bytes = class_bytes[run->size_class];
	size_t offset = (size_t)((char *)object - page_memory(run));
	if (offset % bytes != 0 || offset >= run->carved * bytes)
		port_misuse("free: the address is not a block's\n");
	if (object == run->free || run->used == 0)
		port_misuse("free: the block is free already\n");
	bool full = !run->free && run->carved == class_objects[run->size_class];
	*(void **)object = run->free;
	run->free = object;
	if (full)
		link_insert_after(&class_list[run->size_class], &run->link);
	if (--run->used == 0)
		run_emptied(run);
}

void small_purge(void)
{
	for (unsigned size_class = 0; size_class < CLASSES; size_class++) {
		struct link *list = &class_list[size_class];
		while (list->next && list->previous != list && page_of_link(list->previous)->used == 0) {
			struct page *run = page_of_link(list->previous);
			empty_pages -= run->pages;
			run_release(run);
		}
	}
}
