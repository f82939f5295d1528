// Pointers that calls of xv6 must survive, and memory not touched before that must simply work.
#include "check.h"

static const uint64 bad[] = {
	0x80000000, 0x3fffffe000, 0x3ffffff000, 0x4000000000, 0xffffffffffffffff, KERNBASE, 8};
#define BAD (sizeof(bad) / sizeof(bad[0]))
#define PART 8192

static void bad_buffers_fail(void)
{
	int end[2];
	EXPECT(pipe(end) == 0);
	for (uint i = 0; i < BAD; i++) {
		void *at = (void *)bad[i];
		int fd = open("README", O_RDONLY);
		EXPECT(fd >= 0);
		EXPECT(read(fd, at, PART) <= 0);
		EXPECT(fstat(fd, at) == -1);
		close(fd);
		fd = open("copied", O_CREATE | O_WRONLY);
		EXPECT(fd >= 0);
		EXPECT(write(fd, at, PART) <= 0);
		close(fd);
		EXPECT(unlink("copied") == 0);
		EXPECT(write(end[1], at, PART) <= 0);
		EXPECT(write(1, at, PART) <= 0);
		EXPECT(pipe(at) == -1);
	}
	int fd = open("README", O_RDONLY);
	EXPECT(read(fd, (void *)(uint64)bad_buffers_fail, 10) == -1); // text
	EXPECT(read(fd, sbrk(0), -1) <= 0);
	close(fd);
}

static void bad_paths_fail(void)
{
	char long_path[MAXPATH + 1];
	char *arguments[2] = {"echo", 0};
	for (uint i = 0; i < BAD; i++) {
		char *at = (char *)bad[i];
		EXPECT(open(at, O_CREATE | O_WRONLY) == -1);
		EXPECT(unlink(at) == -1);
		EXPECT(mkdir(at) == -1 && chdir(at) == -1);
		EXPECT(link(at, "x") == -1 && link("README", at) == -1);
		EXPECT(exec(at, arguments) == -1);
		EXPECT(exec("echo", (char **)at) == -1);
	}
	memset(long_path, 'x', MAXPATH);
	long_path[MAXPATH] = '\0';
	EXPECT(open(long_path, O_CREATE | O_WRONLY) == -1);
	EXPECT(unlink(long_path) == -1 && mkdir(long_path) == -1);
	EXPECT(exec(long_path, arguments) == -1);
}

static void bad_arguments_leak_nothing(void)
{
	char *arguments[2] = {(char *)0xffffffff, 0};
	for (int i = 0; i < 5000; i++)
		EXPECT(exec("echo", arguments) == -1);
}

static void given_back_memory_fails(void)
{
	char *at = sbrk(2 * PGSIZE);
	EXPECT(sbrk(-2 * PGSIZE) != SBRK_ERROR);
	at = (char *)PGROUNDUP((uint64)at);
	int fd = open("README", O_RDONLY);
	EXPECT(read(fd, at, 10) == -1);
	close(fd);
	fd = open("given", O_CREATE | O_WRONLY);
	EXPECT(write(fd, at, 10) == -1);
	close(fd);
	EXPECT(unlink("given") == 0);
}

static void untouched_lazy_memory_works(void)
{
	char *at = sbrklazy(16 * PGSIZE) + PGSIZE - 3; // straddles two pages
	int end[2];
	EXPECT(pipe(end) == 0);
	EXPECT(write(end[1], "abcdef", 6) == 6);
	EXPECT(read(end[0], at, 6) == 6);
	EXPECT(memcmp(at, "abcdef", 6) == 0);
	int fd = open("README", O_RDONLY);
	EXPECT(read(fd, at + 4 * PGSIZE, 100) == 100);
	close(fd);
	fd = open("lazy", O_CREATE | O_RDWR);
	EXPECT(write(fd, at + 8 * PGSIZE, PGSIZE) == PGSIZE);
	close(fd);
	fd = open("lazy", O_RDONLY);
	at[0] = 1;
	EXPECT(read(fd, at, 1) == 1 && at[0] == 0);
	close(fd);
	EXPECT(unlink("lazy") == 0);
	EXPECT(open(at + 12 * PGSIZE, O_CREATE) == -1); // an empty path
	EXPECT(pipe((int *)(at + 10 * PGSIZE + 3)) == 0);
}

static void shared_pages_are_copied_for_the_reader(void)
{
	static char page[3 * PGSIZE];
	int end[2];
	EXPECT(pipe(end) == 0);
	memset(page, 1, sizeof(page));
	int pid = fork();
	if (pid == 0) {
		EXPECT(write(end[1], "zz", 2) == 2);
		EXPECT(read(end[0], page + PGSIZE - 1, 2) == 2);
		EXPECT(page[PGSIZE] == 'z');
		exit(0);
	}
	int status;
	EXPECT(wait(&status) == pid && status == 0);
	EXPECT(page[PGSIZE] == 1 && page[PGSIZE - 1] == 1);
}

static void bad_status_pointer_fails(void)
{
	if (fork() == 0)
		exit(0);
	EXPECT(wait((int *)KERNBASE) == -1);
}

int main(void)
{
	static const struct check checks[] = {
		{"xv6_buffer_bad_fails", bad_buffers_fail},
		{"xv6_path_bad_or_long_fails", bad_paths_fail},
		{"xv6_exec_bad_arguments_leak_nothing", bad_arguments_leak_nothing},
		{"xv6_buffer_given_back_fails", given_back_memory_fails},
		{"xv6_buffer_lazy_untouched_works", untouched_lazy_memory_works},
		{"xv6_buffer_shared_after_fork_is_copied", shared_pages_are_copied_for_the_reader},
		{"xv6_wait_bad_pointer_fails", bad_status_pointer_fails},
		{0, 0},
	};
	exit(checks_run(checks));
}
