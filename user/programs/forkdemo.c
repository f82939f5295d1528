// forkdemo: shows copy-on-write. A parent writes pages and forks; the child changes some of them;
// the pager's counters tell what was really copied.
#include <inttypes.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fl/process.h"
#include "program.h"

#define PAGES 64
#define CHANGED 8

static const char help[] =
	"usage: forkdemo\n"
	"Writes 64 pages, forks, lets the child write 8 of them, and prints how\n"
	"many pages the pager copied for that.\n";

static void pages_write(volatile char *memory, unsigned count, char value)
{
	for (unsigned i = 0; i < count; i++)
		memory[i * FL_PAGE_SIZE] = value;
}

static unsigned pages_count(const volatile char *memory, char value)
{
	unsigned found = 0;
	for (unsigned i = 0; i < PAGES; i++)
		found += memory[i * FL_PAGE_SIZE] == value;
	return found;
}

static uint64_t copies_read(void)
{
	uint64_t value[STAT_COUNT];
	if (pager_statistics(value) != FL_OK) {
		fprintf(stderr, "forkdemo: the pager's statistics cannot be read\n");
		exit(EXIT_FAILURE);
	}
	return value[STAT_COPIES];
}

static _Noreturn void child_run(volatile char *memory)
{
	(void)copies_read(); // the reading's own pages are copied here, before it counts
	uint64_t before = copies_read();
	pages_write(memory, CHANGED, 'c');
	uint64_t copies = copies_read() - before;
	printf("child: wrote %u pages, copied %" PRIu64 ", still shares %u\n", CHANGED, copies,
	       pages_count(memory, 'p'));
	exit(copies == CHANGED ? EXIT_SUCCESS : EXIT_FAILURE);
}

int main(int argc, char **argv)
{
	help_answer(argc, argv, help);
	if (argc != 1)
		usage_fail(help);
	// Whole pages of our own: nothing else is written in them.
	uintptr_t past = (uintptr_t)sbrk(0) % FL_PAGE_SIZE;
	char *start = sbrk((ptrdiff_t)((past ? FL_PAGE_SIZE - past : 0) + PAGES * FL_PAGE_SIZE));
	if (start == (char *)-1) {
		fprintf(stderr, "forkdemo: %s\n", strerror(errno));
		return EXIT_FAILURE;
	}
	volatile char *memory = start + (past ? FL_PAGE_SIZE - past : 0);
	pages_write(memory, PAGES, 'p');
	(void)fflush(stdout);
	pid_t child = fork();
	if (child < 0) {
		fprintf(stderr, "forkdemo: fork: %s\n", strerror(errno));
		return EXIT_FAILURE;
	}
	if (child == 0)
		child_run(memory);
	int status;
	if (waitpid(child, &status, 0) != child || status != 0) {
		fprintf(stderr, "forkdemo: the child failed (wait status 0x%x)\n", (unsigned)status);
		return EXIT_FAILURE;
	}
	unsigned own = pages_count(memory, 'p');
	printf("parent: sees %u of its %u pages unchanged\n", own, PAGES);
	return own == PAGES ? EXIT_SUCCESS : EXIT_FAILURE;
}
