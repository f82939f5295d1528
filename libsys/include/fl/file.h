// Files of the file server by number, which is what exec tells procd.
#ifndef FL_FILE_H
#define FL_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "fl/kernel.h"
#include "proto/files.h"

struct file_status {
	uint64_t file; // the server's number, never used for another file
	uint64_t size; // bytes
	unsigned kind; // enum files_kind
	unsigned mode; // permission bits, 0777
};

// FL_NO_FILE, FL_NOT_DIRECTORY, FILES_LONG_NAME, FL_FAULT (path), FL_NO_MEMORY.
FL_CHECKED fl_error_t file_walk(const char *path, struct file_status *status);

#endif
