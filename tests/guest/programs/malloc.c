// The malloc family on the real pager: exact frames, what comes back, what a pair costs.
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

#define GIB (1ul << 30)
#define MIB (1ul << 20)
#define TOUCHED 64
#define BLOCK_BYTES 1000
#define ROUNDS 1000
#define KEPT_PAGES 64 // at most so many free pages keep frames
#define PAIR_INSTRUCTIONS_MAX 150

static const struct cost nothing;
static void *volatile sink; // the compiler may not know what becomes of a block

static void heap_warm(void)
{
	sink = malloc(MIB);
	free(sink);
}

static void gigabyte(void)
{
	struct measurement m;
	heap_warm();
	measure_begin(&m);
	char *memory = malloc(GIB);
	measure_end(&m);
	tap_ok(memory != NULL, "malloc_of_1_gib_succeeds");
	cost_equal(&m, &nothing, "malloc_of_1_gib_takes_no_frame");
	pages_store(memory, 1, 1, 0);
	measure_begin(&m);
	pages_store(memory + FL_PAGE_SIZE, TOUCHED, 1, 1);
	measure_end(&m);
	static const struct cost touched = {
		.faults = TOUCHED, .stores = TOUCHED, .zero_fills = TOUCHED, .frames = TOUCHED};
	cost_equal(&m, &touched, "malloc_of_1_gib_gets_a_frame_for_each_touched_page");
	measure_begin(&m);
	free(memory);
	measure_end(&m);
	tap_equal((uint64_t) - (TOUCHED + 1), (uint64_t)data_frames(&m),
	          "free_of_1_gib_gives_every_frame_back");
	measure_begin(&m);
	memory = calloc(GIB / 8, 8);
	measure_end(&m);
	cost_equal(&m, &nothing, "calloc_of_1_gib_takes_no_frame");
	tap_ok(pages_zero(memory + GIB / 2, 4, 1), "calloc_of_1_gib_is_zero");
	free(memory);
}

static void reallocated(void)
{
	size_t step = GUEST_SIZE(30, 1000, 1000);
	size_t bytes = TOUCHED * step * FL_PAGE_SIZE;
	size_t left = (MIB / FL_PAGE_SIZE + step - 1) / step; // touched pages of the first MiB
	struct measurement m;
	heap_warm();
	char *memory = malloc(bytes);
	pages_store(memory, TOUCHED, step, 5);
	measure_begin(&m);
	memory = realloc(memory, 4 * bytes);
	measure_end(&m);
	tap_equal(0, (uint64_t)data_frames(&m), "realloc_of_sparse_block_takes_no_frame_more");
	tap_ok(pages_hold(memory, TOUCHED, step, 5), "realloc_of_sparse_block_keeps_content");
	measure_begin(&m);
	memory = realloc(memory, MIB);
	measure_end(&m);
	tap_equal(left - TOUCHED, (uint64_t)data_frames(&m), "realloc_smaller_gives_back");
	tap_ok(pages_hold(memory, left, step, 5), "realloc_smaller_keeps_content");
	free(memory);
}

static void given_back(void)
{
	size_t blocks = GUEST_SIZE(2000, 20000, 60000);
	struct measurement m;
	char **block = malloc(blocks * sizeof(*block));
	malloc_trim(0);
	struct mallinfo before = mallinfo();
	measure_begin(&m);
	for (size_t i = 0; i < blocks; i++) {
		block[i] = malloc(BLOCK_BYTES);
		memset(block[i], (int)i, BLOCK_BYTES);
	}
	measure_end(&m);
	int64_t pages = (int64_t)(blocks * BLOCK_BYTES / FL_PAGE_SIZE);
	tap_ok(data_frames(&m) >= pages && data_frames(&m) < pages + pages / 10 + 16,
	       "malloc_of_small_blocks_packs_them");
	bool held = true;
	measure_begin(&m);
	for (size_t i = 0; i < blocks; i++) {
		held = held && block[i][0] == (char)i && block[i][BLOCK_BYTES - 1] == (char)i;
		free(block[i]);
	}
	measure_end(&m);
	tap_ok(held, "malloc_of_small_blocks_keeps_content");
	if (!tap_ok(-data_frames(&m) > pages - KEPT_PAGES, "free_of_small_blocks_gives_frames_back"))
		tap_note("%ld of %ld", (long)-data_frames(&m), (long)pages);
	malloc_trim(0);
	struct mallinfo info = mallinfo();
	tap_equal(before.uordblks, info.uordblks, "mallinfo_counts_as_before");
	tap_equal(0, info.keepcost, "malloc_trim_leaves_no_dirty_page");
	free(block);
}

static int child_body(void *context)
{
	char *inherited = context;
	char *own = malloc(3000);
	if (!own || inherited[0] != 'p')
		return 1;
	memset(own, 'c', 3000);
	free(inherited);
	free(own);
	return malloc(5 * MIB) ? 0 : 1;
}

static void forked(void)
{
	char *memory = malloc(100);
	memset(memory, 'p', 100);
	tap_equal(0, (uint64_t)child_run(child_body, memory), "malloc_in_child_works");
	tap_ok(memory[0] == 'p' && memory[99] == 'p', "malloc_in_child_leaves_parent_alone");
	free(memory);
}

// Programs that play with the break share it with nobody.
static void break_moved(void)
{
	char *memory = malloc(100);
	char *large = malloc(MIB);
	strcpy(memory, "kept");
	strcpy(large, "kept");
	(void)heap_take(10);
	heap_give(10);
	tap_ok((char *)sbrk(0) < memory || (char *)sbrk(0) > large, "break_holds_no_block");
	tap_ok(strcmp(memory, "kept") == 0 && strcmp(large, "kept") == 0, "break_moved_keeps_blocks");
	free(large);
	free(memory);
}

static void refused(void)
{
	size_t bytes = SIZE_MAX / 2;
	__asm__("" : "+r"(bytes)); // the compiler would warn
	errno = 0;
	tap_ok(malloc(bytes) == NULL && errno == ENOMEM, "malloc_of_too_much_is_enomem");
	errno = 0;
	tap_ok(calloc(bytes, 3) == NULL && errno == ENOMEM, "calloc_that_overflows_is_enomem");
	void *memory = NULL;
	tap_equal(EINVAL, (uint64_t)posix_memalign(&memory, 12, 1), "posix_memalign_12_is_einval");
	for (size_t align = 8; align <= 4 * MIB; align *= 8) {
		bool passed = posix_memalign(&memory, align, 100) == 0 && (uintptr_t)memory % align == 0;
		tap_ok(passed, "posix_memalign_is_aligned");
		free(memory);
	}
}

// Beside another block, as usual; the first of a page takes a few more.
static uint64_t pair_instructions(size_t bytes)
{
	void *other = malloc(bytes);
	sink = malloc(bytes);
	free(sink);
	uint64_t start = fl_instructions();
	for (unsigned i = 0; i < ROUNDS; i++) {
		sink = malloc(bytes);
		free(sink);
	}
	uint64_t count = (fl_instructions() - start) / ROUNDS;
	free(other);
	return count;
}

// Means something only with --icount, which the checking kernel (small) is not run with.
static void cheap(void)
{
	static const size_t sizes[] = {32, 500, 4096, 100000};
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t count = pair_instructions(sizes[i]);
		tap_note("malloc and free of %zu bytes: %lu instructions", sizes[i], (unsigned long)count);
		if (i > 0)
			continue;
		if (guest_size == SIZE_SMALL)
			tap_skip("malloc_and_free_of_32_bytes_is_short", "instructions are not counted");
		else
			tap_ok(count < PAIR_INSTRUCTIONS_MAX, "malloc_and_free_of_32_bytes_is_short");
	}
}

const struct guest_case guest_cases[] = {
	{"malloc_gigabyte", gigabyte},
	{"malloc_reallocated", reallocated},
	{"malloc_given_back", given_back},
	{"malloc_forked", forked},
	{"malloc_break_moved", break_moved},
	{"malloc_refused", refused},
	{"malloc_cheap", cheap},
	{NULL, NULL},
};

const struct guest_helper guest_helpers[] = {{NULL, NULL}};
