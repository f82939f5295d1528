// Frames lent to the file server; windows.h has the contracts.
//
// Which frame lies where is not noted: the file server's page table says it, and only these
// functions change that part of it.
#include "windows.h"

#include "client.h"
#include "runs.h"

#define LENT_PROT (FL_PROT_READ | FL_PROT_WRITE | FL_PROT_ACCESSED | FL_PROT_DIRTY)
#define WINDOW_PAGES (LAYOUT_WINDOW_BYTES / FL_PAGE_SIZE)

static fl_error_t server_map(struct service *service, uint64_t va, uint64_t physical)
{
	struct fl_map_entry entry = {.va = va, .frame = physical | LENT_PROT};
	unsigned installed;
	fl_error_t error;
	while ((error = fl_map(SLOT_FILES_SPACE, &entry, 1, &installed)) == FL_NO_TABLE) {
		uint64_t table;
		error = object_frame_take(service, &table);
		if (error)
			return error;
		error = fl_space_feed(SLOT_FILES_SPACE, FL_FEED_TABLE, table, 0);
		if (error) {
			object_frame_give(service, table);
			return error;
		}
	}
	return error;
}

// Tables that are empty now come back, so that what is lent costs the same whatever was before.
static void server_drain(struct service *service)
{
	uint64_t table;
	while (fl_space_drain(SLOT_FILES_SPACE, FL_FEED_TABLE, &table) == FL_OK)
		object_frame_give(service, table);
}

// A zeroed frame at `va` of the file server's space. FL_NO_MEMORY: nothing changed.
static fl_error_t frame_lend(struct service *service, uint64_t va, uint64_t *physical)
{
	struct frame_table *frames = &service->core.frames;
	struct frame *frame = frame_allocate(frames, FRAME_LENT, true);
	if (!frame)
		return FL_NO_MEMORY;
	frame->owner = NULL;
	*physical = frame_physical(frames, frame);
	fl_error_t error = server_map(service, va, *physical);
	if (error) {
		frame_free(frames, frame);
		server_drain(service);
		return error;
	}
	service->core.lent_count++;
	return FL_OK;
}

// FL_BAD_ARGUMENT: none lies there.
static fl_error_t frame_take_back(struct service *service, uint64_t va)
{
	struct frame_table *frames = &service->core.frames;
	struct fl_result ptes;
	uint64_t done, removed;
	fl_error_t error = fl_pte_read(SLOT_FILES_SPACE, va, &ptes);
	if (error || !ptes.value[2])
		return FL_BAD_ARGUMENT;
	uint64_t physical = (ptes.value[2] >> 10 & ((1ul << 44) - 1)) << FL_PAGE_SHIFT;
	error = fl_unmap(SLOT_FILES_SPACE, va, 1, &done, &removed);
	CORE_ASSERT(!error && removed == 1);
	frame_free(frames, frame_at(frames, physical));
	service->core.lent_count--;
	server_drain(service);
	return FL_OK;
}

static uint64_t window_va(const struct client *client, uint64_t page)
{
	return FILES_WINDOW_VA + client->window_place * LAYOUT_WINDOW_BYTES + page * FL_PAGE_SIZE;
}

static void window_shrink(struct service *service, struct client *client, uint64_t pages)
{
	const struct pager_effects *effects = &service->effects;
	if (client->window_pages > pages)
		effects->unmap(effects->context, client->space, LAYOUT_WINDOW + pages * FL_PAGE_SIZE,
		               client->window_pages - pages);
	while (client->window_pages > pages) {
		fl_error_t error = frame_take_back(service, window_va(client, --client->window_pages));
		CORE_ASSERT(!error);
	}
}

static fl_error_t window_page_add(struct service *service, struct client *client)
{
	const struct pager_effects *effects = &service->effects;
	uint64_t va = window_va(client, client->window_pages);
	uint64_t physical;
	fl_error_t error = frame_lend(service, va, &physical);
	if (error)
		return error;
	struct fl_map_entry entry = {.va = LAYOUT_WINDOW + client->window_pages * FL_PAGE_SIZE,
	                             .frame = physical | LENT_PROT};
	error = effects->map(effects->context, client->space, &entry, 1);
	if (error) {
		fl_error_t back = frame_take_back(service, va);
		CORE_ASSERT(!back);
		return error;
	}
	client->window_pages++;
	return FL_OK;
}

fl_error_t window_grow(struct service *service, struct space *space, struct fl_message *m)
{
	struct client *client = client_of(space);
	uint64_t place = m->word[2];
	uint64_t pages = m->word[3];
	uint64_t before = client->window_pages;
	if (place >= FILES_WINDOW_PLACES || pages < 1 || pages > WINDOW_PAGES ||
	    (before && client->window_place != place))
		return FL_BAD_ARGUMENT;
	client->window_place = place;
	while (client->window_pages < pages) {
		fl_error_t error = window_page_add(service, client);
		if (error) {
			window_shrink(service, client, before);
			return error;
		}
	}
	return FL_OK;
}

void window_destroy(struct service *service, struct client *client)
{
	window_shrink(service, client, 0);
}

fl_error_t pool_take(struct service *service, struct space *space, struct fl_message *m)
{
	(void)space;
	struct fl_result ptes;
	uint64_t physical;
	uint64_t va = FILES_POOL_VA + m->word[1] * FL_PAGE_SIZE;
	if (m->word[1] < 1 || m->word[1] >= FILES_POOL_PAGES)
		return FL_BAD_ARGUMENT;
	if (fl_pte_read(SLOT_FILES_SPACE, va, &ptes) == FL_OK && ptes.value[2])
		return FL_EXISTS;
	return frame_lend(service, va, &physical);
}

fl_error_t pool_give(struct service *service, struct space *space, struct fl_message *m)
{
	(void)space;
	if (m->word[1] < 1 || m->word[1] >= FILES_POOL_PAGES)
		return FL_BAD_ARGUMENT;
	return frame_take_back(service, FILES_POOL_VA + m->word[1] * FL_PAGE_SIZE);
}
