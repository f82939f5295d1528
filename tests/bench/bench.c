// bench: what a page costs, in instructions of all modes. Meaningful with -icount only: boot with
// `boot/run --bench`.
//
// fault.zero.store: a store to an untouched heap page, 4,096 pages a run. Nearly all free frames
// are made dirty before; between the runs the heap shrinks back, and its frames are used again. A
// run that still got a frame that was known to be zero does not count, so every fault pays for
// zeroing. Instructions are read around each single store, and what reading costs is taken off.
// Kernel entries are counted in a run of their own, because reading them is one.
//
// Not here: kernel calls and IPC, which a program with its four handles cannot do undisturbed
// (tests/guest/kernel/bench.c).
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fl/kernel.h"
#include "fl/process.h"

#define PAGES 4096
#define RUNS 8
#define TRIES 64
#define LEFT 512 // frames that stay free while the others are made dirty
#define HEAP_BYTES (PAGES * FL_PAGE_SIZE)

static uint32_t sample[RUNS * PAGES];
static uint32_t entries[PAGES];

static uint32_t instructions_of_store(volatile char *page)
{
	uint64_t before, after;
	__asm__ volatile("rdinstret %0\n\t"
	                 "sb zero, 0(%2)\n\t"
	                 "rdinstret %1"
	                 : "=&r"(before), "=&r"(after)
	                 : "r"(page)
	                 : "memory");
	return (uint32_t)(after - before);
}

// The same without the store: what is to be taken off. The store itself is one instruction of the
// result.
static uint32_t instructions_of_reading(void)
{
	uint64_t before, after;
	__asm__ volatile("rdinstret %0\n\t"
	                 "rdinstret %1"
	                 : "=&r"(before), "=&r"(after)
	                 :
	                 : "memory");
	return (uint32_t)(after - before);
}

static volatile char *heap_take(void)
{
	volatile char *heap = sbrk(HEAP_BYTES);
	if ((void *)heap == (void *)-1) {
		fprintf(stderr, "bench: there is no memory for %d pages\n", PAGES);
		exit(EXIT_FAILURE);
	}
	return heap;
}

static uint64_t statistic(enum pager_stat index)
{
	uint64_t value[STAT_COUNT];
	if (pager_statistics(value) != FL_OK) {
		fprintf(stderr, "bench: the pager's statistics cannot be read\n");
		exit(EXIT_FAILURE);
	}
	return value[index];
}

// Writes to nearly all free frames, then gives them back.
static void frames_dirty(void)
{
	uint64_t pages = statistic(STAT_FRAMES_FREE) - LEFT;
	pages -= pages / 16; // for the pager's own structures
	volatile char *heap = sbrk((ptrdiff_t)(pages * FL_PAGE_SIZE));
	if ((void *)heap == (void *)-1)
		exit(EXIT_FAILURE);
	for (size_t i = 0; i < pages; i++)
		heap[i * FL_PAGE_SIZE] = 1;
	if (sbrk(-(ptrdiff_t)(pages * FL_PAGE_SIZE)) == (void *)-1)
		exit(EXIT_FAILURE);
}

static int compare(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	return (left > right) - (left < right);
}

static uint32_t median(uint32_t *value, size_t count)
{
	qsort(value, count, sizeof(*value), compare);
	return value[count / 2];
}

// False: a frame was used that needed no zeroing.
static bool run_measure(uint32_t *result, uint32_t reading)
{
	volatile char *heap = heap_take();
	uint64_t zeroed = statistic(STAT_FRAMES_ZEROED);
	for (size_t i = 0; i < PAGES; i++)
		result[i] = instructions_of_store(heap + i * FL_PAGE_SIZE) - reading;
	bool all_dirty = statistic(STAT_FRAMES_ZEROED) == zeroed;
	(void)sbrk(-(ptrdiff_t)HEAP_BYTES);
	return all_dirty;
}

static bool stores_measure(void)
{
	uint32_t reading = instructions_of_reading();
	unsigned run = 0;
	for (unsigned try = 0; try < TRIES && run < RUNS; try++)
		run += run_measure(&sample[run * PAGES], reading);
	return run == RUNS;
}

static void entries_measure(void)
{
	volatile char *heap = heap_take();
	for (size_t i = 0; i < PAGES; i++) {
		struct fl_result before, after;
		fl_counters(&before);
		heap[i * FL_PAGE_SIZE] = 1;
		fl_counters(&after);
		entries[i] = (uint32_t)(after.value[0] - before.value[0] - 1);
	}
	(void)sbrk(-(ptrdiff_t)HEAP_BYTES);
}

int main(int argc, char **argv)
{
	if (argc != 1) {
		printf("usage: bench\nMeasures; see boot/run --bench.\n");
		return argc == 2 && strcmp(argv[1], "--help") == 0 ? EXIT_SUCCESS : 2;
	}
	memset(sample, 1, sizeof(sample)); // their pages are there before anything counts
	memset(entries, 1, sizeof(entries));
	frames_dirty();
	if (!stores_measure()) {
		fprintf(stderr, "bench: there are too many frames that need no zeroing\n");
		return EXIT_FAILURE;
	}
	entries_measure();
	uint64_t sum = 0;
	for (size_t i = 0; i < RUNS * PAGES; i++)
		sum += sample[i];
	uint64_t hundredths = sum * 100 / (RUNS * PAGES);
	printf("bench fault.zero.store %" PRIu32 " %" PRIu64 ".%02u %" PRIu32 "\n",
	       median(sample, RUNS * PAGES), hundredths / 100, (unsigned)(hundredths % 100),
	       median(entries, PAGES));
	return EXIT_SUCCESS;
}
