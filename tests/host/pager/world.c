// The machine of the pager's host tests; world.h says what it models.
#include "world.h"
#include "tap.h"

#include <string.h>

#include "bug.h"

#define RAM_FRAMES (WORLD_RUNS * FL_RUN_FRAMES)

struct pager *world;
uint8_t world_archive[ARCHIVE_BYTES];
struct world_calls world_calls;
uint64_t world_map_budget;

static uint8_t *ram;
static void *frame_storage;
static struct frame *held[RAM_FRAMES];
static unsigned held_count;
static uint64_t marked[STAT_COUNT];

_Noreturn void core_bug(const char *file, int line)
{
	tap_bail("an assertion of the core failed", file);
	(void)line;
}

static void effect_unmap(void *context, struct space *space, uint64_t va, uint64_t pages)
{
	(void)context;
	world_calls.unmap++;
	mmu_unmap(space, va, pages);
}

static void effect_protect(void *context, struct space *space, uint64_t va, uint64_t pages,
                           unsigned rights)
{
	(void)context;
	world_calls.protect++;
	world_calls.protect_pages = pages;
	mmu_protect(space, va, pages, rights);
}

static fl_error_t effect_map(void *context, struct space *space, const struct fl_map_entry *entries,
                             unsigned count)
{
	(void)context;
	world_calls.map++;
	for (unsigned i = 0; i < count; i++) {
		if (world_map_budget == 0)
			return FL_NO_MEMORY;
		world_map_budget -= world_map_budget != ~0ul;
		mmu_map(space, entries[i].va, entries[i].frame);
	}
	return FL_OK;
}

static const struct pager_effects effects = {
	.unmap = effect_unmap,
	.protect = effect_protect,
	.map = effect_map,
};

void world_start(void)
{
	if (!ram) {
		ram = aligned_alloc(FL_PAGE_SIZE, RAM_FRAMES * FL_PAGE_SIZE);
		frame_storage = malloc(frame_table_bytes(WORLD_RUNS));
		world = malloc(sizeof(*world));
		for (unsigned i = 0; i < ARCHIVE_BYTES; i++)
			world_archive[i] = (uint8_t)(i * 7 + (i >> 8) * 31 + 1);
	}
	mmu_clear();
	memset(ram, 0xa5, RAM_FRAMES * FL_PAGE_SIZE);
	memset(frame_storage, 0, frame_table_bytes(WORLD_RUNS));
	memset(world, 0, sizeof(*world));
	memset(&world_calls, 0, sizeof(world_calls));
	world_map_budget = ~0ul;
	held_count = 0;
	frame_table_init(&world->frames, frame_storage, WORLD_BASE, WORLD_RUNS, ram);
	for (uint64_t run = 0; run < WORLD_RUNS; run++) {
		frame_run_add(&world->frames, run, POOL_WINDOW);
		for (uint64_t i = FL_RUN_FRAMES; i-- > 0;)
			frame_add(&world->frames, &world->frames.frame[run * FL_RUN_FRAMES + i], false);
	}
	if (pager_init(world, &effects, world_archive, ARCHIVE_BYTES, 1))
		tap_bail("the pager does not start", "no memory");
	stats_mark();
}

void world_limit(uint64_t frames)
{
	while (world->frames.pool[POOL_WINDOW].free_count > frames)
		held[held_count++] = frame_allocate(&world->frames, FRAME_META, false);
}

void world_release(void)
{
	while (held_count > 0)
		frame_free(&world->frames, held[--held_count]);
}

static bool space_lives(const struct space *space)
{
	for (unsigned i = 0; i < PAGER_SPACES_MAX; i++) {
		if (world->space[i] == space)
			return true;
	}
	return false;
}

// The one frame, and the most rights, that the page may be mapped with.
static bool pte_is_allowed(const struct mmu_entry *pte)
{
	if (!space_lives(pte->space))
		return false;
	struct layout *layout = &((struct space *)pte->space)->layout;
	const struct region *region = layout_next(layout, pte->va);
	if (!region || region->start > pte->va)
		return false;
	unsigned rights = pte->frame & FL_PROT_RIGHTS;
	struct frame *frame = frame_at(&world->frames, pte->frame & ~(FL_PAGE_SIZE - 1));
	bool shared = false;
	struct tree_node *leaf;
	const struct anon *anon =
		region->amap
			? tree_find(&region->amap->tree, region_amap_page(region, pte->va), &leaf, &shared)
			: NULL;
	bool exclusive = anon && !shared && anon->references == 1;
	if (rights & ~region->rights ||
	    (rights & FL_PROT_WRITE && !exclusive && !region_is_shared(region)))
		return false;
	if (anon && frame == anon->frame)
		return true;
	if (region_has_object_page(region, pte->va))
		return frame == object_find(region->object, region_object_page(region, pte->va));
	return frame == world->zero_frame;
}

bool world_check(void)
{
	for (const struct mmu_entry *pte = mmu_next(NULL); pte; pte = mmu_next(pte)) {
		if (!pte_is_allowed(pte))
			return false;
	}
	for (unsigned i = 0; i < FL_PAGE_SIZE; i++) {
		if (((uint8_t *)frame_memory(&world->frames, world->zero_frame))[i] != 0)
			return false;
	}
	return pager_check(world);
}

struct space *world_space(void)
{
	struct space *space;
	if (space_create(world, &space))
		tap_bail("the world has no", "space");
	return space;
}

fl_error_t world_layout(struct space *space)
{
	const unsigned r = FL_PROT_READ, rw = r | FL_PROT_WRITE, rx = r | FL_PROT_EXEC;
	const struct {
		uint64_t start, end, what, image;
	} regions[] = {
		{TEXT, RODATA - 0x1000, PAGER_REGION(PAGER_KIND_IMAGE, rx), PAGER_IMAGE(0x104, 0x2800)},
		{RODATA, RODATA + 0x1000, PAGER_REGION(PAGER_KIND_IMAGE, r), PAGER_IMAGE(0x4000, 0x123)},
		{DATA, BSS, PAGER_REGION(PAGER_KIND_IMAGE, rw), PAGER_IMAGE(0x5004, 0x1800)},
		{BSS, HEAP, PAGER_REGION(PAGER_KIND_ZERO, rw), 0},
		{HEAP, HEAP, PAGER_REGION(PAGER_KIND_HEAP, rw), 0},
		{LAYOUT_STACK_START, LAYOUT_STACK_TOP, PAGER_REGION(PAGER_KIND_STACK, rw), 0},
	};
	for (unsigned i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
		fl_error_t error = exec_region_add(world, space, regions[i].start, regions[i].end,
		                                   regions[i].what, regions[i].image);
		if (error)
			return error;
	}
	return FL_OK;
}

struct space *world_program(void)
{
	struct space *space = world_space();
	if (world_layout(space) || exec_commit(world, space, 0, 0))
		tap_bail("the world has no", "program");
	return space;
}

struct space *world_fork(struct space *parent, fl_error_t *error)
{
	struct space *child;
	*error = space_create(world, &child);
	if (*error)
		return NULL;
	*error = space_fork(world, parent, child);
	if (!*error)
		return child;
	space_destroy(world, child);
	return NULL;
}

uint8_t world_image_byte(uint64_t va)
{
	const struct {
		uint64_t start, offset, bytes;
	} images[] = {{TEXT, 0x104, 0x2800}, {RODATA, 0x4000, 0x123}, {DATA, 0x5004, 0x1800}};
	for (unsigned i = 0; i < 3; i++) {
		if (va - images[i].start < images[i].bytes)
			return world_archive[images[i].offset + (va - images[i].start)];
	}
	return 0;
}

// The memory behind an access, after the faults that it takes.
static unsigned touch(struct space *space, uint64_t cause, unsigned right, uint64_t va,
                      uint8_t **byte)
{
	static struct plan plan;
	for (unsigned tries = 0; tries < 2; tries++) {
		uint64_t frame = mmu_find(space, va);
		if (frame & right) {
			*byte = (uint8_t *)frame_memory(&world->frames, frame_at(&world->frames, frame)) +
			        va % FL_PAGE_SIZE;
			return 0;
		}
		fault_plan(world, space, cause, va, &plan);
		if (plan.reason)
			return plan.reason;
		for (unsigned i = 0; i < plan.count; i++)
			mmu_map(space, plan.entry[i].va, plan.entry[i].frame);
	}
	tap_bail("a plan did not help", "the access faults again");
}

unsigned world_store(struct space *space, uint64_t va, uint8_t byte)
{
	uint8_t *at;
	unsigned reason = touch(space, FL_CAUSE_STORE_PAGE, FL_PROT_WRITE, va, &at);
	if (!reason)
		*at = byte;
	return reason;
}

unsigned world_load(struct space *space, uint64_t va, uint8_t *byte)
{
	uint8_t *at;
	unsigned reason = touch(space, FL_CAUSE_LOAD_PAGE, FL_PROT_READ, va, &at);
	if (!reason)
		*byte = *at;
	return reason;
}

unsigned world_fetch(struct space *space, uint64_t va, uint8_t *byte)
{
	uint8_t *at;
	unsigned reason = touch(space, FL_CAUSE_FETCH_PAGE, FL_PROT_EXEC, va, &at);
	if (!reason)
		*byte = *at;
	return reason;
}

unsigned world_byte(struct space *space, uint64_t va)
{
	uint8_t byte;
	return world_load(space, va, &byte) ? 0x1ff : byte;
}

void stats_mark(void)
{
	for (unsigned i = 0; i < STAT_COUNT; i++)
		marked[i] = pager_stat(world, i);
}

uint64_t stat_change(enum pager_stat stat)
{
	return pager_stat(world, stat) - marked[stat];
}
