// The plain model of the random test; see random_model.h.
#include "random_model.h"

struct model model;

// Edges of tables and of GiB, and neighbours that share a table.
const uint64_t model_page_number[PAGES] = {0,
                                           1,
                                           512,
                                           513,
                                           514,
                                           1022,
                                           1023,
                                           1024,
                                           1025,
                                           1535,
                                           262143,
                                           262144,
                                           262145,
                                           524287,
                                           524288,
                                           1464320,
                                           1464321,
                                           1464831,
                                           (FL_USER_END >> 12) - 1};
const uint64_t model_place_region[PLACES] = {1, 4, 2861};

static bool has_page(const struct model_space *space, uint64_t start, uint64_t end)
{
	for (unsigned i = 0; i < PAGES; i++) {
		if (space->page[i].prot && model_page_number[i] >= start && model_page_number[i] < end)
			return true;
	}
	return false;
}

// The place whose window covers this region, or -1.
static int window_of(const struct model_space *space, uint64_t region)
{
	for (int i = 0; i < PLACES; i++) {
		if (space->window[i] != NO_RUN && model_place_region[i] == region)
			return i;
	}
	return -1;
}

static bool region_in_use(const struct model_space *space, uint64_t region)
{
	return has_page(space, region * 512, (region + 1) * 512) || window_of(space, region) >= 0;
}

static bool gib_in_use(const struct model_space *space, uint64_t gib)
{
	for (unsigned i = 0; i < PLACES; i++) {
		if (space->window[i] != NO_RUN && model_place_region[i] / 512 == gib)
			return true;
	}
	return has_page(space, gib << 18, (gib + 1) << 18);
}

uint64_t model_tables(unsigned space)
{
	uint64_t tables = 0;
	const struct model_space *s = &model.space[space];
	for (uint64_t gib = 0; gib < 256; gib++)
		tables += gib_in_use(s, gib);
	for (unsigned i = 0; i < PAGES; i++) {
		uint64_t region = model_page_number[i] / 512;
		// Counted at the first page of the region that is mapped.
		tables += s->page[i].prot && !has_page(s, region * 512, model_page_number[i]);
	}
	return tables;
}

uint64_t model_leaves(unsigned space)
{
	uint64_t leaves = 0;
	for (unsigned i = 0; i < PAGES; i++)
		leaves += model.space[space].page[i].prot != 0;
	return leaves;
}

uint64_t model_windows(unsigned space)
{
	uint64_t windows = 0;
	for (unsigned i = 0; i < PLACES; i++)
		windows += model.space[space].window[i] != NO_RUN;
	return windows;
}

uint32_t model_count(uint64_t frame)
{
	uint32_t count = model.extra[frame];
	for (unsigned s = 0; s < SPACES; s++) {
		const struct model_space *space = &model.space[s];
		for (unsigned i = 0; i < PAGES; i++)
			count += space->page[i].prot && space->page[i].pa == HOST_BASE + frame * 4096;
		for (unsigned i = 0; i < PLACES; i++)
			count += space->window[i] == (int)(frame / 512);
	}
	return count;
}

pte_t model_pte(unsigned space, unsigned page)
{
	const struct model_page *p = &model.space[space].page[page];
	if (!p->prot)
		return 0;
	pte_t pte = p->pa / 4096 * 1024 + 0x11; // frame, U, V
	for (unsigned bit = 0; bit < 3; bit++)  // R, W, X
		pte += p->prot & 1u << bit ? 2ul << bit : 0;
	return pte + (p->prot & FL_PROT_ACCESSED ? 0x40 : 0) + (p->prot & FL_PROT_DIRTY ? 0x80 : 0);
}

unsigned model_map(unsigned space, unsigned page, uint64_t pa, unsigned prot)
{
	struct model_space *s = &model.space[space];
	uint64_t number = model_page_number[page], frame = (pa - HOST_BASE) / 4096;
	unsigned missing = !gib_in_use(s, number >> 18) + !region_in_use(s, number / 512);
	unsigned errors = 0;
	if (frame < HOST_FRAMES && model_count(frame) == UINT32_MAX)
		errors |= 1u << FL_OVERFLOW;
	if (window_of(s, number / 512) >= 0)
		errors |= 1u << FL_EXISTS;
	if (missing > s->fed - model_tables(space))
		errors |= 1u << FL_NO_TABLE;
	if (errors)
		return errors;
	s->page[page] = (struct model_page){pa, prot};
	return 1u << FL_OK;
}

unsigned model_map_window(unsigned space, unsigned place, int run)
{
	struct model_space *s = &model.space[space];
	uint64_t region = model_place_region[place];
	unsigned errors = 0;
	if (region_in_use(s, region))
		errors |= 1u << FL_EXISTS;
	if (!gib_in_use(s, region / 512) && s->fed == model_tables(space))
		errors |= 1u << FL_NO_TABLE;
	if (errors)
		return errors;
	s->window[place] = run;
	return 1u << FL_OK;
}

unsigned model_prepare(unsigned run, enum fl_run_kind kind)
{
	struct model_run *r = &model.run[run];
	unsigned errors = r->kind == FL_RUN_NONE ? 0 : 1u << FL_BUSY;
	for (unsigned i = 0; i < 512 && kind == FL_RUN_WINDOW; i++) {
		if (model.type[run * 512 + i] != FL_FRAME_FREE)
			errors |= 1u << FL_BAD_FRAME;
	}
	if (errors)
		return errors;
	r->zeroed = r->zeroed + 16 < 512 ? r->zeroed + 16 : 512;
	return r->zeroed == 512 ? 1u << FL_OK : 1u << FL_AGAIN;
}

bool model_run_is_idle(unsigned run)
{
	uint32_t windows = 0;
	for (unsigned s = 0; s < SPACES; s++) {
		for (unsigned i = 0; i < PLACES; i++)
			windows += model.space[s].window[i] == (int)run;
	}
	for (unsigned i = run * 512; i < run * 512 + 512; i++) {
		uint8_t type = model.type[i];
		if (type == FL_FRAME_TABLE || type == FL_FRAME_OBJECT || type == FL_FRAME_HANDLES)
			return false;
		if (type == FL_FRAME_USER && model_count(i) != windows)
			return false;
	}
	return true;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

// One step of a range: pages passed; 0 in *budget ends the call. Takes `take` rights from the
// leaves passed, or the leaves themselves if `take` is 0.
static uint64_t range_step(struct model_space *s, uint64_t at, uint64_t left, unsigned take,
                           uint64_t *budget, uint64_t *removed)
{
	uint64_t region = at / 512;
	int place = window_of(s, region);
	if (!gib_in_use(s, at >> 18)) {
		--*budget;
		return least(left, (((at >> 18) + 1) << 18) - at);
	}
	if (!region_in_use(s, region) || place >= 0) {
		--*budget;
		if (place >= 0 && !take) {
			s->window[place] = NO_RUN;
			*removed += 512;
			*budget = 0;
		}
		return least(left, (region + 1) * 512 - at);
	}
	uint64_t step = least(least(left, (region + 1) * 512 - at), *budget);
	for (unsigned i = 0; i < PAGES; i++) {
		if (!s->page[i].prot || model_page_number[i] < at || model_page_number[i] >= at + step)
			continue;
		*removed += take == 0;
		s->page[i].prot &= take ? ~take : 0;
	}
	*budget -= step;
	return step;
}

void model_unmap(unsigned space, uint64_t start, uint64_t pages, uint64_t *done, uint64_t *removed)
{
	uint64_t budget = 512;
	*removed = 0;
	for (*done = 0; *done < pages && budget;)
		*done += range_step(&model.space[space], start + *done, pages - *done, 0, &budget, removed);
}

void model_protect(unsigned space, uint64_t start, uint64_t pages, unsigned take, uint64_t *done)
{
	uint64_t budget = 512, removed;
	for (*done = 0; *done < pages && budget;)
		*done +=
			range_step(&model.space[space], start + *done, pages - *done, take, &budget, &removed);
}

bool model_touch(unsigned space, unsigned page, unsigned access)
{
	struct model_page *p = &model.space[space].page[page];
	unsigned want = FL_PROT_ACCESSED | (access == FL_PROT_WRITE ? FL_PROT_DIRTY : 0);
	if (!(p->prot & access) || (p->prot & want) == want)
		return false;
	p->prot |= want;
	return true;
}
