// What the file server's tree needs on a host: pages that can be made to run out, and emptying the
// tree again. Not here: any check.
#ifndef TREE_HOST_H
#define TREE_HOST_H

#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "pool.h"
#include "tree.h"

#define HOST_PAGES 4096

static void *host_page[HOST_PAGES];
static unsigned host_taken;
static unsigned host_limit = HOST_PAGES; // pages that may still be taken

page_t page_take(void)
{
	if (!host_limit)
		return 0;
	for (page_t page = 1; page < HOST_PAGES; page++) {
		if (host_page[page])
			continue;
		host_page[page] = calloc(1, PAGE_BYTES);
		host_taken++;
		host_limit--;
		return page;
	}
	return 0;
}

void page_give(page_t page)
{
	free(host_page[page]);
	host_page[page] = NULL;
	host_taken--;
}

void *page_memory(page_t page)
{
	return host_page[page];
}

static inline void tree_empty(struct inode *folder)
{
	struct folder_entry entry;
	for (uint64_t cursor = 0; folder_next(folder, &cursor, &entry);) {
		struct place place = {folder, entry.name, entry.name_bytes, 0, entry.inode};
		if (entry.inode->kind == FILES_FOLDER)
			tree_empty(entry.inode);
		if ((entry.inode->kind == FILES_FOLDER ? tree_rmdir(&place) : tree_unlink(&place)) != FL_OK)
			abort();
	}
}

// Everything goes, the root too: tree_build can start again.
static inline void tree_end(void)
{
	tree_empty(tree_root());
	tree_root()->links = 0;
	inode_settle(tree_root());
	if (host_taken || inodes_used())
		abort();
}

#endif
