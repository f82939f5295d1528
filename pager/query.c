// Calls that only look: regions, PTEs, statistics, the audit.
#include "calls.h"
#include "client.h"

fl_error_t query_region(struct service *service, struct space *space, struct fl_message *m)
{
	(void)service;
	const struct region *region = layout_next(&space->layout, m->word[2]);
	if (!region)
		return FL_EMPTY;
	uint64_t private_pages;
	m->word[1] = region->start;
	m->word[2] = region->end;
	m->word[3] = PAGER_REGION(region->kind, region->rights);
	region_count(region, &private_pages, &m->word[4]);
	return FL_OK;
}

fl_error_t query_pte(struct service *service, struct space *space, struct fl_message *m)
{
	(void)service;
	struct fl_result ptes;
	fl_error_t error = fl_pte_read(client_of(space)->slot, m->word[2], &ptes);
	for (unsigned i = 0; i < 3; i++)
		m->word[1 + i] = ptes.value[i];
	return error;
}

fl_error_t query_stat(struct service *service, struct space *space, struct fl_message *m)
{
	(void)space;
	uint64_t first = m->word[1];
	for (unsigned i = 0; i < FL_MESSAGE_WORDS - 1; i++)
		m->word[1 + i] = first < STAT_COUNT ? pager_stat(&service->core, first + i) : 0;
	return FL_OK;
}

fl_error_t query_space(struct service *service, struct space *space, struct fl_message *m)
{
	(void)service;
	struct fl_result counts;
	fl_error_t error = fl_space_counts(client_of(space)->slot, &counts);
	if (error)
		return error;
	uint64_t resident = 0, private = 0;
	const struct region *region;
	for (uint64_t va = 0; (region = layout_next(&space->layout, va)); va = region->end) {
		uint64_t region_private, region_resident;
		region_count(region, &region_private, &region_resident);
		private += region_private;
		resident += region_resident;
	}
	m->word[1] = resident;
	m->word[2] = private;
	m->word[3] = space->faults;
	m->word[4] = counts.value[2];
	m->word[5] = space->layout.count;
	return FL_OK;
}

fl_error_t query_audit(struct service *service, struct space *space, struct fl_message *m)
{
	(void)space;
	m->word[1] = pager_check(&service->core) && slab_cache_check(&service->clients) &&
	             slab_cache_check(&service->threads) &&
	             service->clients.live_count == service->core.space_count;
	return FL_OK;
}
