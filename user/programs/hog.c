// hog: takes memory and writes to every page of it.
#include <unistd.h>

#include "fl/process.h"
#include "program.h"

#define MIB (1l << 20)

static const char help[] = "usage: hog [-e] MIB [SECONDS]\n"
						   "Grows the heap by so many MiB, writes to every page, sleeps, ends.\n"
						   "-e: asks for all frames at once (status 1 if there are not enough).\n";

int main(int argc, char **argv)
{
	help_answer(argc, argv, help);
	bool eager = argc > 1 && strcmp(argv[1], "-e") == 0;
	int first = eager ? 2 : 1;
	long mib, seconds = 0;
	if (argc <= first || argc > first + 2 || !number_parse(argv[first], 1, 1l << 20, &mib) ||
	    (argc == first + 2 && !number_parse(argv[first + 1], 0, INT32_MAX, &seconds)))
		usage_fail(help);
	volatile char *memory = eager ? sbrk_eager(mib * MIB) : sbrk(mib * MIB);
	if ((void *)memory == (void *)-1) {
		fprintf(stderr, "hog: %ld MiB: %s\n", mib, strerror(errno));
		return EXIT_FAILURE;
	}
	for (long offset = 0; offset < mib * MIB; offset += (long)FL_PAGE_SIZE)
		memory[offset] = 1;
	printf("hog: wrote to %ld MiB\n", mib);
	(void)fflush(stdout);
	(void)sleep((unsigned)seconds);
	return EXIT_SUCCESS;
}
