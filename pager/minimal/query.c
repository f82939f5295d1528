// Calls to the minimal pager that only look: for ps, vmmap, pt, vmstat and the tests.
#include "minimal.h"

fl_error_t query_region(struct space *space, struct fl_message *m)
{
	const struct region *region = layout_next(&space->layout, m->word[2]);
	if (!region)
		return FL_EMPTY;
	m->word[1] = region->start;
	m->word[2] = region->end;
	m->word[3] = region->what;
	m->word[4] = pages_count(space->pages, region->start, region->end);
	return FL_OK;
}

fl_error_t query_pte(struct space *space, struct fl_message *m)
{
	struct fl_result entries;
	fl_error_t error = fl_pte_read(space->slot, m->word[2], &entries);
	for (unsigned i = 0; i < 3; i++)
		m->word[1 + i] = entries.value[i];
	return error;
}

fl_error_t query_stat(struct space *none, struct fl_message *m)
{
	(void)none;
	uint64_t first = m->word[1];
	for (unsigned i = 0; i < FL_MESSAGE_WORDS - 1; i++)
		m->word[1 + i] = first < STAT_COUNT && first + i < STAT_COUNT ? stat[first + i] : 0;
	return FL_OK;
}

// No frame is shared, so all resident pages are private.
fl_error_t query_space(struct space *space, struct fl_message *m)
{
	struct fl_result counts;
	fl_error_t error = fl_space_counts(space->slot, &counts);
	if (error)
		return error;
	m->word[1] = m->word[2] = pages_count(space->pages, 0, FL_USER_END);
	m->word[3] = space->faults;
	m->word[4] = counts.value[2];
	m->word[5] = 0;
	const struct region *region;
	for (uint64_t va = 0; (region = layout_next(&space->layout, va)); va = region->end)
		m->word[5]++;
	return FL_OK;
}

// What a space holds of the frames; false: it and the kernel's view of it do not fit.
static bool space_audit(const struct space *space, uint64_t *frames, uint64_t *objects)
{
	struct fl_result counts;
	if (fl_space_counts(space->slot, &counts))
		return false;
	bool thread = space->thread != 0;
	*frames += 1 + map_frames(space->pages);
	// Space, root table and handle part; thread; tables in use and spare.
	*objects += 3 + thread + counts.value[2] + counts.value[3];
	return counts.value[0] == thread &&
	       counts.value[1] <= pages_count(space->pages, 0, FL_USER_END) + space->window_pages;
}

// Every frame is free or belongs to one space; the kernel shows no page that we do not know of.
fl_error_t query_audit(struct space *none, struct fl_message *m)
{
	(void)none;
	uint64_t frames = frames_count() + frames_lent;
	uint64_t objects = stat[STAT_OBJECT_FRAMES_FREE] + objects_lent;
	uint64_t count = 0;
	bool sound = frames == stat[STAT_FRAMES_FREE] + frames_lent;
	for (unsigned i = 0; i < SPACES_MAX; i++) {
		if (!spaces[i])
			continue;
		count++;
		sound &= space_find(spaces[i]->number) == spaces[i];
		sound &= space_audit(spaces[i], &frames, &objects);
	}
	m->word[1] = sound && frames == stat[STAT_FRAMES_TOTAL] &&
	             objects == stat[STAT_OBJECT_FRAMES_TOTAL] && count == stat[STAT_PROCESS_SPACES];
	return FL_OK;
}
