// Pipes: order, atomic writes, ends, waiting, poll, descriptors over fork and exec.
#define _GNU_SOURCE // pipe2
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"
#include "proto/files.h"

static void ends(void)
{
	int fds[2];
	char byte;
	int *volatile nowhere = (int *)8;
	tap_ok(pipe(fds) == 0 && fds[0] != fds[1], "pipe_gives_two_descriptors");
	tap_ok(write(fds[1], "hello", 5) == 5, "pipe_write_succeeds");
	char text[8] = "";
	tap_ok(read(fds[0], text, 8) == 5 && strcmp(text, "hello") == 0,
	       "pipe_read_gets_what_is_there");
	tap_ok(write(fds[0], "x", 1) == -1 && errno == EBADF, "pipe_write_to_reading_end_fails");
	tap_ok(read(fds[1], &byte, 1) == -1 && errno == EBADF, "pipe_read_from_writing_end_fails");
	tap_ok(lseek(fds[0], 0, SEEK_SET) == -1 && errno == ESPIPE, "pipe_seek_fails");
	struct stat about;
	tap_ok(fstat(fds[0], &about) == 0 && S_ISFIFO(about.st_mode), "pipe_stat_says_fifo");
	tap_ok(write(fds[1], "ab", 2) == 2 && close(fds[1]) == 0, "pipe_close_of_writer_succeeds");
	tap_ok(read(fds[0], text, 8) == 2 && read(fds[0], text, 8) == 0, "pipe_without_writer_ends");
	close(fds[0]);
	(void)!pipe(fds);
	close(fds[0]);
	tap_ok(write(fds[1], "x", 1) == -1 && errno == EPIPE, "pipe_without_reader_fails");
	close(fds[1]);
	tap_ok(pipe(nowhere) == -1 && errno == EFAULT, "pipe_to_bad_address_fails");
	int next = dup(0);
	tap_equal(3, (uint64_t)next, "pipe_failed_leaves_no_descriptor");
	close(next);
}

#define BIG (300 * 1000)

static uint8_t pattern(size_t i)
{
	return (uint8_t)(i * 31 + i / 253);
}

// A child writes more than fits, into memory that nobody touched before; the parent reads.
static void big(void)
{
	int fds[2];
	(void)!pipe(fds);
	(void)fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		char *data = malloc(BIG);
		close(fds[0]);
		for (size_t i = 0; data && i < BIG; i++)
			data[i] = (char)pattern(i);
		_exit(data && write(fds[1], data, BIG) == BIG ? 0 : 1);
	}
	close(fds[1]);
	char *got = sbrk(BIG);
	size_t done = 0;
	ssize_t part;
	while ((part = read(fds[0], got + done, BIG - done)) > 0)
		done += (size_t)part;
	bool same = done == BIG;
	for (size_t i = 0; same && i < BIG; i++)
		same = (uint8_t)got[i] == pattern(i);
	tap_ok(same, "pipe_big_transfer_keeps_every_byte");
	tap_equal(0, (uint64_t)child_wait(child).value, "pipe_big_write_returns_all");
	close(fds[0]);
}

#define WRITERS 4
#define RECORDS 60
#define RECORD 3000

static int writer(int fd, int who)
{
	char record[RECORD];
	memset(record, 'a' + who, sizeof(record));
	for (int i = 0; i < RECORDS; i++) {
		if (write(fd, record, sizeof(record)) != sizeof(record))
			return 1;
	}
	return 0;
}

// Several writers: a record of less than PIPE_BUF is never torn.
static void atomic(void)
{
	int fds[2];
	pid_t child[WRITERS];
	unsigned torn = 0, failed = 0, records = 0;
	char record[RECORD];
	(void)!pipe(fds);
	(void)fflush(stdout);
	for (int i = 0; i < WRITERS; i++) {
		child[i] = fork();
		if (child[i] == 0)
			_exit(writer(fds[1], i));
	}
	close(fds[1]);
	for (;;) {
		size_t done = 0;
		ssize_t part = 0;
		while (done < RECORD && (part = read(fds[0], record + done, RECORD - done)) > 0)
			done += (size_t)part;
		if (done < RECORD)
			break;
		records++;
		for (unsigned i = 1; i < RECORD; i++)
			torn += record[i] != record[0];
	}
	for (int i = 0; i < WRITERS; i++)
		failed += child_wait(child[i]).value != 0;
	tap_equal(WRITERS * RECORDS, records, "pipe_many_writers_lose_nothing");
	tap_equal(0, torn, "pipe_write_below_pipe_buf_is_atomic");
	tap_equal(0, failed, "pipe_many_writers_succeed");
	close(fds[0]);
}

// Several readers share one pipe: each byte reaches one of them.
static void readers(void)
{
	int fds[2], sums[2];
	enum { READERS = 3, BYTES = 5000 };
	(void)!pipe(fds);
	(void)!pipe(sums);
	(void)fflush(stdout);
	for (int i = 0; i < READERS; i++) {
		if (fork() == 0) {
			unsigned count = 0;
			char byte;
			close(fds[1]);
			while (read(fds[0], &byte, 1) == 1)
				count++;
			_exit(write(sums[1], &count, sizeof(count)) == sizeof(count) ? 0 : 1);
		}
	}
	close(fds[0]);
	for (int i = 0; i < BYTES; i++)
		(void)!write(fds[1], "x", 1);
	close(fds[1]);
	unsigned total = 0, count;
	for (int i = 0; i < READERS; i++) {
		(void)child_wait(0);
		total += read(sums[0], &count, sizeof(count)) == sizeof(count) ? count : 0;
	}
	tap_equal(BYTES, total, "pipe_many_readers_share_every_byte");
	close(sums[0]);
	close(sums[1]);
}

static void nonblock(void)
{
	int fds[2];
	char block[FILES_PIPE_ATOMIC] = {0};
	(void)!pipe2(fds, O_NONBLOCK);
	tap_ok(read(fds[0], block, 1) == -1 && errno == EAGAIN, "pipe_nonblocking_empty_read_fails");
	tap_ok(fcntl(fds[0], F_GETFL) == (O_RDONLY | O_NONBLOCK), "fcntl_getfl_tells_nonblock");
	size_t total = 0;
	while (write(fds[1], block, 1000) == 1000)
		total += 1000;
	tap_ok(errno == EAGAIN && total == FILES_PIPE_BYTES / 1000 * 1000,
	       "pipe_nonblocking_small_write_is_all_or_nothing");
	tap_equal(FILES_PIPE_BYTES % 1000, (uint64_t)write(fds[1], (char[8192]){0}, 8192),
	          "pipe_nonblocking_large_write_fills");
	tap_ok(write(fds[1], block, 1) == -1 && errno == EAGAIN, "pipe_nonblocking_full_write_fails");
	struct pollfd polls[] = {
		{fds[0], POLLIN, 0}, {fds[1], POLLOUT, 0}, {63, POLLIN, 0}, {-1, 0, 9}};
	tap_ok(poll(polls, 4, -1) == 2 && polls[0].revents == POLLIN && polls[1].revents == 0 &&
	           polls[2].revents == POLLNVAL && polls[3].revents == 0,
	       "poll_tells_full_pipe");
	while (read(fds[0], block, sizeof(block)) > 0)
		continue;
	tap_ok(poll(polls, 2, 0) == 1 && polls[0].revents == 0 && polls[1].revents == POLLOUT,
	       "poll_tells_empty_pipe");
	uint64_t before = uptime_ns();
	tap_ok(poll(polls, 1, 50) == 0 && uptime_ns() - before >= 50000000, "poll_waits_for_its_time");
	tap_ok(fcntl(fds[1], F_SETFL, 0) == 0 && fcntl(fds[1], F_GETFL) == O_WRONLY,
	       "fcntl_setfl_clears_nonblock");
	close(fds[1]);
	tap_ok(poll(polls, 1, -1) == 1 && polls[0].revents == POLLHUP, "poll_tells_hangup");
	close(fds[0]);
	(void)!pipe(fds);
	close(fds[0]);
	polls[1].fd = fds[1];
	tap_ok(poll(polls + 1, 1, 0) == 1 && (polls[1].revents & POLLERR), "poll_tells_broken_pipe");
	close(fds[1]);
}

// poll of many, through the window, woken by a child.
static void poll_many(void)
{
	int fds[10][2];
	struct pollfd polls[10];
	for (int i = 0; i < 10; i++) {
		(void)!pipe(fds[i]);
		polls[i] = (struct pollfd){fds[i][0], POLLIN, 0};
	}
	(void)fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		(void)usleep(20000);
		_exit(write(fds[7][1], "x", 1) == 1 ? 0 : 1);
	}
	int ready = poll(polls, 10, -1);
	tap_ok(ready == 1 && polls[7].revents == POLLIN, "poll_waits_for_one_of_many");
	(void)child_wait(child);
	for (int i = 0; i < 10; i++) {
		close(fds[i][0]);
		close(fds[i][1]);
	}
}

static void limits(void)
{
	int fds[2];
	unsigned count = 0;
	int last = -1, fd;
	while ((fd = dup(0)) >= 0) {
		last = fd;
		count++;
	}
	tap_ok(errno == EMFILE && last == FILES_DESCRIPTORS - 1 && count == FILES_DESCRIPTORS - 3,
	       "dup_until_emfile");
	tap_ok(pipe(fds) == -1 && errno == EMFILE, "pipe_without_descriptors_fails");
	close(last);
	tap_ok(pipe(fds) == -1 && errno == EMFILE, "pipe_with_one_descriptor_fails");
	tap_equal((uint64_t)last, (uint64_t)dup(0), "pipe_failed_gives_descriptor_back");
	tap_ok(dup2(0, 64) == -1 && errno == EBADF && dup2(0, -1) == -1 && dup2(63, 63) == 63,
	       "dup2_out_of_range_fails");
	for (fd = 3; fd < FILES_DESCRIPTORS; fd++)
		close(fd);
	tap_ok(close(3) == -1 && errno == EBADF && close(-1) == -1 && close(1 << 20) == -1,
	       "close_of_closed_fails");
	tap_equal(10, (uint64_t)fcntl(0, F_DUPFD, 10), "fcntl_dupfd_gives_lowest_from");
	tap_ok(fcntl(10, F_SETFD, FD_CLOEXEC) == 0 && fcntl(10, F_GETFD) == FD_CLOEXEC &&
	           fcntl(0, F_GETFD) == 0,
	       "fcntl_cloexec_is_of_the_descriptor");
	close(10);
}

static int exec_child(int argc, char **argv)
{
	(void)argc;
	int kept = argv[1][0] - '0';
	bool closed = fcntl(kept + 1, F_GETFD) == -1 && errno == EBADF;
	return closed && write(kept, "kept", 4) == 4 ? 7 : 1;
}

static void over_exec(void)
{
	int fds[2];
	char text[8] = "", number[2] = "";
	(void)!pipe(fds);
	tap_equal(0, (uint64_t)(dup2(fds[1], 8) - 8), "dup2_gives_that_descriptor");
	tap_equal(9, (uint64_t)fcntl(fds[1], F_DUPFD_CLOEXEC, 9), "fcntl_dupfd_cloexec_gives_from");
	number[0] = '8';
	tap_equal(7, (uint64_t)child_wait(helper_start("exec-child", number)).value,
	          "exec_keeps_descriptors_but_those_marked");
	tap_ok(read(fds[0], text, 8) == 4 && strcmp(text, "kept") == 0, "exec_child_wrote_to_pipe");
	for (int fd = 3; fd < 10; fd++)
		close(fd);
}

// A reader that is killed while it waits takes nothing with it.
static void killed_reader(void)
{
	int fds[2];
	char byte = 0;
	(void)!pipe(fds);
	(void)fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		_exit(read(fds[0], &byte, 1) == 1);
	(void)usleep(20000);
	process_remove(child);
	(void)!write(fds[1], "k", 1);
	tap_ok(read(fds[0], &byte, 1) == 1 && byte == 'k', "pipe_killed_reader_loses_no_byte");
	close(fds[0]);
	close(fds[1]);
}

const struct guest_case guest_cases[] = {
	{"pipe_ends", ends},
	{"pipe_big", big},
	{"pipe_atomic", atomic},
	{"pipe_readers", readers},
	{"pipe_nonblock", nonblock},
	{"pipe_poll", poll_many},
	{"pipe_limits", limits},
	{"pipe_exec", over_exec},
	{"pipe_killed", killed_reader},
	{NULL, NULL},
};

const struct guest_helper guest_helpers[] = {{"exec-child", exec_child}, {NULL, NULL}};
