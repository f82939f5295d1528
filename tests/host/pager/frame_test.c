// Frames, runs and slabs.
#include <string.h>

#include "tap.h"
#include "world.h"

static struct frame_table *frames;

static void start(void)
{
	world_start();
	frames = &world->frames;
}

static uint64_t run_number(const struct frame *frame)
{
	return frame_index(frames, frame) / FL_RUN_FRAMES;
}

static void frame_all_taken_then_null(void)
{
	start();
	uint64_t free = stat_of(STAT_FRAMES_FREE);
	EXPECT(free, WORLD_RUNS * FL_RUN_FRAMES - 1); // the zero frame
	world_limit(0);
	EXPECT(frame_allocate(frames, FRAME_META, true) == NULL, true);
	EXPECT(frame_table_check(frames, NULL), true);
	world_release();
	EXPECT(stat_of(STAT_FRAMES_FREE), free);
	EXPECT(frame_table_check(frames, NULL), true);
}

static void frame_zero_wanted_all_bytes_zero(void)
{
	start();
	struct frame *frame = frame_allocate(frames, FRAME_META, true);
	const uint8_t *byte = frame_memory(frames, frame);
	unsigned nonzero = 0;
	for (unsigned i = 0; i < FL_PAGE_SIZE; i++)
		nonzero += byte[i] != 0;
	EXPECT(nonzero, 0);
}

static void frame_use_stays_in_few_runs(void)
{
	start();
	struct frame *taken[700];
	for (unsigned i = 0; i < 700; i++)
		taken[i] = frame_allocate(frames, FRAME_META, false);
	uint64_t opened = run_number(taken[699]);
	// Holes in the first run are filled before a third run is opened.
	for (unsigned i = 0; i < 100; i++)
		frame_free(frames, taken[i]);
	for (unsigned i = 0; i < 412; i++) {
		struct frame *frame = frame_allocate(frames, FRAME_META, false);
		EXPECT(run_number(frame) == run_number(taken[0]) || run_number(frame) == opened, true);
	}
	EXPECT(frame_table_check(frames, NULL), true);
}

static void run_wholly_free_moves_between_pools(void)
{
	start();
	uint64_t run, free = stat_of(STAT_FRAMES_FREE);
	EXPECT(frame_run_take(frames, POOL_WINDOW, &run), true);
	EXPECT(stat_of(STAT_FRAMES_FREE), free - FL_RUN_FRAMES);
	EXPECT(frame_table_check(frames, NULL), true);
	frame_run_add(frames, run, POOL_OBJECT);
	for (uint64_t i = FL_RUN_FRAMES; i-- > 0;)
		frame_add(frames, &frames->frame[run * FL_RUN_FRAMES + i], true);
	EXPECT(stat_of(STAT_OBJECT_FRAMES_FREE), FL_RUN_FRAMES);
	struct frame *frame = frame_allocate_object(frames);
	EXPECT(frame_physical(frames, frame), WORLD_BASE + run * FL_RUN_SIZE);
	EXPECT(frame_run_take(frames, POOL_OBJECT, &run), false);
	frame_free(frames, frame);
	EXPECT(frame_run_take(frames, POOL_OBJECT, &run), true);
	EXPECT(frame_table_check(frames, NULL), true);
}

static void run_none_wholly_free_none_taken(void)
{
	start();
	struct frame *one[WORLD_RUNS];
	uint64_t run;
	unsigned runs = 0;
	while (frame_run_take(frames, POOL_WINDOW, &run))
		runs++;
	EXPECT(runs, WORLD_RUNS - 1); // the zero frame is in the other
	one[0] = frame_allocate(frames, FRAME_META, false);
	EXPECT(one[0] != NULL, true);
	EXPECT(frame_table_check(frames, NULL), true);
}

static unsigned woken;
static bool wake_takes_another;

static void wake(void *context, uint64_t run)
{
	(void)context;
	(void)run;
	woken++;
	if (!wake_takes_another)
		return;
	uint64_t other;
	EXPECT(frame_run_take(frames, POOL_WINDOW, &other), true);
	EXPECT(other != run, true);
}

static void sleep_all(void)
{
	uint64_t run;
	while (frame_run_take(frames, POOL_WINDOW, &run))
		continue;
	for (run = 0; run < WORLD_RUNS; run++) {
		if (frames->run[run].pool == POOL_NONE)
			frame_run_add_dormant(frames, run);
	}
	frames->wake = wake;
	woken = 0;
	wake_takes_another = false;
}

static void run_dormant_woken_when_others_are_full(void)
{
	start();
	uint64_t free = stat_of(STAT_FRAMES_FREE);
	sleep_all();
	EXPECT(stat_of(STAT_FRAMES_FREE), free);
	EXPECT(frame_table_check(frames, NULL), true);
	world_limit(free - (FL_RUN_FRAMES - 1));
	EXPECT(woken, 0);
	world_limit(free - FL_RUN_FRAMES);
	EXPECT(woken, 1);
	EXPECT(frame_table_check(frames, NULL), true);
	world_limit(0);
	EXPECT(woken, WORLD_RUNS - 1);
	world_release();
	EXPECT(stat_of(STAT_FRAMES_FREE), free);
	EXPECT(frame_table_check(frames, NULL), true);
}

static void run_dormant_taken_while_another_wakes(void)
{
	start();
	sleep_all();
	wake_takes_another = true;
	world_limit(stat_of(STAT_FRAMES_FREE) - FL_RUN_FRAMES - 1);
	EXPECT(woken, 1);
	EXPECT(frames->pool[POOL_WINDOW].total_count, (WORLD_RUNS - 1) * FL_RUN_FRAMES);
	EXPECT(frame_table_check(frames, NULL), true);
}

static void check_corrupted_count_found(void)
{
	start();
	frames->pool[POOL_WINDOW].free_count++;
	EXPECT(frame_table_check(frames, NULL), false);
	frames->pool[POOL_WINDOW].free_count--;
	frames->frame[700].state = FRAME_META;
	EXPECT(frame_table_check(frames, NULL), false);
}

static void slab_filled_and_emptied_frames_back(void)
{
	start();
	struct slab_cache cache;
	slab_cache_init(&cache, frames, 64);
	uint64_t free = stat_of(STAT_FRAMES_FREE);
	static void *object[1000];
	for (unsigned i = 0; i < 1000; i++) {
		object[i] = slab_allocate(&cache);
		memset(object[i], (int)i, 64);
	}
	EXPECT(free - stat_of(STAT_FRAMES_FREE), (1000 + cache.slab_objects - 1) / cache.slab_objects);
	EXPECT(stat_of(STAT_FRAMES_META), free - stat_of(STAT_FRAMES_FREE));
	for (unsigned i = 0; i < 1000; i += 2)
		slab_release(&cache, object[i]);
	EXPECT(slab_cache_check(&cache), true);
	for (unsigned i = 1; i < 1000; i += 2) {
		EXPECT(((uint8_t *)object[i])[63], (uint8_t)i);
		slab_release(&cache, object[i]);
	}
	EXPECT(stat_of(STAT_FRAMES_FREE), free);
	EXPECT(slab_cache_check(&cache), true);
}

static void slab_reserved_and_unused_given_back(void)
{
	start();
	struct slab_cache cache;
	slab_cache_init(&cache, frames, 1024);
	uint64_t free = stat_of(STAT_FRAMES_FREE);
	EXPECT(slab_reserve(&cache, 10), true);
	world_limit(0);
	void *object = slab_take(&cache);
	EXPECT(slab_reserve(&cache, 100), false);
	EXPECT(slab_cache_check(&cache), true);
	EXPECT(cache.slab_count, 1);
	slab_release(&cache, object);
	world_release();
	EXPECT(stat_of(STAT_FRAMES_FREE), free);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"frame_all_taken_then_null", frame_all_taken_then_null},
		{"frame_zero_wanted_all_bytes_zero", frame_zero_wanted_all_bytes_zero},
		{"frame_use_stays_in_few_runs", frame_use_stays_in_few_runs},
		{"run_wholly_free_moves_between_pools", run_wholly_free_moves_between_pools},
		{"run_none_wholly_free_none_taken", run_none_wholly_free_none_taken},
		{"run_dormant_woken_when_others_are_full", run_dormant_woken_when_others_are_full},
		{"run_dormant_taken_while_another_wakes", run_dormant_taken_while_another_wakes},
		{"check_corrupted_count_found", check_corrupted_count_found},
		{"slab_filled_and_emptied_frames_back", slab_filled_and_emptied_frames_back},
		{"slab_reserved_and_unused_given_back", slab_reserved_and_unused_given_back},
	};
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
