// xv6's calls about files, over POSIX's: other flags, another struct stat, paths without permission
// bits. A bad pointer gives -1.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "copy.h"
#include "xv6.h"

#define XV6_WRITABLE 0x003
#define XV6_CREATE 0x200
#define XV6_TRUNCATE 0x400
#define XV6_DIRECTORY 1
#define XV6_FILE 2
#define XV6_DEVICE 3
#define MODE_ALL 0777 // there are no modes in xv6: who made a program may run it

struct xv6_stat {
	int device;
	xv6_uint inode;
	short type;
	short links;
	uint64_t size;
};

_Static_assert(sizeof(struct xv6_stat) == 24, "xv6's struct stat");

int xv6_open(const char *path, int flags);
int xv6_fstat(int fd, struct xv6_stat *status);
int xv6_stat(const char *path, struct xv6_stat *status);
int xv6_pipe(int *ends);
int xv6_dup(int fd);
int xv6_chdir(const char *path);
int xv6_mkdir(const char *path);
int xv6_mknod(const char *path, short major, short minor);
int xv6_link(const char *from, const char *to);
int xv6_unlink(const char *path);

static int flags_translate(int flags)
{
	int access = flags & O_WRONLY ? O_WRONLY : O_RDONLY; // with both bits xv6 only writes
	if ((flags & XV6_WRITABLE) == O_RDWR)
		access = O_RDWR;
	return access | (flags & XV6_CREATE ? O_CREAT : 0) | (flags & XV6_TRUNCATE ? O_TRUNC : 0);
}

int xv6_open(const char *path, int flags)
{
	char file[XV6_PATH_BYTES];
	int translated = flags_translate(flags);
	if (!path_fetch(file, path))
		return -1;
	int fd = open(file, translated, MODE_ALL);
	if (fd < 0 && path_to_bin(file))
		fd = open(file, translated, MODE_ALL);
	return fd;
}

int xv6_fstat(int fd, struct xv6_stat *status)
{
	struct stat posix;
	if (fstat(fd, &posix) != 0)
		return -1;
	struct xv6_stat result = {
		.device = (int)posix.st_dev,
		.inode = (xv6_uint)posix.st_ino,
		.type = S_ISDIR(posix.st_mode)   ? XV6_DIRECTORY
	            : S_ISREG(posix.st_mode) ? XV6_FILE
	                                     : XV6_DEVICE,
		.links = (short)posix.st_nlink,
		.size = (uint64_t)posix.st_size,
	};
	return fl_copy(status, &result, sizeof(result)) == FL_OK ? 0 : -1;
}

int xv6_stat(const char *path, struct xv6_stat *status)
{
	int fd = xv6_open(path, O_RDONLY);
	if (fd < 0)
		return -1;
	int result = xv6_fstat(fd, status);
	(void)close(fd);
	return result;
}

int xv6_pipe(int *ends)
{
	int fd[2];
	if (pipe(fd) != 0)
		return -1;
	if (fl_copy(ends, fd, sizeof(fd)) == FL_OK)
		return 0;
	(void)close(fd[0]);
	(void)close(fd[1]);
	return -1;
}

int xv6_dup(int fd)
{
	return dup(fd);
}

int xv6_chdir(const char *path)
{
	char folder[XV6_PATH_BYTES];
	return path_fetch(folder, path) ? chdir(folder) : -1;
}

int xv6_mkdir(const char *path)
{
	char folder[XV6_PATH_BYTES];
	return path_fetch(folder, path) ? mkdir(folder, MODE_ALL) : -1;
}

// Devices are not made by programs here.
int xv6_mknod(const char *path, short major, short minor)
{
	(void)path;
	(void)major;
	(void)minor;
	return -1;
}

int xv6_link(const char *from, const char *to)
{
	char old[XV6_PATH_BYTES];
	char new[XV6_PATH_BYTES];
	struct stat status;
	if (!path_fetch(old, from) || !path_fetch(new, to))
		return -1;
	if (stat(old, &status) != 0 && path_to_bin(old) && stat(old, &status) != 0)
		return -1;
	return link(old, new);
}

static bool name_is_dots(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

// Removes empty folders too.
int xv6_unlink(const char *path)
{
	char file[XV6_PATH_BYTES];
	struct stat status;
	if (!path_fetch(file, path) || name_is_dots(file) || stat(file, &status) != 0)
		return -1;
	return S_ISDIR(status.st_mode) ? rmdir(file) : unlink(file);
}
