// Client of the file protocol. Holds no state; descriptors are in descriptor.c.
#include <stdbool.h>
#include <string.h>

#include "fl/file.h"
#include "service.h"

#define DEPTH_MAX 32

static fl_error_t file_step(uint64_t folder, const char *name, size_t length, uint64_t *file,
                            unsigned *kind)
{
	if (length > FILES_NAME_MAX)
		return FL_TOO_BIG;
	struct fl_message m = {.word = {FILES_WORD0(FILES_WALK, length), folder}};
	memcpy(&m.word[2], name, length);
	fl_error_t error = service_call(SLOT_FILES, &m);
	if (error != FL_OK)
		return error;
	*file = m.word[1];
	*kind = (unsigned)m.word[2];
	return FL_OK;
}

fl_error_t file_walk(const char *path, struct file_status *status)
{
	uint64_t trail[DEPTH_MAX] = {FILES_ROOT};
	unsigned depth = 0; // trail[depth] is where we are
	unsigned kind = FILES_FOLDER;

	if (*path == '\0')
		return FL_NO_FILE;
	while (*path != '\0') {
		size_t length = strcspn(path, "/");
		const char *name = path;
		path += length;
		bool slash = *path == '/';
		path += slash;
		if (kind != FILES_FOLDER)
			return FL_NOT_DIRECTORY;
		if (length == 0 || (length == 1 && name[0] == '.'))
			continue;
		if (length == 2 && name[0] == '.' && name[1] == '.') {
			depth -= depth > 0;
			continue;
		}
		if (depth + 1 == DEPTH_MAX)
			return FL_TOO_BIG;
		fl_error_t error = file_step(trail[depth], name, length, &trail[depth + 1], &kind);
		if (error != FL_OK)
			return error;
		depth++;
		if (slash && kind != FILES_FOLDER)
			return FL_NOT_DIRECTORY;
	}
	return file_status_read(trail[depth], status);
}

fl_error_t file_status_read(uint64_t file, struct file_status *status)
{
	struct fl_message m = {.word = {FILES_WORD0(FILES_STAT, 0), file}};
	fl_error_t error = service_call(SLOT_FILES, &m);
	if (error != FL_OK)
		return error;
	*status = (struct file_status){
		.file = file,
		.size = m.word[1],
		.kind = (unsigned)m.word[2],
		.mode = (unsigned)m.word[3],
	};
	return FL_OK;
}

fl_error_t file_read(uint64_t file, uint64_t offset, void *buffer, size_t bytes, size_t *done)
{
	*done = 0;
	while (*done < bytes) {
		size_t want = bytes - *done < FILES_DATA_MAX ? bytes - *done : FILES_DATA_MAX;
		struct fl_message m = {.word = {FILES_WORD0(FILES_READ, want), file, offset + *done}};
		fl_error_t error = service_call(SLOT_FILES, &m);
		if (error != FL_OK)
			return error;
		size_t got = FILES_COUNT(m.word[0]);
		if (got > want)
			return FL_IO; // the server broke its protocol; the buffer is only so long
		memcpy((char *)buffer + *done, &m.word[1], got);
		*done += got;
		if (got < want)
			break;
	}
	return FL_OK;
}

fl_error_t file_entry(uint64_t folder, uint64_t index, char name[FILES_NAME_MAX + 1],
                      uint64_t *file)
{
	struct fl_message m = {.word = {FILES_WORD0(FILES_ENTRY, 0), folder, index}};
	fl_error_t error = service_call(SLOT_FILES, &m);
	if (error != FL_OK)
		return error;
	size_t length = FILES_COUNT(m.word[0]);
	if (length > FILES_NAME_MAX)
		return FL_IO;
	memcpy(name, &m.word[2], length);
	name[length] = '\0';
	*file = m.word[1];
	return FL_OK;
}
