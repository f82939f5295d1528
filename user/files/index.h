// The tree of files in the initrd, built once. Plain C: no kernel calls, so that it runs on a host.
#ifndef INDEX_H
#define INDEX_H

#include <stdint.h>

#include "abi/error.h"

#define INDEX_FILES_MAX 1024
#define INDEX_BUCKETS 1024 // a power of two

// A file's number, as in proto/files.h, is its place in `file` plus 1; numbers never change.
struct index_file {
	const char *name;    // in the archive, not terminated
	uint16_t name_bytes; // 1 .. FILES_NAME_MAX; 0 for the root
	uint16_t kind;       // enum files_kind
	uint32_t mode;       // 0777
	uint64_t offset;     // of the contents, from the archive's first byte
	uint64_t bytes;
	// Places, 0 = none: nothing names the root as child, sibling or in a bucket.
	uint16_t parent;
	uint16_t first_child;
	uint16_t last_child;
	uint16_t sibling;
	uint16_t bucket_next;
};

struct file_index {
	unsigned count;
	unsigned ignored; // entries of the archive that have no place here
	const uint8_t *base;
	uint16_t bucket[INDEX_BUCKETS];
	struct index_file file[INDEX_FILES_MAX];
};

// Reads the whole archive. Entries that are no files or folders, have names that the protocol
// cannot carry, or find no room are counted in `ignored`. FL_BAD_ARGUMENT: the archive is
// malformed; what was read until then is there.
fl_error_t index_build(struct file_index *index, const void *base, uint64_t bytes);

// The file of that number; NULL if there is none.
const struct index_file *index_file(const struct file_index *index, uint64_t number);

// *number = the entry `name` of the folder. FL_NO_FILE, FL_NOT_DIRECTORY.
fl_error_t index_walk(const struct file_index *index, uint64_t folder, const char *name,
                      unsigned name_bytes, uint64_t *number) __attribute__((warn_unused_result));

// *number = the entry at that place of the folder. FL_NO_FILE, FL_NOT_DIRECTORY, FL_EMPTY.
fl_error_t index_entry(const struct file_index *index, uint64_t folder, uint64_t place,
                       uint64_t *number) __attribute__((warn_unused_result));

#endif
