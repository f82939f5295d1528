// Every operation with its Nth allocation failing, for N = 1, 2, 3 ... until it succeeds. All
// allocation is of frames, so leaving N - 1 of them free is the same; and all slabs are full, so
// that each structure needs a frame of its own.
#include "mapping.h"

#include "tap.h"
#include "world.h"

#define HELD_MAX 4096

static struct {
	struct slab_cache *cache;
	void *object;
} held[HELD_MAX];
static unsigned held_count;

static void slabs_fill(void)
{
	struct slab_cache *caches[] = {&world->regions, &world->amaps,   &world->nodes,
	                               &world->anons,   &world->objects, &world->spaces};
	for (unsigned i = 0; i < 6; i++) {
		while (caches[i]->free_count > 0) {
			held[held_count].cache = caches[i];
			held[held_count++].object = slab_take(caches[i]);
		}
	}
}

static void slabs_restore(void)
{
	while (held_count > 0) {
		held_count--;
		slab_release(held[held_count].cache, held[held_count].object);
	}
}

// A parent with private pages in data, bss, heap and stack, and a child of it.
static struct space *parent, *child;

typedef fl_error_t operation_t(void);

// What a test does to them before the operation; cannot fail.
static operation_t *preparation;

static void start(void)
{
	uint64_t old;
	fl_error_t error;
	world_start();
	parent = world_program();
	EXPECT(world_sbrk(parent, 0x20000, &old), FL_OK);
	for (uint64_t i = 0; i < 0x20; i++)
		EXPECT(world_store(parent, HEAP + i * FL_PAGE_SIZE, (uint8_t)(i + 1)), 0);
	EXPECT(world_store(parent, DATA, 51), 0);
	EXPECT(world_store(parent, STACK_END - 1, 52), 0);
	child = world_fork(parent, &error);
	EXPECT(error, FL_OK);
	EXPECT(world_byte(child, DATA), 51);
	if (preparation)
		EXPECT(preparation(), FL_OK);
}

// What must be as before if an operation failed.
static void expect_unchanged(void)
{
	uint64_t old = 0;
	struct space *both[] = {parent, child};
	for (unsigned n = 0; n < 2; n++) {
		for (uint64_t i = 0; i < 0x20; i++)
			EXPECT(world_byte(both[n], HEAP + i * FL_PAGE_SIZE), i + 1);
		EXPECT(world_byte(both[n], DATA), 51);
		EXPECT(world_byte(both[n], DATA + 0x1000), world_image_byte(DATA + 0x1000));
		EXPECT(world_byte(both[n], BSS), 0);
		EXPECT(world_byte(both[n], STACK_END - 1), 52);
		EXPECT(world_sbrk(both[n], 0, &old), FL_OK);
		EXPECT(old, HEAP + 0x20000);
	}
}

// Runs it with 0, 1, 2 ... free frames; `least` is how many it needs with all slabs full.
static void sweep(operation_t *operation, unsigned least)
{
	unsigned frames = 0;
	for (bool done = false; !done && !tap_failed; frames += !done) {
		start();
		uint64_t spaces = stat_of(STAT_PROCESS_SPACES);
		uint64_t free = stat_of(STAT_FRAMES_FREE), node_slabs = world->nodes.slab_count;
		slabs_fill();
		world_limit(frames);
		fl_error_t error = operation();
		EXPECT(error == FL_OK || error == FL_NO_MEMORY, true);
		done = error == FL_OK;
		slabs_restore();
		world_release();
		EXPECT(world_check(), true);
		if (done)
			continue;
		EXPECT(stat_of(STAT_PROCESS_SPACES), spaces);
		// Nodes that a fork shares may have been copied already, which nobody can tell.
		EXPECT(stat_of(STAT_FRAMES_FREE) + world->nodes.slab_count - node_slabs, free);
		expect_unchanged();
		EXPECT(world_check(), true);
	}
	EXPECT(frames, least);
	space_destroy(world, parent);
	space_destroy(world, child);
	for (unsigned i = 0; i < PAGER_SPACES_MAX; i++) {
		if (world->space[i])
			space_destroy(world, world->space[i]);
	}
	EXPECT(stat_of(STAT_FRAMES_META), 0);
	EXPECT(stat_of(STAT_FRAMES_FREE), WORLD_RUNS * FL_RUN_FRAMES - 1);
}

static fl_error_t stored(struct space *space, uint64_t va)
{
	unsigned reason = world_store(space, va, 99);
	EXPECT(reason == 0 || reason == REASON_NO_MEMORY, true);
	return reason ? FL_NO_MEMORY : FL_OK;
}

static fl_error_t store_first(void)
{
	return stored(child, BSS);
}

// Frame, anon, amap, leaf.
static void store_to_untouched_region_undone(void)
{
	sweep(store_first, 4);
}

static fl_error_t store_shared(void)
{
	return stored(child, HEAP + 0x5000);
}

// Frame, anon, copy of the leaf.
static void store_to_shared_page_undone(void)
{
	sweep(store_shared, 3);
}

static fl_error_t store_image(void)
{
	return stored(parent, DATA + 0x1000);
}

// Frame, anon, copy of the leaf.
static void store_to_image_page_undone(void)
{
	sweep(store_image, 3);
}

static fl_error_t load_image(void)
{
	uint8_t byte;
	return world_load(parent, RODATA, &byte) ? FL_NO_MEMORY : FL_OK;
}

// Frame, leaf of the object's tree.
static void load_of_image_page_undone(void)
{
	sweep(load_image, 2);
}

static fl_error_t fork_again(void)
{
	fl_error_t error;
	world_fork(parent, &error);
	return error;
}

// One slab of spaces, regions, amaps each.
static void fork_undone(void)
{
	sweep(fork_again, 3);
}

static fl_error_t create_space(void)
{
	struct space *space;
	return space_create(world, &space);
}

static void space_create_undone(void)
{
	sweep(create_space, 1);
}

static fl_error_t exec_other_image(void)
{
	fl_error_t error =
		exec_region_add(world, child, 0x10000, 0x11000,
	                    PAGER_REGION(PAGER_KIND_IMAGE, FL_PROT_READ), PAGER_IMAGE(0x9000, 100));
	return error;
}

// One slab of objects, regions each.
static void exec_region_undone(void)
{
	sweep(exec_other_image, 2);
}

static fl_error_t exec_with_arguments(void)
{
	fl_error_t error = world_layout(child);
	if (!error)
		error = exec_commit(world, child, HEAP, 0x20000);
	if (error)
		exec_abort(world, child);
	return error;
}

// One slab of regions, of amaps, of nodes; the anons are the old ones.
static void exec_commit_undone(void)
{
	sweep(exec_with_arguments, 3);
}

static fl_error_t shrink_shared(void)
{
	uint64_t old;
	return world_sbrk(child, -0x10000, &old);
}

// Copies of the one leaf.
static void sbrk_shrink_undone(void)
{
	sweep(shrink_shared, 1);
}

static fl_error_t grow_eager(void)
{
	uint64_t old;
	return heap_sbrk(world, child, 0x20000, PAGER_SBRK_EAGER, &old);
}

// 32 frames, a slab of anons, of nodes.
static void sbrk_eager_undone(void)
{
	sweep(grow_eager, 34);
}

#define RW (FL_PROT_READ | FL_PROT_WRITE)
#define PAGE FL_PAGE_SIZE

static fl_error_t mapped(uint64_t address, uint64_t pages, uint64_t flags)
{
	uint64_t at;
	return mapping_create(world, child, address, pages * PAGE, PAGER_MAPPING(RW, flags), &at);
}

static fl_error_t map_private(void)
{
	return mapped(0, 4, 0);
}

// Region, the amap of all private mappings.
static void mmap_private_undone(void)
{
	sweep(map_private, 2);
}

static fl_error_t map_shared(void)
{
	return mapped(0, 4, PAGER_MMAP_SHARED);
}

// Region, object.
static void mmap_shared_undone(void)
{
	sweep(map_shared, 2);
}

static fl_error_t map_into_heap(void)
{
	return mapped(HEAP + 4 * PAGE, 4, PAGER_MMAP_FIXED);
}

// Regions, amap, copy of the heap's leaf.
static void mmap_over_shared_pages_undone(void)
{
	sweep(map_into_heap, 3);
}

static fl_error_t unmap_in_heap(void)
{
	return mapping_remove(world, child, HEAP + 4 * PAGE, 4 * PAGE);
}

// Region, copy of the leaf.
static void munmap_undone(void)
{
	sweep(unmap_in_heap, 2);
}

static fl_error_t unmap_over_three(void)
{
	return mapping_remove(world, child, DATA + PAGE, HEAP + 4 * PAGE - (DATA + PAGE));
}

// Regions, copies of the leaves of data and heap in one slab.
static void munmap_over_regions_undone(void)
{
	sweep(unmap_over_three, 2);
}

static fl_error_t protect_bss_and_heap(void)
{
	return mapping_protect(world, child, BSS + PAGE, HEAP - BSS, FL_PROT_READ);
}

// Regions, the first amap of the bss.
static void mprotect_undone(void)
{
	sweep(protect_bss_and_heap, 2);
}

static fl_error_t forget_in_heap(void)
{
	return mapping_advise(world, child, HEAP + 4 * PAGE, 4 * PAGE, PAGER_ADVICE_DONTNEED);
}

// Copy of the leaf.
static void madvise_dontneed_undone(void)
{
	sweep(forget_in_heap, 1);
}

static fl_error_t cut_heap(void)
{
	return mapping_protect(world, child, HEAP + 0x1c000, 0x2000, FL_PROT_READ);
}

static fl_error_t shrink_pieces(void)
{
	uint64_t old;
	return world_sbrk(child, -0x8000, &old);
}

// Regions (the cut, the empty end), copy of the leaf.
static void sbrk_shrink_over_pieces_undone(void)
{
	preparation = cut_heap;
	sweep(shrink_pieces, 2);
	preparation = NULL;
}

static fl_error_t map_in_pieces(void)
{
	uint64_t at;
	fl_error_t error = mapping_create(world, parent, 0, 9 * PAGE, PAGER_MAPPING(RW, 0), &at);
	for (unsigned i = 0; i < 9; i++)
		EXPECT(world_store(parent, at + i * PAGE, 1), 0);
	return error ? error : mapping_protect(world, parent, at + PAGE, PAGE, FL_PROT_READ);
}

// As without pieces: one slab of spaces, regions, amaps each.
static void fork_of_pieces_undone(void)
{
	preparation = map_in_pieces;
	sweep(fork_again, 3);
	preparation = NULL;
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"store_to_untouched_region_undone", store_to_untouched_region_undone},
		{"store_to_shared_page_undone", store_to_shared_page_undone},
		{"store_to_image_page_undone", store_to_image_page_undone},
		{"load_of_image_page_undone", load_of_image_page_undone},
		{"fork_undone", fork_undone},
		{"space_create_undone", space_create_undone},
		{"exec_region_undone", exec_region_undone},
		{"exec_commit_undone", exec_commit_undone},
		{"sbrk_shrink_undone", sbrk_shrink_undone},
		{"sbrk_eager_undone", sbrk_eager_undone},
		{"mmap_private_undone", mmap_private_undone},
		{"mmap_shared_undone", mmap_shared_undone},
		{"mmap_over_shared_pages_undone", mmap_over_shared_pages_undone},
		{"munmap_undone", munmap_undone},
		{"munmap_over_regions_undone", munmap_over_regions_undone},
		{"mprotect_undone", mprotect_undone},
		{"madvise_dontneed_undone", madvise_dontneed_undone},
		{"sbrk_shrink_over_pieces_undone", sbrk_shrink_over_pieces_undone},
		{"fork_of_pieces_undone", fork_of_pieces_undone},
	};
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
