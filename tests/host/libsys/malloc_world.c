// The port of the malloc family on the host, and the checker (malloc_world.h).
#include <malloc.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "malloc_heap.h"
#include "malloc_port.h"
#include "malloc_world.h"
#include "tap.h"

#define SPACE_PAGES ((size_t)64 << 10)

struct world world;
static char *space;
static bool mapped[SPACE_PAGES];

static size_t index_of(const void *start)
{
	return (size_t)((const char *)start - space) / PAGE_BYTES;
}

void world_reset(void)
{
	if (!space) {
		char *start = mmap(NULL, SPACE_PAGES * PAGE_BYTES + CHUNK_BYTES, PROT_NONE,
		                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (start == MAP_FAILED)
			tap_bail("mmap", "no address space");
		space = (char *)(((uintptr_t)start + CHUNK_BYTES - 1) & ~(CHUNK_BYTES - 1));
	}
	EXPECT(world.pages_mapped, 0);
	world = (struct world){.pages_max = SPACE_PAGES};
}

static bool range_free(size_t first, size_t pages)
{
	for (size_t i = 0; i < pages; i++) {
		if (first + i >= SPACE_PAGES || mapped[first + i])
			return false;
	}
	return true;
}

static bool range_take(size_t first, size_t pages)
{
	world.requests++;
	if ((world.fail_at > 0 && --world.fail_at == 0) || pages > world.pages_max - world.pages_mapped)
		return false;
	memset(&mapped[first], true, pages * sizeof(mapped[0]));
	world.pages_mapped += pages;
	return mprotect(space + first * PAGE_BYTES, pages * PAGE_BYTES, PROT_READ | PROT_WRITE) == 0;
}

void *port_map(size_t bytes, size_t align)
{
	size_t pages = bytes / PAGE_BYTES;
	EXPECT(bytes % PAGE_BYTES, 0);
	EXPECT(align >= PAGE_BYTES && (align & (align - 1)) == 0, true);
	EXPECT(world.locked, 1);
	// An odd first page, so that nothing is aligned by chance.
	for (size_t first = align == PAGE_BYTES ? 1 : 0; first < SPACE_PAGES && pages <= SPACE_PAGES;
	     first++) {
		if (((uintptr_t)(space + first * PAGE_BYTES) & (align - 1)) == 0 &&
		    range_free(first, pages))
			return range_take(first, pages) ? space + first * PAGE_BYTES : NULL;
	}
	return NULL;
}

bool port_extend(void *end, size_t bytes)
{
	size_t first = index_of(end);
	EXPECT(mapped[first - 1], true);
	return range_free(first, bytes / PAGE_BYTES) && range_take(first, bytes / PAGE_BYTES);
}

static void range_must_be_mapped(size_t first, size_t pages)
{
	world.requests++;
	for (size_t i = 0; i < pages; i++)
		EXPECT(mapped[first + i], true);
}

bool port_unmap(void *start, size_t bytes)
{
	size_t first = index_of(start);
	range_must_be_mapped(first, bytes / PAGE_BYTES);
	if (world.unmap_refused)
		return false;
	memset(&mapped[first], false, bytes / PAGE_BYTES * sizeof(mapped[0]));
	world.pages_mapped -= bytes / PAGE_BYTES;
	return madvise(start, bytes, MADV_DONTNEED) == 0 && mprotect(start, bytes, PROT_NONE) == 0;
}

bool port_discard(void *start, size_t bytes)
{
	range_must_be_mapped(index_of(start), bytes / PAGE_BYTES);
	return !world.discard_refused && madvise(start, bytes, MADV_DONTNEED) == 0;
}

void malloc_lock(void)
{
	world.locked++;
}

void malloc_unlock(void)
{
	world.locked--;
}

_Noreturn void port_misuse(const char *what)
{
	(void)what;
	world.locked = 0;
	longjmp(world.misuse, 1);
}

size_t world_resident(const void *start, size_t bytes)
{
	unsigned char resident[SPACE_PAGES];
	size_t count = 0;
	if (mincore((void *)(uintptr_t)start, bytes, resident) != 0)
		tap_bail("mincore", "failed");
	for (size_t i = 0; i < bytes / PAGE_BYTES; i++)
		count += resident[i] & 1;
	return count;
}

size_t world_resident_all(void)
{
	return world_resident(space, SPACE_PAGES * PAGE_BYTES);
}

static size_t objects_free(const struct page *run)
{
	size_t count = 0;
	for (void *object = run->free; object; object = *(void **)object) {
		EXPECT((char *)object >= page_memory(run), true);
		EXPECT((char *)object < page_memory(run) + run->pages * PAGE_BYTES, true);
		if (++count > PAGE_BYTES)
			break; // a circle
	}
	return count;
}

static size_t chunk_check(struct page *chunk)
{
	size_t free_pages = 0;
	size_t dirty = 0;
	const struct page *last = NULL;
	EXPECT(chunk->kind, PAGE_CHUNK);
	for (size_t i = 1; i < CHUNK_PAGES; i += chunk[i].pages) {
		struct page *run = &chunk[i];
		EXPECT(run->pages > 0 && i + run->pages <= CHUNK_PAGES, true);
		if (run->pages == 0)
			return 0;
		if (run->kind == PAGE_FREE) {
			free_pages += run->pages;
			dirty += run->clean ? 0 : run->pages;
			EXPECT(last && last->kind == PAGE_FREE && last->clean == run->clean, false);
			EXPECT(run[run->pages - 1].back, run->pages - 1);
		} else if (run->kind == PAGE_SMALL) {
			EXPECT(run->used <= run->carved, true);
			EXPECT(run->carved * small_bytes(run->size_class) <= run->pages * PAGE_BYTES, true);
			EXPECT(objects_free(run), run->carved - run->used);
		} else {
			EXPECT(run->kind, PAGE_BLOCK);
		}
		last = run;
	}
	EXPECT(chunk->pages, free_pages);
	return dirty;
}

void heap_check(void)
{
	size_t dirty = 0;
	for (struct link *at = chunk_list.next; at != &chunk_list; at = at->next)
		dirty += chunk_check(page_of_link(at));
	EXPECT(run_dirty_pages(), dirty);
	EXPECT(world.locked, 0);
}

void heap_empty(void)
{
	malloc_trim(0);
	heap_check();
	EXPECT(world.pages_mapped, 0);
	EXPECT(chunk_list.next == &chunk_list, true);
}
