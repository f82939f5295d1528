// Inodes: what a file is, without its names. The contents lie in pages of the pool; what was never
// written of a file of the boot archive is still there. Plain C: runs on a host.
#ifndef INODE_H
#define INODE_H

#include <stdint.h>

#include "abi/error.h"
#include "pool.h"
#include "proto/files.h"

#define INODES_MAX 2048
#define INODE_BYTES_MAX (1ul << 32)
#define INODE_LINKS_MAX 32000

// The pages are a tree of tables with 1024 entries: height 1 is one page of data, height 0 nothing.
// An entry of 0 is a hole: there the source shows, and zeros behind its end. No table is empty.
// An inode without links and references is free. Only folders have a parent; it is the folder that
// holds their name, and themselves for the root.
struct inode {
	uint64_t bytes;
	const uint8_t *source; // in the boot archive
	uint64_t source_bytes; // never above `bytes`
	uint64_t serial;       // counts the uses of this place, so that numbers are not used twice
	page_t root;
	uint32_t pages;      // of data and tables
	uint32_t references; // open files, working folders
	struct inode *parent;
	uint16_t links;
	uint16_t mode; // 0777
	uint8_t kind;  // enum files_kind
	uint8_t height;
};

// One that has neither links nor references yet: give it one or call inode_settle. NULL: no place.
struct inode *inode_create(enum files_kind kind, unsigned mode);
// Frees it and its pages if nothing holds it any more.
void inode_settle(struct inode *inode);
uint64_t inode_number(const struct inode *inode);
struct inode *inode_find(uint64_t number); // NULL: gone or never there
uint32_t inode_index(const struct inode *inode);
struct inode *inode_at(uint32_t index);
unsigned inodes_used(void);

// The bytes of page `page`, where they lie in memory: a page of the pool, or 0 for a hole.
page_t inode_page(const struct inode *inode, uint64_t page);
// The same, but a hole becomes a page with what showed there. 0: FILES_NO_SPACE.
page_t inode_page_make(struct inode *inode, uint64_t page);
// Gives back pages [first, last).
void inode_pages_drop(struct inode *inode, uint64_t first, uint64_t last);

// Copies at most `bytes` from offset on; returns how many there were.
uint64_t inode_read(const struct inode *inode, uint64_t offset, void *to, uint64_t bytes);
// *done may be less than `bytes` on success; FILES_NO_SPACE, FILES_FILE_TOO_BIG: it is 0.
fl_error_t inode_write(struct inode *inode, uint64_t offset, const void *from, uint64_t bytes,
                       uint64_t *done) __attribute__((warn_unused_result));
// FILES_NO_SPACE: nothing changed. FILES_FILE_TOO_BIG.
fl_error_t inode_resize(struct inode *inode, uint64_t bytes) __attribute__((warn_unused_result));

#endif
