// The window shared with the file server. See window.h.
#include "window.h"

#include "proto/files.h"
#include "proto/pager.h"
#include "service.h"

#define WINDOW_PAGES (LAYOUT_WINDOW_BYTES / FL_PAGE_SIZE)

static uint32_t claimed; // a bit for each page
static uint32_t mapped;  // pages that are there; 0 also right after exec, when there may be some

// Asks for so many pages. One that is there stays.
static void window_grow(uint32_t pages)
{
	struct fl_message m = {.word = {FILES_WORD0(FILES_WINDOW, 0), pages}};
	if (service_call(SLOT_FILES, &m) == FL_OK)
		__atomic_store_n(&mapped, (uint32_t)m.word[1], __ATOMIC_RELAXED);
}

// Claims `pages` neighbouring ones. False: there are none.
static bool run_claim(uint32_t pages, struct window *window)
{
	uint32_t there = __atomic_load_n(&mapped, __ATOMIC_RELAXED);
	uint32_t run = (uint32_t)((1ul << pages) - 1);
	for (uint32_t at = 0; at + pages <= there; at++) {
		uint32_t now = __atomic_load_n(&claimed, __ATOMIC_RELAXED);
		if (now & run << at)
			continue;
		if (!__atomic_compare_exchange_n(&claimed, &now, now | run << at, false, __ATOMIC_ACQUIRE,
		                                 __ATOMIC_RELAXED)) {
			at--; // somebody was faster: look again
			continue;
		}
		*window = (struct window){.offset = at * FL_PAGE_SIZE,
		                          .bytes = pages * FL_PAGE_SIZE,
		                          .memory = (void *)(LAYOUT_WINDOW + at * FL_PAGE_SIZE)};
		return true;
	}
	return false;
}

bool window_claim(size_t bytes, struct window *window)
{
	uint32_t pages = WINDOW_PAGES;
	if (bytes < LAYOUT_WINDOW_BYTES)
		pages = bytes ? (uint32_t)((bytes + FL_PAGE_SIZE - 1) / FL_PAGE_SIZE) : 1;
	if (mapped < pages)
		window_grow(pages);
	if (mapped == 0)
		window_grow(1);
	for (uint32_t fewer = pages; fewer; fewer--) {
		if (run_claim(fewer, window))
			return true;
	}
	if (mapped == WINDOW_PAGES)
		return false;
	window_grow(mapped + 1);
	return run_claim(1, window);
}

void window_release(const struct window *window)
{
	uint32_t run = (uint32_t)((1ul << window->bytes / FL_PAGE_SIZE) - 1);
	__atomic_fetch_and(&claimed, ~(run << window->offset / FL_PAGE_SIZE), __ATOMIC_RELEASE);
}

void window_forget(void)
{
	if (mapped)
		mapped = claimed = 0;
}
