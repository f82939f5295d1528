// around: what fault-around is worth, in instructions of all modes and in frames. Meaningful with
// -icount only; tests/bench/around boots it with one setting after the other.
//
// Prints four figures: programs started and waited for, heap pages stored to in order, heap pages
// stored to with gaps, and the frames that those took. It prints nothing while it measures: waiting
// for the console's line would be counted too.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fl/kernel.h"
#include "fl/process.h"

#define PROGRAMS 20
#define PAGES 1024
#define GAP 16

static uint64_t programs_run(void)
{
	char *const argv[] = {"true", NULL};
	uint64_t before = fl_instructions();
	for (unsigned i = 0; i < PROGRAMS; i++) {
		int status;
		pid_t pid = fork();
		if (pid == 0) {
			execv("/bin/true", argv);
			_exit(127);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
			fprintf(stderr, "around: /bin/true cannot be run\n");
			exit(EXIT_FAILURE);
		}
	}
	return (fl_instructions() - before) / PROGRAMS;
}

// Instructions for each page that is touched.
static uint64_t heap_touch(unsigned step)
{
	char *heap = sbrk(PAGES * FL_PAGE_SIZE);
	if (heap == (void *)-1) {
		fprintf(stderr, "around: there is no memory for %d pages\n", PAGES);
		exit(EXIT_FAILURE);
	}
	uint64_t before = fl_instructions();
	for (unsigned i = 0; i < PAGES; i += step)
		*(volatile char *)(heap + i * FL_PAGE_SIZE) = 1;
	return (fl_instructions() - before) / (PAGES / step);
}

static uint64_t frames_free(void)
{
	uint64_t value[STAT_COUNT];
	return pager_statistics(value) == FL_OK ? value[STAT_FRAMES_FREE] : 0;
}

int main(void)
{
	(void)programs_run(); // what only the first run pays
	uint64_t program = programs_run();
	uint64_t dense = heap_touch(1);
	uint64_t before = frames_free();
	uint64_t sparse = heap_touch(GAP);
	uint64_t frames = before - frames_free();
	printf("around %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", program, dense, sparse,
	       frames);
	return EXIT_SUCCESS;
}
