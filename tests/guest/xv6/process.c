// Processes as programs for xv6 expect them: whole exit statuses, -1 for the killed, reparenting,
// fork until it fails, copy-on-write, exec and its arguments.
#include "check.h"

static char *shared;
static int shared_bytes;

static void exit_status_is_a_whole_int(void)
{
	static const int statuses[] = {0, 1, 255, 256, 747, -2, 0x7fffffff};
	for (uint i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		int status = 99;
		int pid = fork();
		if (pid == 0)
			exit(statuses[i]);
		EXPECT(wait(&status) == pid);
		EXPECT(status == statuses[i]);
	}
	EXPECT(wait(0) == -1);
}

static void killed_child_gives_minus_one(void)
{
	int status = 0;
	int pid = fork();
	if (pid == 0) {
		for (;;)
			pause(100);
	}
	EXPECT(kill(pid) == 0);
	EXPECT(wait(&status) == pid);
	EXPECT(status == -1);
	EXPECT(kill(pid) == -1);
	EXPECT(kill(-1) == -1);
}

static void spinning_child_can_be_killed(void)
{
	int pid = fork();
	if (pid == 0) {
		for (;;)
			;
	}
	EXPECT(kill(pid) == 0);
	EXPECT(wait(0) == pid);
}

static void orphans_go_to_init(void)
{
	for (int i = 0; i < 20; i++) {
		int pid = fork();
		EXPECT(pid >= 0);
		if (pid == 0) {
			if (fork() >= 0)
				(void)fork();
			exit(0);
		}
		EXPECT(wait(0) == pid);
	}
}

static void fork_until_it_fails(void)
{
	int count = 0;
	int pid;
	while ((pid = fork()) > 0)
		count++;
	if (pid == 0)
		exit(0);
	EXPECT(count > 10 && count < NPROC);
	for (; count > 0; count--)
		EXPECT(wait(0) > 0);
	EXPECT(wait(0) == -1);
}

static void child_writes(void)
{
	for (int i = 0; i < shared_bytes; i += PGSIZE)
		*(int *)(shared + i) = getpid();
	pause(1);
	for (int i = 0; i < shared_bytes; i += PGSIZE)
		EXPECT(*(int *)(shared + i) == getpid());
}

// Two thirds of what there is, so that a copy at fork could not work.
static void fork_copies_on_write(void)
{
	shared_bytes = pages_free() / 3 * 2 * PGSIZE;
	shared = sbrk(shared_bytes);
	EXPECT(shared != SBRK_ERROR);
	for (int i = 0; i < shared_bytes; i += PGSIZE)
		*(int *)(shared + i) = 1;
	for (int round = 0; round < 2; round++) {
		int status = 1;
		int pid = fork();
		EXPECT(pid >= 0);
		if (pid == 0)
			exit(0);
		EXPECT(wait(&status) == pid && status == 0);
	}
	for (int i = 0; i < shared_bytes; i += PGSIZE)
		EXPECT(*(int *)(shared + i) == 1);
}

static void three_writers_keep_their_own(void)
{
	shared_bytes = pages_free() / 6 * PGSIZE;
	shared = sbrk(shared_bytes);
	EXPECT(shared != SBRK_ERROR);
	for (int i = 0; i < 3; i++) {
		int pid = fork();
		EXPECT(pid >= 0);
		if (pid == 0) {
			child_writes();
			exit(0);
		}
	}
	for (int i = 0; i < 3; i++) {
		int status = 1;
		EXPECT(wait(&status) > 0 && status == 0);
	}
	for (int i = 0; i < shared_bytes; i += PGSIZE)
		EXPECT(*(int *)(shared + i) == 0);
}

static void exec_echo(void)
{
	char *arguments[] = {"echo", "#", "exec", "works", 0};
	exec("echo", arguments);
	exit(1);
}

static void exec_refuses_what_is_too_big(void)
{
	static char large[PGSIZE + 1];
	char *arguments[MAXARG + 1];
	memset(large, 'x', PGSIZE);
	for (int i = 0; i < MAXARG; i++)
		arguments[i] = "x";
	arguments[MAXARG] = 0;
	EXPECT(exec("echo", arguments) == -1);
	arguments[0] = large;
	arguments[1] = 0;
	EXPECT(exec("echo", arguments) == -1);
	large[400] = '\0';
	for (int i = 0; i < MAXARG - 1; i++)
		arguments[i] = large;
	arguments[MAXARG - 1] = 0;
	EXPECT(exec("echo", arguments) == -1);
	arguments[1] = 0;
	EXPECT(exec("no-such-file", arguments) == -1);
	EXPECT(exec("README", arguments) == -1);
	EXPECT(child_status(exec_echo) == 0);
}

static void time_goes_in_tenths(void)
{
	int start = uptime();
	EXPECT(pause(2) == 0);
	EXPECT(uptime() - start >= 2);
	EXPECT(sleep(-1) == 0);
}

int main(void)
{
	static const struct check checks[] = {
		{"xv6_exit_status_is_a_whole_int", exit_status_is_a_whole_int},
		{"xv6_wait_for_killed_child_gives_minus_one", killed_child_gives_minus_one},
		{"xv6_kill_ends_spinning_child", spinning_child_can_be_killed},
		{"xv6_orphans_go_to_init", orphans_go_to_init},
		{"xv6_fork_until_it_fails", fork_until_it_fails},
		{"xv6_fork_of_two_thirds_of_memory_works", fork_copies_on_write},
		{"xv6_fork_three_writers_keep_their_own", three_writers_keep_their_own},
		{"xv6_exec_refuses_what_is_too_big", exec_refuses_what_is_too_big},
		{"xv6_pause_takes_tenths_of_a_second", time_goes_in_tenths},
		{0, 0},
	};
	exit(checks_run(checks));
}
