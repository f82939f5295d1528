// Chunks, and runs of pages in them.
//
// Free runs stand in bins by length. A run is clean (its pages were never touched, or their frames
// given back: it reads zero) or dirty; neighbours are joined only if they are alike, so that taking
// and giving the same pages again and again never asks the pager. When too many free pages are
// dirty the frames of all of them go back. A chunk without a used page goes back, save one.
#include "malloc_heap.h"
#include "malloc_port.h"

#define DIRTY_PAGES_MAX 32
#define BINS (BLOCK_PAGES_MAX + 2) // 0: not used; exact lengths; the last one: all longer

struct link chunk_list = {&chunk_list, &chunk_list};
static struct link bin[BINS];
static uint64_t bin_filled; // bit i: bin[i] is not empty
static size_t dirty_pages;
static size_t dirty_pages_max = DIRTY_PAGES_MAX;
static struct page *spare_chunk; // the one chunk that is kept without a used page

_Static_assert(BINS <= 64, "a bit a bin");

static size_t bin_of(size_t pages)
{
	return pages <= BLOCK_PAGES_MAX ? pages : BINS - 1;
}

// Takes a free run out of its bin.
static void free_remove(struct page *run)
{
	size_t index = bin_of(run->pages);
	link_remove(&run->link);
	if (bin[index].next == &bin[index])
		bin_filled &= ~(1ull << index);
	if (!run->clean)
		dirty_pages -= run->pages;
}

// Dirty runs are put where they are found first: their frames are there already.
static void free_insert(struct page *run, size_t pages, bool clean)
{
	size_t index = bin_of(pages);
	run->kind = PAGE_FREE;
	run->pages = (uint8_t)pages & 0x7f;
	run->clean = clean;
	run->back = 0;
	if (pages > 1) {
		run[pages - 1].kind = PAGE_FREE;
		run[pages - 1].back = (uint8_t)(pages - 1);
	}
	if (!bin[index].next)
		list_init(&bin[index]);
	link_insert_after(clean ? bin[index].previous : &bin[index], &run->link);
	bin_filled |= 1ull << index;
	if (!clean)
		dirty_pages += pages;
}

// The same, joined with its neighbours. Returns the first page.
static struct page *free_join(struct page *run, size_t pages, bool clean)
{
	struct page *after = run + pages;
	if (page_index(run) + pages < CHUNK_PAGES && after->kind == PAGE_FREE &&
	    after->clean == clean) {
		free_remove(after);
		pages += after->pages;
	}
	struct page *before = run - 1; // the first page of a chunk is never free
	if (before->kind == PAGE_FREE && (before - before->back)->clean == clean) {
		before -= before->back;
		free_remove(before);
		pages += before->pages;
		run = before;
	}
	free_insert(run, pages, clean);
	return run;
}

static bool chunk_create(void)
{
	struct page *chunk = port_map(CHUNK_BYTES, CHUNK_BYTES);
	if (!chunk)
		return false;
	chunk->kind = PAGE_CHUNK;
	chunk->pages = RUN_PAGES_MAX;
	link_insert_after(&chunk_list, &chunk->link);
	free_insert(chunk + 1, RUN_PAGES_MAX, true);
	return true;
}

static void chunk_release(struct page *chunk)
{
	for (size_t i = 1; i < CHUNK_PAGES; i += chunk[i].pages)
		free_remove(&chunk[i]);
	link_remove(&chunk->link);
	if (port_unmap(chunk, CHUNK_BYTES))
		return;
	// It stays, as one free run.
	link_insert_after(&chunk_list, &chunk->link);
	free_insert(chunk + 1, RUN_PAGES_MAX, false);
}

static void frames_discard(void)
{
	for (size_t i = 1; i < BINS; i++) {
		while ((bin_filled >> i & 1) && !page_of_link(bin[i].next)->clean) {
			struct page *run = page_of_link(bin[i].next);
			if (!port_discard(page_memory(run), run->pages * PAGE_BYTES)) {
				dirty_pages_max = SIZE_MAX; // this pager does not take them
				return;
			}
			free_remove(run);
			(void)free_join(run, run->pages, true);
		}
	}
}

static void chunk_pages_add(struct page *chunk, size_t pages)
{
	chunk->pages = (uint8_t)(chunk->pages + pages) & 0x7f;
	if (chunk->pages == RUN_PAGES_MAX && spare_chunk != chunk) {
		if (spare_chunk)
			chunk_release(chunk);
		else
			spare_chunk = chunk;
	}
	if (dirty_pages > dirty_pages_max)
		frames_discard();
}

static void chunk_pages_subtract(struct page *chunk, size_t pages)
{
	chunk->pages = (uint8_t)(chunk->pages - pages) & 0x7f;
	if (spare_chunk == chunk)
		spare_chunk = NULL;
}

// The pages [first, first + pages) belong to a user from now on.
static void run_mark(struct page *run, size_t pages, enum page_kind kind)
{
	run->kind = (uint8_t)kind;
	run->pages = (uint8_t)pages & 0x7f;
	// For a block the last page is enough: nobody looks at those between.
	for (size_t i = kind == PAGE_SMALL ? 1 : pages - (pages > 1); i < pages; i++) {
		run[i].kind = PAGE_INSIDE;
		run[i].back = (uint8_t)i;
	}
}

struct page *run_take(size_t pages, enum page_kind kind)
{
	uint64_t fitting = bin_filled >> pages;
	if (fitting == 0 && dirty_pages > 0) {
		frames_discard(); // that joins runs
		fitting = bin_filled >> pages;
	}
	if (fitting == 0) {
		if (!chunk_create())
			return NULL;
		fitting = bin_filled >> pages;
	}
	size_t index = pages + (size_t)__builtin_ctzll(fitting);
	struct page *run = page_of_link(bin[index].next);
	free_remove(run);
	if (run->pages > pages)
		free_insert(run + pages, run->pages - pages, run->clean);
	chunk_pages_subtract(page_chunk(run), pages);
	run_mark(run, pages, kind);
	return run;
}

void run_give(struct page *run)
{
	size_t pages = run->pages;
	(void)free_join(run, pages, false);
	chunk_pages_add(page_chunk(run), pages);
}

void run_shrink(struct page *run, size_t pages)
{
	size_t rest = run->pages - pages;
	if (rest == 0)
		return;
	run_mark(run, pages, PAGE_BLOCK);
	(void)free_join(run + pages, rest, false);
	chunk_pages_add(page_chunk(run), rest);
}

bool run_grow(struct page *run, size_t pages)
{
	struct page *after = run + run->pages;
	size_t more = pages - run->pages;
	if (page_index(run) + pages > CHUNK_PAGES || after->kind != PAGE_FREE || after->pages < more)
		return false;
	free_remove(after);
	if (after->pages > more)
		free_insert(after + more, after->pages - more, after->clean);
	chunk_pages_subtract(page_chunk(run), more);
	run_mark(run, pages, PAGE_BLOCK);
	return true;
}

struct page *run_cut(struct page *run, size_t pages)
{
	struct page *rest = run + pages;
	if (pages == 0)
		return run;
	rest->clean = run->clean;
	run_mark(rest, run->pages - pages, PAGE_BLOCK);
	run_mark(run, pages, PAGE_BLOCK);
	run_give(run);
	return rest;
}

size_t run_dirty_pages(void)
{
	return dirty_pages;
}

void run_purge(void)
{
	if (spare_chunk) {
		struct page *chunk = spare_chunk;
		spare_chunk = NULL;
		chunk_release(chunk);
	}
	frames_discard();
}
