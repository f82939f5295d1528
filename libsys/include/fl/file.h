// Files of the file server by path and number: what lies under open and read, and folder listings
// (picolibc's dirent.h is not usable). The server is read-only.
#ifndef FL_FILE_H
#define FL_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "fl/kernel.h"
#include "proto/files.h"

struct file_status {
	uint64_t file; // the server's number, valid for ever
	uint64_t size; // bytes
	unsigned kind; // enum files_kind
	unsigned mode; // permission bits, 0777
};

// Every path starts at the root folder, with or without a leading slash. "." and ".." work, empty
// parts count as ".". FL_NO_FILE, FL_NOT_DIRECTORY, FL_TOO_BIG (a name or the depth).
FL_CHECKED fl_error_t file_walk(const char *path, struct file_status *status);

FL_CHECKED fl_error_t file_status_read(uint64_t file, struct file_status *status);

// Up to `bytes` from `offset` on; *done = bytes copied, fewer only at the end of the file.
FL_CHECKED fl_error_t file_read(uint64_t file, uint64_t offset, void *buffer, size_t bytes,
                                size_t *done);

// Entry `index` (0, 1 ...) of a folder. FL_EMPTY after the last.
FL_CHECKED fl_error_t file_entry(uint64_t folder, uint64_t index, char name[FILES_NAME_MAX + 1],
                                 uint64_t *file);

#endif
