// What the file server has of the minimal pager's frames: windows that it shares with its clients,
// and pages for files. Its page table says which frame lies where.
#include "minimal.h"

#define LENT_PROT (FL_PROT_READ | FL_PROT_WRITE | FL_PROT_ACCESSED | FL_PROT_DIRTY)
#define WINDOW_PAGES (LAYOUT_WINDOW_BYTES / FL_PAGE_SIZE)

uint64_t frames_lent;
uint64_t objects_lent;

static void tables_drain(void)
{
	uint64_t table;
	while (!fl_space_drain(SLOT_FILES_SPACE, FL_FEED_TABLE, &table)) {
		object_frame_give(table);
		objects_lent--;
	}
}

static fl_error_t server_map(uint64_t va, uint64_t frame)
{
	struct fl_map_entry entry = {.va = va, .frame = frame | LENT_PROT};
	unsigned installed;
	fl_error_t error;
	while ((error = fl_map(SLOT_FILES_SPACE, &entry, 1, &installed)) == FL_NO_TABLE) {
		uint64_t table;
		error = object_frame_take(&table);
		if (error)
			return error;
		if (fl_space_feed(SLOT_FILES_SPACE, FL_FEED_TABLE, table, 0))
			server_fatal("minimal: the file server takes no page table");
		objects_lent++;
	}
	return error;
}

static fl_error_t frame_lend(uint64_t va, uint64_t *frame)
{
	*frame = frame_take();
	if (!*frame)
		return FL_NO_MEMORY;
	fl_error_t error = server_map(va, *frame);
	if (error) {
		frame_give(*frame);
		tables_drain();
		return error;
	}
	frames_lent++;
	return FL_OK;
}

static fl_error_t frame_take_back(uint64_t va)
{
	struct fl_result ptes;
	uint64_t done, removed;
	if (fl_pte_read(SLOT_FILES_SPACE, va, &ptes) || !ptes.value[2])
		return FL_BAD_ARGUMENT;
	if (fl_unmap(SLOT_FILES_SPACE, va, 1, &done, &removed))
		server_fatal("minimal: unmap failed");
	frame_give((ptes.value[2] >> 10 & ((1ul << 44) - 1)) << FL_PAGE_SHIFT);
	frames_lent--;
	tables_drain();
	return FL_OK;
}

static uint64_t window_va(const struct space *space, uint64_t page)
{
	return FILES_WINDOW_VA + space->window_place * LAYOUT_WINDOW_BYTES + page * FL_PAGE_SIZE;
}

static fl_error_t window_page_add(struct space *space)
{
	uint64_t frame;
	uint64_t va = window_va(space, space->window_pages);
	fl_error_t error = frame_lend(va, &frame);
	if (error)
		return error;
	error = space_map(space, LAYOUT_WINDOW + space->window_pages * FL_PAGE_SIZE, frame, LENT_PROT);
	if (error) {
		(void)frame_take_back(va);
		return error;
	}
	space->window_pages++;
	return FL_OK;
}

static void window_shrink(struct space *space, uint64_t pages)
{
	space_unmap(space, LAYOUT_WINDOW + pages * FL_PAGE_SIZE, LAYOUT_WINDOW + LAYOUT_WINDOW_BYTES);
	while (space->window_pages > pages)
		(void)frame_take_back(window_va(space, --space->window_pages));
}

fl_error_t window_grow(struct space *space, struct fl_message *m)
{
	uint64_t before = space->window_pages;
	uint64_t pages = m->word[3];
	if (m->word[2] >= FILES_WINDOW_PLACES || pages < 1 || pages > WINDOW_PAGES ||
	    (before && space->window_place != m->word[2]))
		return FL_BAD_ARGUMENT;
	space->window_place = m->word[2];
	while (space->window_pages < pages) {
		fl_error_t error = window_page_add(space);
		if (error) {
			window_shrink(space, before);
			return error;
		}
	}
	return FL_OK;
}

void window_destroy(struct space *space)
{
	window_shrink(space, 0);
}

fl_error_t pool_take(struct space *none, struct fl_message *m)
{
	(void)none;
	uint64_t va = FILES_POOL_VA + m->word[1] * FL_PAGE_SIZE;
	struct fl_result ptes;
	uint64_t frame;
	if (m->word[1] < 1 || m->word[1] >= FILES_POOL_PAGES)
		return FL_BAD_ARGUMENT;
	if (!fl_pte_read(SLOT_FILES_SPACE, va, &ptes) && ptes.value[2])
		return FL_EXISTS;
	return frame_lend(va, &frame);
}

fl_error_t pool_give(struct space *none, struct fl_message *m)
{
	(void)none;
	if (m->word[1] < 1 || m->word[1] >= FILES_POOL_PAGES)
		return FL_BAD_ARGUMENT;
	return frame_take_back(FILES_POOL_VA + m->word[1] * FL_PAGE_SIZE);
}
