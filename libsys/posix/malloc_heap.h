// The parts of the malloc family and what they know of one another. Private to libsys.
//
//   malloc.c        the functions that programs call
//   malloc_small.c  blocks up to SMALL_MAX: runs of pages cut into objects of one size
//   malloc_pages.c  runs of pages in chunks; blocks up to LARGE_MIN are such runs
//   malloc_large.c  blocks from LARGE_MIN on: mappings of their own
//   malloc_port.c   memory and the lock
//
// What is known about memory is kept beside it: 32 bytes a page at the start of each chunk, so that
// a block's pages are touched by nobody but its owner. All of it under the lock.
#ifndef MALLOC_HEAP_H
#define MALLOC_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_SHIFT 12
#define PAGE_BYTES ((size_t)1 << PAGE_SHIFT)
#define CHUNK_PAGES 128
#define CHUNK_BYTES (CHUNK_PAGES * PAGE_BYTES) // chunks are aligned to their size
#define RUN_PAGES_MAX (CHUNK_PAGES - 1)        // the first page describes the chunk

#define BLOCK_ALIGN ((size_t)16)
#define SMALL_MAX ((size_t)2048)
#define LARGE_MIN ((size_t)128 << 10)
#define BLOCK_PAGES_MAX (LARGE_MIN / PAGE_BYTES)

struct link {
	struct link *next;
	struct link *previous;
};

enum page_kind {
	PAGE_INSIDE, // not the first page of its run
	PAGE_CHUNK, // the first page of a chunk: `link` is in the list of chunks, `pages` are free ones
	PAGE_FREE,  // first or last page of a free run
	PAGE_SMALL, // first page of a run of objects
	PAGE_BLOCK  // first page of a run that is one block
};

// A page. Only the first page of a run, the last one of a free run and all pages of a run of
// objects are kept up to date.
struct page {
	struct link link;   // PAGE_FREE: in its bin. PAGE_SMALL: in its class, unless it is full
	void *free;         // PAGE_SMALL: objects that came back; each begins with the next
	uint16_t used;      // PAGE_SMALL: objects given out
	uint16_t carved;    // PAGE_SMALL: objects ever given out; those behind are untouched
	uint8_t kind;       // enum page_kind
	uint8_t size_class; // PAGE_SMALL
	uint8_t pages : 7;
	uint8_t clean : 1; // the run was all zero when it was taken; PAGE_FREE: is so now
	uint8_t back;      // PAGE_INSIDE, last page of PAGE_FREE: how many pages before is the first
};
_Static_assert(sizeof(struct page) * CHUNK_PAGES == PAGE_BYTES, "one page describes a chunk");

static inline void list_init(struct link *list)
{
	list->next = list->previous = list;
}

static inline void link_insert_after(struct link *where, struct link *link)
{
	link->next = where->next;
	link->previous = where;
	where->next->previous = link;
	where->next = link;
}

static inline void link_remove(struct link *link)
{
	link->next->previous = link->previous;
	link->previous->next = link->next;
}

// `link` is the first member.
static inline struct page *page_of_link(struct link *link)
{
	return (struct page *)link;
}

static inline struct page *page_chunk(const struct page *page)
{
	return (struct page *)((uintptr_t)page & ~(CHUNK_BYTES - 1));
}

static inline size_t page_index(const struct page *page)
{
	return ((uintptr_t)page & (CHUNK_BYTES - 1)) / sizeof(*page);
}

static inline char *page_memory(const struct page *page)
{
	return (char *)page_chunk(page) + page_index(page) * PAGE_BYTES;
}

// The page that an address in a chunk lies in.
static inline struct page *page_of(const void *memory)
{
	uintptr_t chunk = (uintptr_t)memory & ~(CHUNK_BYTES - 1);
	return (struct page *)chunk + ((uintptr_t)memory - chunk) / PAGE_BYTES;
}

static inline size_t pages_of(size_t bytes)
{
	return (bytes + PAGE_BYTES - 1) >> PAGE_SHIFT;
}

// malloc_pages.c
extern struct link chunk_list;
struct page *run_take(size_t pages, enum page_kind kind); // pages <= BLOCK_PAGES_MAX; or NULL
void run_give(struct page *run);
void run_shrink(struct page *run, size_t pages);
bool run_grow(struct page *run, size_t pages); // in place
// Gives `pages` pages at the start of a block back; returns the rest's first page.
struct page *run_cut(struct page *run, size_t pages);
size_t run_dirty_pages(void);
void run_purge(void); // all free pages' frames, all empty chunks

// malloc_small.c; taking is in malloc_small.h
size_t small_bytes(size_t size_class);
void small_give(struct page *run, void *object);
void small_purge(void); // runs without an object

// malloc_large.c. Bytes need not be whole pages. `reserve`: room to grow.
struct large;
void *large_take(size_t bytes, size_t reserve, size_t align, bool *zero);
struct large *large_find(const void *memory);
void large_give(struct large *large);
bool large_resize(struct large *large, size_t bytes); // in place
size_t large_bytes(const struct large *large);
void large_count(size_t *blocks, size_t *bytes);

#endif
