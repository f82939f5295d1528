// Descriptors: open, close, dup, pipe, fcntl and what asks about them. The file server keeps the
// table; here is nothing but the calls.
//
// Not here: read, write and poll (transfer.c, poll.c), paths (file.c).
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "copy.h"
#include "path.h"
#include "proto/files.h"
#include "service.h"
#include "status.h"

// As many as a terminal has at the least: a serial line does not tell.
#define TERMINAL_ROWS 24
#define TERMINAL_COLUMNS 80

static fl_error_t fd_call(unsigned label, int fd, uint64_t word1, uint64_t word2,
                          struct fl_message *m)
{
	*m = (struct fl_message){.word = {FILES_HEAD(label, 0, fd), word1, word2}};
	return service_call(SLOT_FILES, m);
}

// Calls whose result is w1, or nothing.
static int fd_result(unsigned label, int fd, uint64_t word1, uint64_t word2)
{
	struct fl_message m;
	fl_error_t error = fd_call(label, fd, word1, word2, &m);
	return error == FL_OK ? (int)m.word[1] : error_return(error);
}

static const struct {
	int posix;
	unsigned own;
} flag_pairs[] = {
	{O_APPEND, FILES_O_APPEND},    {O_NONBLOCK, FILES_O_NONBLOCK}, {O_CLOEXEC, FILES_O_CLOEXEC},
	{O_CREAT, FILES_O_CREATE},     {O_EXCL, FILES_O_EXCLUSIVE},    {O_TRUNC, FILES_O_TRUNCATE},
	{O_DIRECTORY, FILES_O_FOLDER},
};
#define FLAG_PAIRS (sizeof(flag_pairs) / sizeof(flag_pairs[0]))

static unsigned flags_own(int posix)
{
	unsigned own = 0;
	for (unsigned i = 0; i < FLAG_PAIRS; i++)
		own |= posix & flag_pairs[i].posix ? flag_pairs[i].own : 0;
	return own;
}

static int flags_posix(unsigned own)
{
	int posix = O_WRONLY;
	if (own & FILES_O_READ)
		posix = own & FILES_O_WRITE ? O_RDWR : O_RDONLY;
	for (unsigned i = 0; i < FLAG_PAIRS; i++)
		posix |= own & flag_pairs[i].own ? flag_pairs[i].posix : 0;
	return posix;
}

int open(const char *path, int flags, ...)
{
	static const unsigned access[] = {[O_RDONLY] = FILES_O_READ,
	                                  [O_WRONLY] = FILES_O_WRITE,
	                                  [O_RDWR] = FILES_O_READ | FILES_O_WRITE};
	mode_t mode = 0;
	if ((flags & O_ACCMODE) > O_RDWR)
		return error_return(FL_BAD_ARGUMENT);
	if (flags & O_CREAT) {
		va_list list;
		va_start(list, flags);
		mode = va_arg(list, mode_t);
		va_end(list);
	}
	struct fl_message m;
	uint64_t word = access[flags & O_ACCMODE] | flags_own(flags) | (uint64_t)(mode & 0777) << 32;
	fl_error_t error = path_call(FILES_OPEN, word, path, &m);
	return error == FL_OK ? (int)m.word[1] : error_return(error);
}

int creat(const char *path, mode_t mode)
{
	return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

int close(int fd)
{
	return fd_result(FILES_CLOSE, fd, 0, 0);
}

int dup(int fd)
{
	return fd_result(FILES_DUP, fd, 0, 0);
}

int dup2(int fd, int to)
{
	if (to < 0)
		return error_return(FL_BAD_HANDLE);
	struct fl_message m;
	fl_error_t error = fd_call(FILES_DUP_TO, fd, (uint64_t)to, 0, &m);
	return error == FL_OK ? to : error_return(error);
}

int pipe2(int fds[2], int flags)
{
	if (flags & ~(O_CLOEXEC | O_NONBLOCK))
		return error_return(FL_BAD_ARGUMENT);
	struct fl_message m;
	fl_error_t error = fd_call(FILES_PIPE, 0, flags_own(flags), 0, &m);
	if (error != FL_OK)
		return error_return(error);
	int pair[2] = {(int)m.word[1], (int)m.word[2]};
	error = fl_copy(fds, pair, sizeof(pair));
	if (error == FL_OK)
		return 0;
	(void)close(pair[0]);
	(void)close(pair[1]);
	return error_return(error);
}

int pipe(int fds[2])
{
	return pipe2(fds, 0);
}

static int flags_get(int fd)
{
	return fd_result(FILES_FLAGS_GET, fd, 0, 0);
}

int fcntl(int fd, int command, ...)
{
	va_list list;
	va_start(list, command);
	int value = va_arg(list, int); // of commands without one it is not used
	va_end(list);
	int flags;
	switch (command) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		if (value < 0)
			return error_return(FL_BAD_ARGUMENT);
		return fd_result(FILES_DUP, fd, (uint64_t)value, command == F_DUPFD ? 0 : FILES_O_CLOEXEC);
	case F_GETFD:
		flags = flags_get(fd);
		return flags < 0 ? -1 : flags & FILES_O_CLOEXEC ? FD_CLOEXEC : 0;
	case F_SETFD:
		return fd_result(FILES_CLOEXEC_SET, fd, (value & FD_CLOEXEC) != 0, 0) < 0 ? -1 : 0;
	case F_GETFL:
		flags = flags_get(fd);
		return flags < 0 ? -1 : flags_posix((unsigned)flags & ~FILES_O_CLOEXEC);
	case F_SETFL:
		flags = (int)(flags_own(value) & (FILES_O_APPEND | FILES_O_NONBLOCK));
		return fd_result(FILES_FLAGS_SET, fd, (uint64_t)flags, 0) < 0 ? -1 : 0;
	default:
		return error_return(FL_BAD_ARGUMENT);
	}
}

int fstat(int fd, struct stat *out)
{
	struct fl_message m;
	fl_error_t error = fd_call(FILES_FSTAT, fd, 0, 0, &m);
	if (error == FL_OK)
		error = status_fill(out, &m);
	return error == FL_OK ? 0 : error_return(error);
}

off_t lseek(int fd, off_t offset, int whence)
{
	if (whence != SEEK_SET && whence != SEEK_CUR && whence != SEEK_END)
		return error_return(FL_BAD_ARGUMENT);
	uint64_t from = whence == SEEK_SET   ? FILES_SEEK_SET
	                : whence == SEEK_CUR ? FILES_SEEK_CURRENT
	                                     : FILES_SEEK_END;
	struct fl_message m;
	fl_error_t error = fd_call(FILES_SEEK, fd, (uint64_t)offset, from, &m);
	return error == FL_OK ? (off_t)m.word[1] : error_return(error);
}

int ftruncate(int fd, off_t bytes)
{
	if (bytes < 0)
		return error_return(FL_BAD_ARGUMENT);
	return fd_result(FILES_TRUNCATE, fd, (uint64_t)bytes, 0) < 0 ? -1 : 0;
}

// What was written is in the file already.
int fsync(int fd)
{
	return flags_get(fd) < 0 ? -1 : 0;
}

int isatty(int fd)
{
	struct fl_message m;
	fl_error_t error = fd_call(FILES_FSTAT, fd, 0, 0, &m);
	if (error == FL_OK && FILES_WHAT_KIND(m.word[3]) == FILES_CONSOLE)
		return 1;
	(void)error_return(error);
	if (error == FL_OK)
		errno = ENOTTY;
	return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	static const struct winsize size = {.ws_row = TERMINAL_ROWS, .ws_col = TERMINAL_COLUMNS};
	if (!isatty(fd))
		return -1;
	if (request != TIOCGWINSZ)
		return error_return(FL_BAD_ARGUMENT);
	va_list list;
	va_start(list, request);
	struct winsize *out = va_arg(list, struct winsize *);
	va_end(list);
	fl_error_t error = fl_copy(out, &size, sizeof(size));
	return error == FL_OK ? 0 : error_return(error);
}
