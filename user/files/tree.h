// The tree of names: paths, and the operations that change it. Plain C.
#ifndef TREE_H
#define TREE_H

#include "inode.h"

// Where a path leads: its last part in the folder before it, and what is there. A path that ends in
// "." or "..", or is "/", has no last part: name_bytes is 0 and folder NULL.
struct place {
	struct inode *folder;
	const char *name; // in the path
	unsigned name_bytes;
	int wants_folder;    // a slash stood behind the name
	struct inode *inode; // NULL: nothing of that name
};

// Puts the files of the archive into an empty tree. FL_BAD_ARGUMENT: it is malformed; what was read
// until then is there. *ignored = entries without a place here.
fl_error_t tree_build(const void *archive, uint64_t bytes, unsigned *ignored);
struct inode *tree_root(void);

// `from`: where a path without a slash in front starts. FL_NO_FILE, FL_NOT_DIRECTORY,
// FILES_LONG_NAME.
fl_error_t path_find(struct inode *from, const char *path, unsigned bytes, struct place *place)
	__attribute__((warn_unused_result));
// The same, and something must be there.
fl_error_t path_inode(struct inode *from, const char *path, unsigned bytes, struct inode **inode)
	__attribute__((warn_unused_result));

fl_error_t tree_create(const struct place *place, enum files_kind kind, unsigned mode,
                       struct inode **inode) __attribute__((warn_unused_result));
fl_error_t tree_unlink(const struct place *place) __attribute__((warn_unused_result));
fl_error_t tree_rmdir(const struct place *place) __attribute__((warn_unused_result));
fl_error_t tree_link(struct inode *inode, const struct place *to)
	__attribute__((warn_unused_result));
fl_error_t tree_rename(const struct place *from, const struct place *to)
	__attribute__((warn_unused_result));

// The folder's path, written to the end of `buffer`; *start = where it begins there. FL_NO_FILE: it
// was removed. FILES_LONG_NAME.
fl_error_t tree_path(const struct inode *folder, char *buffer, unsigned bytes, unsigned *start)
	__attribute__((warn_unused_result));

#endif
