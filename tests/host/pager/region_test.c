// Layouts: the tree of regions against a plain array, and its limits.
#include <string.h>

#include "tap.h"
#include "world.h"

#define PLACES 512

static uint64_t seed = 88172645463325252ul;

static uint64_t random_below(uint64_t limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % limit;
}

// Region i, if there is one, is [place(i), place(i) + 2 pages), with a hole of one page behind it.
static uint64_t place(uint64_t i)
{
	return 0x100000 + i * 3 * FL_PAGE_SIZE;
}

static struct region *region_create(uint64_t start, uint64_t end)
{
	struct region *region = slab_allocate(&world->regions);
	*region = (struct region){.start = start, .end = end, .rights = FL_PROT_READ};
	return region;
}

static void layout_compare(struct layout *layout, struct region *const *model)
{
	EXPECT(layout_check(layout), true);
	const struct region *next = NULL;
	for (uint64_t i = PLACES; i-- > 0;) {
		EXPECT(layout_next(layout, place(i) + 2 * FL_PAGE_SIZE) == next, true);
		EXPECT(layout_find(layout, place(i) + 2 * FL_PAGE_SIZE) == NULL, true);
		EXPECT(layout_find(layout, place(i)) == model[i], true);
		EXPECT(layout_find(layout, place(i) + 2 * FL_PAGE_SIZE - 1) == model[i], true);
		next = model[i] ? model[i] : next;
		EXPECT(layout_next(layout, place(i)) == next, true);
		EXPECT(layout_is_vacant(layout, place(i), place(i) + 1), model[i] == NULL);
	}
}

static void layout_random_matches_model(void)
{
	world_start();
	struct layout layout = {0};
	static struct region *model[PLACES];
	memset(model, 0, sizeof(model));
	for (unsigned step = 0; step < 6000 && !tap_failed; step++) {
		// Long phases of growing and of shrinking.
		uint64_t i = random_below(PLACES);
		bool grow = step / 1500 % 2 == 0 ? random_below(4) > 0 : random_below(4) == 0;
		if (grow && !model[i]) {
			model[i] = region_create(place(i), place(i) + 2 * FL_PAGE_SIZE);
			layout_insert(&layout, model[i]);
		} else if (!grow && model[i]) {
			layout_remove(&layout, model[i]);
			region_release(world, model[i]);
			model[i] = NULL;
		}
		if (step % 50 == 0)
			layout_compare(&layout, model);
	}
	layout_compare(&layout, model);
	layout_release(world, &layout);
	EXPECT(world->regions.live_count, 0);
	EXPECT(stat_of(STAT_FRAMES_META), 0);
}

static void layout_ascending_and_descending_stay_balanced(void)
{
	world_start();
	struct layout layout = {0};
	for (uint64_t i = 0; i < 2000; i++)
		layout_insert(&layout, region_create(place(2000 + i), place(2000 + i) + FL_PAGE_SIZE));
	for (uint64_t i = 2000; i-- > 0;)
		layout_insert(&layout, region_create(place(i), place(i) + FL_PAGE_SIZE));
	EXPECT(layout_check(&layout), true);
	EXPECT(layout.root->height <= 15, true); // 1.44 * log2(4000) = 17
	layout_release(world, &layout);
	EXPECT(stat_of(STAT_FRAMES_META), 0);
}

static void layout_at_limit_refuses_more(void)
{
	world_start();
	struct space *space = world_space();
	const uint64_t what = PAGER_REGION(PAGER_KIND_ZERO, FL_PROT_READ);
	// A million are asked for; the limit is reached long before.
	uint64_t added = 0;
	fl_error_t error = FL_OK;
	for (; added < 1000000 && !error; added += !error)
		error = exec_region_add(world, space, place(added), place(added) + FL_PAGE_SIZE, what, 0);
	EXPECT(error, FL_LIMIT);
	EXPECT(added, PAGER_REGIONS_MAX);
	EXPECT(layout_check(&space->pending), true);
	exec_abort(world, space);
	EXPECT(world->regions.live_count, 0);
	EXPECT(world_check(), true);
}

static void check_overlap_found(void)
{
	world_start();
	struct layout layout = {0};
	layout_insert(&layout, region_create(0x10000, 0x20000));
	layout_insert(&layout, region_create(0x20000, 0x30000));
	EXPECT(layout_check(&layout), true);
	layout_find(&layout, 0x10000)->end += FL_PAGE_SIZE;
	EXPECT(layout_check(&layout), false);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"layout_random_matches_model", layout_random_matches_model},
		{"layout_ascending_and_descending_stay_balanced",
	     layout_ascending_and_descending_stay_balanced},
		{"layout_at_limit_refuses_more", layout_at_limit_refuses_more},
		{"check_overlap_found", check_overlap_found},
	};
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
