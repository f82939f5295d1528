// Standard streams, and flushing at exit: picolibc has no list of its open streams, so its exit
// flushes nothing. fdopen (and fopen, which calls it) is linked through the wrapper below, which
// notes each stream and hooks its close function.
#include <errno.h>
#include <stdio-bufio.h>
#include <stdio.h>
#include <unistd.h>

#include "thread.h"

#define STREAMS 16 // as many as there are descriptors
#define STREAM_BUFFER_BYTES 256

// The linker turns fdopen into __wrap_fdopen and __real_fdopen into picolibc's (-Wl,--wrap=fdopen).
FILE *__real_fdopen(int fd, const char *mode);
FILE *__wrap_fdopen(int fd, const char *mode);

static FILE *opened[STREAMS];

// A standard stream is not on the heap: closing it must not free it.
static int standard_close(FILE *stream)
{
	int result = fflush(stream);
	int fd = ((struct __file_bufio *)stream)->fd;
	return close(fd) == 0 ? result : EOF;
}

// Somebody who waits for an answer should see the question.
static ssize_t standard_read(int fd, void *buffer, size_t bytes)
{
	(void)fflush(stdout);
	return read(fd, buffer, bytes);
}

#define STANDARD_STREAM(fd_, buffer_, read_, flag_)                                                \
	{                                                                                              \
		.xfile = FDEV_SETUP_EXT(__bufio_put, __bufio_get, __bufio_flush, standard_close,           \
		                        __bufio_seek, __bufio_setvbuf, (flag_) | __SBUF),                  \
		.fd = (fd_), .bflags = __BLBF, .buf = (buffer_), .size = STREAM_BUFFER_BYTES,              \
		.lock = &lock[(fd_)], .read = (read_), .write = write, .lseek = lseek, .close = close,     \
	}

static struct __lock lock[3] = {
	{PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP},
	{PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP},
	{PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP},
};
static char buffer[3][STREAM_BUFFER_BYTES];
static struct __file_bufio standard[3] = {
	STANDARD_STREAM(STDIN_FILENO, buffer[0], standard_read, __SRD),
	STANDARD_STREAM(STDOUT_FILENO, buffer[1], read, __SWR),
	STANDARD_STREAM(STDERR_FILENO, buffer[2], read, __SWR),
};

FILE *const stdin = &standard[0].xfile.cfile.file;
FILE *const stdout = &standard[1].xfile.cfile.file;
FILE *const stderr = &standard[2].xfile.cfile.file;

static int tracked_close(FILE *stream)
{
	for (unsigned i = 0; i < STREAMS; i++) {
		if (opened[i] == stream)
			opened[i] = NULL;
	}
	return __bufio_close(stream);
}

FILE *__wrap_fdopen(int fd, const char *mode)
{
	unsigned place = 0;
	while (place < STREAMS && opened[place])
		place++;
	if (place == STREAMS) {
		errno = EMFILE;
		return NULL;
	}
	FILE *stream = __real_fdopen(fd, mode);
	if (stream) {
		((struct __file_bufio *)stream)->xfile.cfile.close = tracked_close;
		opened[place] = stream;
	}
	return stream;
}

// In the child of fork: a thread that is not there may have held them.
void stream_locks_reset(void)
{
	for (unsigned i = 0; i < sizeof(lock) / sizeof(lock[0]); i++)
		lock[i].mutex = (pthread_mutex_t)PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
	for (unsigned i = 0; i < STREAMS; i++) {
		if (opened[i])
			((struct __file_bufio *)opened[i])->lock->mutex =
				(pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	}
}

// Runs after the functions that the program gave to atexit: these may still print.
__attribute__((destructor)) static void streams_flush(void)
{
	for (unsigned i = 0; i < STREAMS; i++) {
		if (opened[i])
			(void)fflush(opened[i]);
	}
	(void)fflush(stdout);
	(void)fflush(stderr);
}
