// Figures of the heap, and what else malloc.h declares. All of it is here, because picolibc's own
// functions would speak of picolibc's heap.
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "malloc_heap.h"
#include "malloc_port.h"

static void chunk_count(struct page *chunk, struct mallinfo *info)
{
	info->arena += CHUNK_BYTES;
	for (size_t i = 1; i < CHUNK_PAGES; i += chunk[i].pages) {
		struct page *run = &chunk[i];
		size_t bytes = run->pages * PAGE_BYTES;
		size_t used = bytes;
		if (run->kind == PAGE_FREE)
			used = 0;
		else if (run->kind == PAGE_SMALL)
			used = run->used * small_bytes(run->size_class);
		info->ordblks += run->kind == PAGE_FREE;
		info->uordblks += used;
		info->fordblks += bytes - used;
	}
}

struct mallinfo mallinfo(void)
{
	struct mallinfo info = {0};
	malloc_lock();
	for (struct link *at = chunk_list.next; at != &chunk_list; at = at->next)
		chunk_count(page_of_link(at), &info);
	large_count(&info.hblks, &info.hblkhd);
	info.arena += info.hblkhd;
	info.uordblks += info.hblkhd;
	info.keepcost = run_dirty_pages() * PAGE_BYTES;
	malloc_unlock();
	return info;
}

void malloc_stats(void)
{
	struct mallinfo info = mallinfo();
	fprintf(stderr, "heap: %zu bytes, in blocks %zu, large %zu in %zu blocks, free and dirty %zu\n",
	        info.arena, info.uordblks, info.hblkhd, info.hblks, info.keepcost);
}

// There is nothing to adjust.
int mallopt(int option, int value)
{
	(void)option;
	(void)value;
	return 0;
}

void cfree(void *memory)
{
	free(memory);
}
