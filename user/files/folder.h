// Folders: names and the inodes that they lead to. "." and ".." are not stored. Plain C.
#ifndef FOLDER_H
#define FOLDER_H

#include "inode.h"

// A folder is empty exactly if it has no pages. The functions do not count links.
struct inode *folder_find(const struct inode *folder, const char *name, unsigned bytes); // NULL
// The name is not there yet. FILES_NO_SPACE: nothing changed.
fl_error_t folder_add(struct inode *folder, const char *name, unsigned bytes,
                      const struct inode *inode) __attribute__((warn_unused_result));
// The name is there.
void folder_replace(struct inode *folder, const char *name, unsigned bytes,
                    const struct inode *inode);
void folder_remove(struct inode *folder, const char *name, unsigned bytes);

struct folder_entry {
	struct inode *inode;
	const char *name; // not terminated
	unsigned name_bytes;
};

// The first entry at or behind *cursor (0: the start); *cursor then is behind it. Other entries may
// come and go meanwhile. 0: there is none.
int folder_next(const struct inode *folder, uint64_t *cursor, struct folder_entry *entry);

#endif
