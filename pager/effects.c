// The core's effects. Each kernel call does a bounded batch; these loops do the range.
#include "effects.h"

#include "client.h"

// Tables that an unmapping left empty stay with their space up to this number: the next pages that
// it maps are likely to need them.
#define TABLES_KEPT 4

static void effect_unmap(void *context, struct space *space, uint64_t va, uint64_t pages)
{
	struct service *service = context;
	struct client *client = client_of(space);
	if (!client->slot)
		return;
	while (pages > 0) {
		uint64_t done, removed;
		fl_error_t error = fl_unmap(client->slot, va, pages, &done, &removed);
		CORE_ASSERT(!error && done > 0);
		va += done << FL_PAGE_SHIFT;
		pages -= done;
	}
	client_tables_drain(service, client, TABLES_KEPT);
}

static void effect_protect(void *context, struct space *space, uint64_t va, uint64_t pages,
                           unsigned rights)
{
	(void)context;
	while (pages > 0) {
		uint64_t done;
		fl_error_t error = fl_protect(client_of(space)->slot, va, pages, rights, &done);
		CORE_ASSERT(!error && done > 0);
		va += done << FL_PAGE_SHIFT;
		pages -= done;
	}
}

static fl_error_t effect_map(void *context, struct space *space, const struct fl_map_entry *entries,
                             unsigned count)
{
	struct service *service = context;
	struct client *client = client_of(space);
	for (;;) {
		unsigned installed;
		fl_error_t error = fl_map(client->slot, entries, count, &installed);
		if (error != FL_NO_TABLE)
			return error;
		// An array stays an array: one entry or two would go in registers, and do as well.
		entries += installed;
		count -= installed;
		error = client_table_feed(service, client);
		if (error)
			return error;
	}
}

void effects_start(struct service *service)
{
	service->effects = (struct pager_effects){
		.unmap = effect_unmap,
		.protect = effect_protect,
		.map = effect_map,
		.context = service,
	};
}
