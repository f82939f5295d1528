// Files by path: what POSIX calls stat, unlink, mkdir and so on, and file_walk for libsys.
//
// Not here: descriptors (descriptor.c), listing folders (folder.c).
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "copy.h"
#include "fl/file.h"
#include "path.h"
#include "service.h"
#include "status.h"
#include "window.h"

fl_error_t file_walk(const char *path, struct file_status *status)
{
	struct fl_message m;
	fl_error_t error = path_call(FILES_STAT, 0, path, &m);
	if (error != FL_OK)
		return error;
	*status = (struct file_status){
		.file = m.word[2],
		.size = m.word[1],
		.kind = FILES_WHAT_KIND(m.word[3]),
		.mode = FILES_WHAT_MODE(m.word[3]),
	};
	return FL_OK;
}

fl_error_t status_fill(struct stat *out, const struct fl_message *m)
{
	static const mode_t types[] = {
		[FILES_REGULAR] = S_IFREG, [FILES_FOLDER] = S_IFDIR, [FILES_PIPE_END] = S_IFIFO,
		[FILES_CONSOLE] = S_IFCHR, [FILES_NULL] = S_IFCHR,   [FILES_ZERO] = S_IFCHR,
	};
	unsigned kind = FILES_WHAT_KIND(m->word[3]);
	if (kind >= sizeof(types) / sizeof(types[0]))
		return FL_IO;
	struct stat status = {
		.st_ino = (ino_t)m->word[2],
		.st_mode = types[kind] | FILES_WHAT_MODE(m->word[3]),
		.st_nlink = (nlink_t)FILES_WHAT_LINKS(m->word[3]),
		.st_size = (off_t)m->word[1],
		.st_blksize = FL_PAGE_SIZE,
		.st_blocks = (blkcnt_t)(m->word[4] * (FL_PAGE_SIZE / 512)), // POSIX counts in 512 bytes
	};
	return fl_copy(out, &status, sizeof(status));
}

// The usual end of a call that gives nothing but success.
static int result(fl_error_t error)
{
	return error == FL_OK ? 0 : error_return(error);
}

int stat(const char *restrict path, struct stat *restrict out)
{
	struct fl_message m;
	fl_error_t error = path_call(FILES_STAT, 0, path, &m);
	return result(error != FL_OK ? error : status_fill(out, &m));
}

// There are no symbolic links.
int lstat(const char *restrict path, struct stat *restrict out)
{
	return stat(path, out);
}

int access(const char *path, int mode)
{
	struct file_status status;
	if (mode & ~(R_OK | W_OK | X_OK))
		return error_return(FL_BAD_ARGUMENT);
	fl_error_t error = file_walk(path, &status);
	if (error != FL_OK)
		return error_return(error);
	// One user, who may read and write everything; only what is marked can be run.
	if ((mode & X_OK) && !(status.mode & 0111)) {
		errno = EACCES;
		return -1;
	}
	return 0;
}

static int path_result(unsigned label, uint64_t word1, const char *path)
{
	struct fl_message m;
	return result(path_call(label, word1, path, &m));
}

int unlink(const char *path)
{
	return path_result(FILES_UNLINK, 0, path);
}

int rmdir(const char *path)
{
	return path_result(FILES_RMDIR, 0, path);
}

int remove(const char *path)
{
	int saved = errno;
	if (unlink(path) == 0)
		return 0;
	if (errno != EISDIR)
		return -1;
	errno = saved;
	return rmdir(path);
}

int mkdir(const char *path, mode_t mode)
{
	return path_result(FILES_MKDIR, mode & 0777, path);
}

int chdir(const char *path)
{
	return path_result(FILES_CHDIR, 0, path);
}

int link(const char *from, const char *to)
{
	return result(path_call_two(FILES_LINK, from, to));
}

int rename(const char *from, const char *to)
{
	return result(path_call_two(FILES_RENAME, from, to));
}

int truncate(const char *path, off_t bytes)
{
	int fd = open(path, O_WRONLY);
	if (fd < 0)
		return -1;
	int done = ftruncate(fd, bytes);
	int saved = errno;
	(void)close(fd);
	errno = saved;
	return done;
}

static fl_error_t cwd_read(char *buffer, size_t bytes)
{
	struct window window;
	if (!window_claim(FILES_PATH_MAX, &window))
		return FL_NO_MEMORY;
	struct fl_message m = {
		.word = {FILES_WORD0(FILES_GETCWD, 0), 0, window.offset, FILES_PATH_MAX}};
	fl_error_t error = service_call(SLOT_FILES, &m);
	size_t got = error == FL_OK ? m.word[1] : 0;
	if (error == FL_OK && got >= bytes)
		error = FL_TOO_BIG;
	if (error == FL_OK)
		error = fl_copy(buffer, window.memory, got);
	if (error == FL_OK)
		error = fl_copy(buffer + got, "", 1);
	window_release(&window);
	return error;
}

char *getcwd(char *buffer, size_t bytes)
{
	char *own = NULL;
	if (!buffer) {
		bytes = bytes ? bytes : FILES_PATH_MAX;
		buffer = own = malloc(bytes);
		if (!own)
			return NULL;
	}
	fl_error_t error = bytes ? cwd_read(buffer, bytes) : FL_BAD_ARGUMENT;
	if (error == FL_OK)
		return buffer;
	(void)error_return(error);
	if (error == FL_TOO_BIG)
		errno = ERANGE;
	free(own);
	return NULL;
}
