// Page maps of the minimal pager: which frame a space has for which page. A map is a tree of tables
// in page frames, of the shape of the hardware's page table: an entry holds the physical address of
// the table below or, at level 0, of the page's frame; 0 is none.
//
// It is not the page table: a page may have a frame before its first fault maps it. Why the pager
// does not read the hardware's table instead: that would be a kernel call a page.
#include "fl/string.h"
#include "minimal.h"

#define LEVEL_TOP 2
#define LEVEL_BITS 9
#define ENTRIES (1u << LEVEL_BITS)

static uint64_t level_bytes(unsigned level)
{
	return 1ul << (FL_PAGE_SHIFT + LEVEL_BITS * level);
}

// The entry for va at the lowest level that is there; an entry of a level above 0 is empty.
static uint64_t *entry_walk(uint64_t map, uint64_t va, unsigned *level)
{
	uint64_t table = map;
	for (*level = LEVEL_TOP;; --*level) {
		uint64_t *entry = (uint64_t *)frame_view(table) + va / level_bytes(*level) % ENTRIES;
		if (*level == 0 || !*entry)
			return entry;
		table = *entry;
	}
}

uint64_t page_find(uint64_t map, uint64_t va)
{
	unsigned level;
	return *entry_walk(map, va, &level);
}

bool page_next(uint64_t map, uint64_t *va)
{
	while (*va < FL_USER_END) {
		unsigned level;
		if (*entry_walk(map, *va, &level))
			return true;
		*va = (*va & ~(level_bytes(level) - 1)) + level_bytes(level);
	}
	return false;
}

uint64_t *page_entry(uint64_t map, uint64_t va)
{
	for (;;) {
		unsigned level;
		uint64_t *entry = entry_walk(map, va, &level);
		if (level == 0)
			return entry;
		*entry = frame_take();
		if (!*entry)
			return NULL;
		stat[STAT_FRAMES_META]++;
	}
}

void pages_free(uint64_t map, uint64_t start, uint64_t end)
{
	for (uint64_t va = start; page_next(map, &va) && va < end; va += FL_PAGE_SIZE) {
		unsigned level;
		uint64_t *entry = entry_walk(map, va, &level);
		frame_give(*entry);
		*entry = 0;
	}
}

uint64_t pages_count(uint64_t map, uint64_t start, uint64_t end)
{
	uint64_t count = 0;
	for (uint64_t va = start; page_next(map, &va) && va < end; va += FL_PAGE_SIZE)
		count++;
	return count;
}

fl_error_t pages_copy(uint64_t to, uint64_t from)
{
	for (uint64_t va = 0; page_next(from, &va); va += FL_PAGE_SIZE) {
		uint64_t *entry = page_entry(to, va);
		if (!entry)
			return FL_NO_MEMORY;
		*entry = frame_take();
		if (!*entry)
			return FL_NO_MEMORY;
		memcpy(frame_view(*entry), frame_view(page_find(from, va)), FL_PAGE_SIZE);
	}
	return FL_OK;
}

static void table_free(uint64_t table, unsigned level)
{
	const uint64_t *entry = frame_view(table);
	for (unsigned i = 0; i < ENTRIES; i++) {
		if (entry[i] && level > 0)
			table_free(entry[i], level - 1);
		else if (entry[i])
			frame_give(entry[i]);
	}
	frame_give(table);
	stat[STAT_FRAMES_META]--;
}

void map_free(uint64_t map)
{
	table_free(map, LEVEL_TOP);
}

static uint64_t table_frames(uint64_t table, unsigned level)
{
	const uint64_t *entry = frame_view(table);
	uint64_t count = 1;
	for (unsigned i = 0; i < ENTRIES; i++) {
		if (entry[i])
			count += level > 0 ? table_frames(entry[i], level - 1) : 1;
	}
	return count;
}

uint64_t map_frames(uint64_t map)
{
	return table_frames(map, LEVEL_TOP);
}
