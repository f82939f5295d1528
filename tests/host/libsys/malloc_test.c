// The malloc family of libsys on a simulated address space: every failing allocation, bad
// arguments, and what must not be touched. Random operations are in malloc_random_test.c.
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "malloc_heap.h"
#include "malloc_world.h"
#include "tap.h"

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)
#define MIXED 12

// As the heap's users see it: the compiler may not know that these are malloc and free.
static void *volatile nowhere;

static void malloc_every_size_aligned_and_apart(void)
{
	static char *block[6000];
	world_reset();
	for (size_t bytes = 0; bytes < 6000; bytes++) {
		block[bytes] = malloc(bytes);
		EXPECT(block[bytes] != NULL, true);
		EXPECT((uintptr_t)block[bytes] % 16, 0);
		EXPECT(malloc_usable_size(block[bytes]) >= bytes, true);
		memset(block[bytes], (int)(bytes % 251), bytes);
	}
	heap_check();
	for (size_t bytes = 0; bytes < 6000; bytes++) {
		for (size_t i = 0; i < bytes; i++)
			EXPECT((unsigned char)block[bytes][i], bytes % 251);
		free(block[bytes]);
	}
	heap_empty();
}

// The kinds of blocks in one sequence; false if an allocation failed (all are freed).
static bool mixed_run(void)
{
	void *made[MIXED] = {0};
	bool passed = true;
	for (size_t i = 0; i < MIXED && passed; i++) {
		size_t bytes = (size_t)24 << i * 2 % 16;
		errno = 0;
		made[i] = i % 3 == 0 ? calloc(2, bytes) : memalign((size_t)16 << i, bytes);
		if (made[i]) {
			memset(made[i], 1, bytes);
			void *grown = realloc(made[i], bytes * 5);
			made[i] = grown ? grown : made[i];
			passed = grown != NULL;
		} else {
			passed = false;
		}
		EXPECT(passed || errno == ENOMEM, true);
		EXPECT(!made[i] || *(char *)made[i] == 1, true);
		heap_check();
	}
	for (size_t i = 0; i < MIXED; i++)
		free(made[i]);
	return passed;
}

static void allocation_nth_fails_nothing_is_lost(void)
{
	world_reset();
	long n = 1;
	for (; n < 1000; n++) {
		world.fail_at = n;
		bool passed = mixed_run();
		bool unused = world.fail_at > 0;
		world.fail_at = 0;
		heap_empty();
		if (passed && unused)
			break;
	}
	EXPECT(n > 5 && n < 1000, true);
}

static void malloc_until_none_then_free_all_comes_back(void)
{
	static void *taken[4000];
	for (size_t bytes = 10001; bytes < 400 * KIB; bytes *= 6) {
		world_reset();
		world.pages_max = 4000;
		size_t count = 0;
		while (count < 4000 && (taken[count] = malloc(bytes)))
			count++;
		EXPECT(count * (bytes + bytes / 4 + 8 * KIB) > 3800 * PAGE_BYTES && count < 4000, true);
		EXPECT(errno, ENOMEM);
		for (size_t i = 0; i < count; i++)
			free(taken[i]);
		nowhere = malloc(bytes);
		EXPECT(nowhere != NULL, true);
		free(nowhere);
		heap_empty();
	}
}

static void malloc_too_much_enomem(void)
{
	world_reset();
	static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 4095, (size_t)PTRDIFF_MAX + 1, PTRDIFF_MAX,
	                               (size_t)1 << 47};
	char *kept = malloc(10);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t bytes = sizes[i];
		void *old = kept;
		__asm__("" : "+r"(bytes), "+r"(old)); // the compiler would warn of what is tested here
		errno = 0;
		EXPECT(malloc(bytes) == NULL && errno == ENOMEM, true);
		errno = 0;
		EXPECT(realloc(old, bytes) == NULL && errno == ENOMEM, true);
		errno = 0;
		EXPECT(memalign(64 * KIB, bytes) == NULL && errno == ENOMEM, true);
		errno = 0;
		EXPECT(calloc(bytes / 2, 3) == NULL && errno == ENOMEM, true);
		errno = 0;
		EXPECT(reallocarray(old, bytes / 2, 9) == NULL && errno == ENOMEM, true);
	}
	free(kept);
	heap_empty();
}

static void memalign_bad_alignment_einval(void)
{
	world_reset();
	void *memory = &world;
	errno = 0;
	EXPECT(posix_memalign(&memory, 4, 10), EINVAL);
	EXPECT(posix_memalign(&memory, 0, 10), EINVAL);
	EXPECT(posix_memalign(&memory, 24, 10), EINVAL);
	EXPECT(posix_memalign(&memory, 64, PTRDIFF_MAX), ENOMEM);
	EXPECT(memory == &world && errno == 0, true);
	size_t odd = 48;
	__asm__("" : "+r"(odd));
	nowhere = memalign(odd, 10);
	EXPECT(nowhere == NULL && errno == EINVAL, true);
	EXPECT(posix_memalign(&memory, 8, 0), 0);
	free(memory);
	EXPECT(posix_memalign(&memory, 4 * MIB, 5), 0);
	EXPECT((uintptr_t)memory % (4 * MIB), 0);
	free(memory);
	heap_empty();
}

static void malloc_large_touches_none_of_it(void)
{
	world_reset();
	free(malloc(1)); // the chunk's first page
	size_t before = world_resident_all();
	char *large = calloc(1, 100 * MIB);
	EXPECT(world_resident_all(), before + 1); // its node
	large[50 * MIB] = 1;
	char *medium = calloc(1, 100 * KIB);
	EXPECT(world_resident(medium, 100 * KIB), 0);
	free(medium);
	large = realloc(large, 120 * MIB);
	EXPECT(large[50 * MIB], 1);
	EXPECT(world_resident(large, 120 * MIB), 1);
	large = realloc(large, 60 * MIB);
	EXPECT(large[50 * MIB], 1);
	free(large);
	EXPECT(world_resident_all() <= before + 1, true);
	heap_empty();
}

// Growing bit by bit asks for memory a few times, not each time.
static void realloc_growing_slowly_moves_seldom(void)
{
	world_reset();
	size_t bytes = 1000;
	char *grown = malloc(bytes);
	char *obstacle[64];
	grown[0] = 7;
	for (size_t i = 0; i < 64; i++, bytes += 40 * KIB) {
		grown = realloc(grown, bytes);
		obstacle[i] = malloc(150 * KIB);
	}
	EXPECT(grown[0], 7);
	EXPECT(world.requests < 64 + 40, true);
	free(grown);
	for (size_t i = 0; i < 64; i++)
		free(obstacle[i]);
	heap_empty();
}

static void malloc_and_free_again_asks_nobody(void)
{
	static const size_t sizes[] = {1, 32, 500, 2048, 3000, 4096, 50 * KIB, 127 * KIB};
	world_reset();
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		nowhere = malloc(sizes[i]);
		free(nowhere);
		size_t before = world.requests;
		for (unsigned k = 0; k < 100; k++) {
			nowhere = malloc(sizes[i]);
			free(nowhere);
		}
		EXPECT(world.requests, before);
	}
	heap_empty();
}

static void free_of_many_small_gives_frames_back(void)
{
	static char *taken[20000];
	world_reset();
	for (size_t i = 0; i < 20000; i++) {
		taken[i] = malloc(1000);
		memset(taken[i], 1, 1000);
	}
	EXPECT(world_resident_all() > 4900, true);
	for (size_t i = 0; i < 20000; i++)
		free(taken[i]);
	EXPECT(world_resident_all() <= 32 + 4 + 3, true);
	EXPECT(world.pages_mapped <= 2 * CHUNK_PAGES, true);
	heap_empty();
}

static unsigned misuses(void *memory)
{
	if (setjmp(world.misuse))
		return 1;
	free(memory);
	return 0;
}

static void free_of_no_block_is_noticed(void)
{
	world_reset();
	char *small = malloc(40);
	char *other = malloc(40);
	char *medium = malloc(3 * PAGE_BYTES);
	EXPECT(misuses(small + 16), 1);
	EXPECT(misuses(other + 48), 1); // never given out
	EXPECT(misuses(medium + 16), 1);
	EXPECT(misuses(medium + 2 * PAGE_BYTES), 1);
	free(small);
	EXPECT(misuses(small), 1);
	free(other);
	free(medium);
	EXPECT(misuses(medium), 1);
	free(NULL);
	heap_empty();
}

static const struct tap_test tests[] = {
	{"malloc_every_size_aligned_and_apart", malloc_every_size_aligned_and_apart},
	{"allocation_nth_fails_nothing_is_lost", allocation_nth_fails_nothing_is_lost},
	{"malloc_until_none_then_free_all_comes_back", malloc_until_none_then_free_all_comes_back},
	{"malloc_too_much_enomem", malloc_too_much_enomem},
	{"memalign_bad_alignment_einval", memalign_bad_alignment_einval},
	{"malloc_large_touches_none_of_it", malloc_large_touches_none_of_it},
	{"realloc_growing_slowly_moves_seldom", realloc_growing_slowly_moves_seldom},
	{"malloc_and_free_again_asks_nobody", malloc_and_free_again_asks_nobody},
	{"free_of_many_small_gives_frames_back", free_of_many_small_gives_frames_back},
	{"free_of_no_block_is_noticed", free_of_no_block_is_noticed},
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
