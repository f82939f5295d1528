// Listing folders: dirent.h.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/files.h"
#include "service.h"
#include "window.h"

#define BUFFER_BYTES 1024

struct folder_stream {
	int fd;
	size_t at; // of the next record
	size_t end;
	struct dirent entry;
	_Alignas(8) char buffer[BUFFER_BYTES];
};

DIR *fdopendir(int fd)
{
	struct stat about;
	if (fstat(fd, &about) != 0)
		return NULL;
	if (!S_ISDIR(about.st_mode)) {
		errno = ENOTDIR;
		return NULL;
	}
	DIR *stream = malloc(sizeof(*stream));
	if (stream) {
		stream->fd = fd;
		stream->at = stream->end = 0;
	}
	return stream;
}

DIR *opendir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	DIR *stream = fdopendir(fd);
	if (!stream)
		(void)close(fd);
	return stream;
}

static fl_error_t buffer_fill(DIR *stream)
{
	struct window window;
	if (!window_claim(BUFFER_BYTES, &window))
		return FL_NO_MEMORY;
	struct fl_message m = {
		.word = {FILES_HEAD(FILES_ENTRIES, 0, stream->fd), 0, window.offset, BUFFER_BYTES}};
	fl_error_t error = service_call(SLOT_FILES, &m);
	stream->at = 0;
	stream->end = error == FL_OK && m.word[1] <= BUFFER_BYTES ? m.word[1] : 0;
	memcpy(stream->buffer, window.memory, stream->end);
	window_release(&window);
	return error;
}

// NULL with errno as it was: the end.
struct dirent *readdir(DIR *stream)
{
	fl_error_t error = stream->at < stream->end ? FL_OK : buffer_fill(stream);
	if (error != FL_OK)
		(void)error_return(error);
	if (stream->at == stream->end)
		return NULL;
	const struct files_entry *record = (const struct files_entry *)(stream->buffer + stream->at);
	stream->at += record->bytes;
	stream->entry.d_ino = (ino_t)record->number;
	stream->entry.d_type = record->kind == FILES_FOLDER    ? DT_DIR
	                       : record->kind == FILES_REGULAR ? DT_REG
	                                                       : DT_CHR;
	memcpy(stream->entry.d_name, record->name, record->name_bytes);
	stream->entry.d_name[record->name_bytes] = '\0';
	return &stream->entry;
}

void rewinddir(DIR *stream)
{
	stream->at = stream->end = 0;
	(void)lseek(stream->fd, 0, SEEK_SET);
}

int dirfd(DIR *stream)
{
	return stream->fd;
}

int closedir(DIR *stream)
{
	int fd = stream->fd;
	free(stream);
	return close(fd);
}
