// File descriptors: 0, 1 and 2 are the console, the others files of the read-only file server.
// The table is this process's own memory: fork copies it, exec starts with a new one.
//
// Not here: sharing of offsets between processes, pipes, dup.
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fl/file.h"
#include "proto/console.h"
#include "service.h"

#define DESCRIPTORS 16
#define BLOCK_BYTES 512 // what st_blocks counts

enum descriptor_kind { CLOSED, CONSOLE, FILES };

struct descriptor {
	uint8_t kind; // enum descriptor_kind
	bool readable;
	bool writable;
	uint64_t file;
	uint64_t offset;
};

static struct descriptor table[DESCRIPTORS] = {
	[STDIN_FILENO] = {.kind = CONSOLE, .readable = true},
	[STDOUT_FILENO] = {.kind = CONSOLE, .writable = true},
	[STDERR_FILENO] = {.kind = CONSOLE, .writable = true},
};

static struct descriptor *descriptor_get(int fd)
{
	if (fd < 0 || fd >= DESCRIPTORS || table[fd].kind == CLOSED) {
		errno = EBADF;
		return NULL;
	}
	return &table[fd];
}

// One call: the console hands out at most a line, and a short read is right for a terminal.
static ssize_t console_read(void *buffer, size_t bytes)
{
	size_t want = bytes < CONSOLE_DATA_MAX ? bytes : CONSOLE_DATA_MAX;
	struct fl_message m = {.word = {FILES_WORD0(CONSOLE_READ, want)}};
	fl_error_t error = service_call(SLOT_CONSOLE, &m);
	if (error != FL_OK)
		return error_return(error);
	size_t got = FILES_COUNT(m.word[0]);
	if (got > want)
		return error_return(FL_IO);
	memcpy(buffer, &m.word[1], got);
	return (ssize_t)got;
}

static ssize_t console_write(const char *buffer, size_t bytes)
{
	for (size_t done = 0; done < bytes;) {
		size_t part = bytes - done < CONSOLE_DATA_MAX ? bytes - done : CONSOLE_DATA_MAX;
		struct fl_message m = {.word = {FILES_WORD0(CONSOLE_WRITE, part)}};
		memcpy(&m.word[1], buffer + done, part);
		fl_error_t error = service_call(SLOT_CONSOLE, &m);
		if (error != FL_OK)
			return done > 0 ? (ssize_t)done : error_return(error);
		done += part;
	}
	return (ssize_t)bytes;
}

ssize_t read(int fd, void *buffer, size_t bytes)
{
	struct descriptor *d = descriptor_get(fd);
	if (!d)
		return -1;
	if (!d->readable) {
		errno = EBADF;
		return -1;
	}
	if (bytes > PTRDIFF_MAX)
		return error_return(FL_BAD_ARGUMENT);
	if (bytes == 0)
		return 0;
	if (d->kind == CONSOLE)
		return console_read(buffer, bytes);
	size_t done;
	fl_error_t error = file_read(d->file, d->offset, buffer, bytes, &done);
	if (error != FL_OK && done == 0)
		return error_return(error);
	d->offset += done;
	return (ssize_t)done;
}

ssize_t write(int fd, const void *buffer, size_t bytes)
{
	struct descriptor *d = descriptor_get(fd);
	if (!d)
		return -1;
	if (!d->writable) {
		errno = EBADF;
		return -1;
	}
	if (bytes > PTRDIFF_MAX)
		return error_return(FL_BAD_ARGUMENT);
	return console_write(buffer, bytes);
}

int open(const char *path, int flags, ...)
{
	int fd = 0;
	while (fd < DESCRIPTORS && table[fd].kind != CLOSED)
		fd++;
	if (fd == DESCRIPTORS) {
		errno = EMFILE;
		return -1;
	}
	struct file_status status;
	fl_error_t error = file_walk(path, &status);
	if (error == FL_NO_FILE && (flags & O_CREAT))
		return error_return(FL_READ_ONLY);
	if (error == FL_OK && (flags & O_CREAT) && (flags & O_EXCL))
		return error_return(FL_EXISTS);
	if (error == FL_OK && ((flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC)))
		error = status.kind == FILES_FOLDER ? FL_IS_DIRECTORY : FL_READ_ONLY;
	if (error == FL_TOO_BIG) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (error != FL_OK)
		return error_return(error);
	table[fd] = (struct descriptor){.kind = FILES, .readable = true, .file = status.file};
	return fd;
}

int close(int fd)
{
	struct descriptor *d = descriptor_get(fd);
	if (!d)
		return -1;
	d->kind = CLOSED;
	return 0;
}

static void stat_fill(struct stat *out, const struct file_status *status)
{
	bool folder = status->kind == FILES_FOLDER;
	*out = (struct stat){
		.st_ino = (ino_t)status->file,
		.st_mode = (mode_t)((folder ? S_IFDIR : S_IFREG) | status->mode),
		.st_nlink = 1,
		.st_size = (off_t)status->size,
		.st_blksize = FILES_DATA_MAX,
		.st_blocks = (blkcnt_t)((status->size + BLOCK_BYTES - 1) / BLOCK_BYTES),
	};
}

int stat(const char *restrict path, struct stat *restrict out)
{
	struct file_status status;
	fl_error_t error = file_walk(path, &status);
	if (error == FL_TOO_BIG) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (error != FL_OK)
		return error_return(error);
	stat_fill(out, &status);
	return 0;
}

int fstat(int fd, struct stat *out)
{
	struct descriptor *d = descriptor_get(fd);
	if (!d)
		return -1;
	if (d->kind == CONSOLE) {
		*out = (struct stat){.st_mode = S_IFCHR | 0666, .st_nlink = 1};
		return 0;
	}
	struct file_status status;
	fl_error_t error = file_status_read(d->file, &status);
	if (error != FL_OK)
		return error_return(error);
	stat_fill(out, &status);
	return 0;
}

off_t lseek(int fd, off_t offset, int whence)
{
	struct descriptor *d = descriptor_get(fd);
	if (!d)
		return -1;
	if (d->kind == CONSOLE) {
		errno = ESPIPE;
		return -1;
	}
	off_t base = 0;
	if (whence == SEEK_CUR) {
		base = (off_t)d->offset;
	} else if (whence == SEEK_END) {
		struct file_status status;
		fl_error_t error = file_status_read(d->file, &status);
		if (error != FL_OK)
			return error_return(error);
		base = (off_t)status.size;
	} else if (whence != SEEK_SET) {
		return error_return(FL_BAD_ARGUMENT);
	}
	off_t target;
	if (__builtin_add_overflow(base, offset, &target) || target < 0)
		return error_return(FL_BAD_ARGUMENT);
	d->offset = (uint64_t)target;
	return target;
}

int isatty(int fd)
{
	struct descriptor *d = descriptor_get(fd);
	if (!d)
		return 0;
	if (d->kind != CONSOLE) {
		errno = ENOTTY;
		return 0;
	}
	return 1;
}

// The file server cannot change anything: what exists stays, what does not is missing.
int unlink(const char *path)
{
	struct file_status status;
	fl_error_t error = file_walk(path, &status);
	return error_return(error != FL_OK ? error : FL_READ_ONLY);
}
