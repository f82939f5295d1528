// The malloc family of libsys on a simulated address space: random operations, each block with a
// pattern of its own, so that blocks that overlap or lose their content are seen.
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

#include "malloc_heap.h"
#include "malloc_world.h"
#include "tap.h"

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)
#define BLOCKS 400
#define OPERATIONS 30000

struct block {
	unsigned char *start;
	size_t bytes;
	unsigned char seed;
};

static struct block block[BLOCKS];
static uint64_t random_state;

static uint64_t random_next(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return random_state >> 33;
}

static size_t random_size(void)
{
	static const size_t limits[] = {64, 300, 2100, 9000, 140 * KIB, 500 * KIB};
	return random_next() % limits[random_next() % (sizeof(limits) / sizeof(limits[0]))];
}

// A pattern in the first and last bytes and at each page: filling all would hide nothing more.
static bool pattern_each(struct block *b, size_t bytes, bool write)
{
	for (size_t i = 0; i < bytes; i += i < 64 || i + 64 >= bytes || bytes < 400 ? 1 : 61) {
		if (write)
			b->start[i] = (unsigned char)(b->seed + i);
		else if (b->start[i] != (unsigned char)(b->seed + i))
			return false;
	}
	return true;
}

static void block_write(struct block *b)
{
	b->seed = (unsigned char)random_next();
	for (size_t i = 0; i < b->bytes; i++)
		b->start[i] = (unsigned char)(b->seed + i);
}

static void block_drop(struct block *b)
{
	EXPECT(pattern_each(b, b->bytes, false), true);
	free(b->start);
	b->start = NULL;
}

static void block_make(struct block *b)
{
	size_t align = 16;
	b->bytes = random_size();
	switch (random_next() % 4) {
	case 0:
		b->start = calloc(1, b->bytes);
		for (size_t i = 0; b->start && i < b->bytes; i++)
			EXPECT(b->start[i], 0);
		break;
	case 1:
		align = (size_t)16 << random_next() % 16;
		b->start = memalign(align, b->bytes);
		break;
	default:
		b->start = malloc(b->bytes);
	}
	if (!b->start)
		return;
	EXPECT((uintptr_t)b->start & (align - 1), 0);
	EXPECT(malloc_usable_size(b->start) >= b->bytes, true);
	block_write(b);
}

static void block_resize_random(struct block *b)
{
	size_t bytes = random_next() % 2 ? random_size() + 1 : b->bytes + 1 + random_next() % 3000;
	unsigned char *start = realloc(b->start, bytes);
	if (!start)
		return; // the old block must be as it was: its pattern is checked later
	b->start = start;
	EXPECT(pattern_each(b, b->bytes < bytes ? b->bytes : bytes, false), true);
	b->bytes = bytes;
	block_write(b);
}

// No two blocks overlap: each keeps its pattern. Every now and then a good part is freed.
static void model_run(uint64_t seed)
{
	random_state = seed;
	for (size_t i = 0; i < OPERATIONS; i++) {
		size_t limit = i / 5000 % 2 ? BLOCKS : BLOCKS / 8;
		struct block *b = &block[random_next() % BLOCKS];
		if (b->start && (b >= &block[limit] || random_next() % 2))
			block_drop(b);
		else if (b->start)
			block_resize_random(b);
		else if (b < &block[limit])
			block_make(b);
		if (i % 97 == 0)
			heap_check();
	}
	for (size_t i = 0; i < BLOCKS; i++) {
		if (block[i].start)
			block_drop(&block[i]);
	}
}

static void blocks_random_operations_keep_content(void)
{
	world_reset();
	model_run(1);
	heap_empty();
}

static void blocks_random_operations_in_little_memory_keep_content(void)
{
	world_reset();
	world.pages_max = 3000;
	model_run(2);
	heap_empty();
}

// What cannot be given back is used again, and calloc still gives zeros.
static void blocks_random_operations_without_unmap_keep_content(void)
{
	world_reset();
	world.unmap_refused = true;
	model_run(3);
	world.unmap_refused = false;
	heap_check();
	size_t before = world.pages_mapped;
	free(malloc(MIB));
	EXPECT(world.pages_mapped, before);
}

static const struct tap_test tests[] = {
	{"blocks_random_operations_keep_content", blocks_random_operations_keep_content},
	{"blocks_random_operations_in_little_memory_keep_content",
     blocks_random_operations_in_little_memory_keep_content},
	// Last: what could not be given back stays.
	{"blocks_random_operations_without_unmap_keep_content",
     blocks_random_operations_without_unmap_keep_content},
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
