// Folders. See folder.h.
//
// A page of a folder is filled with records, one behind the other, without a gap. A record has a
// name, or it is free. A page whose records are all free is given back.
#include "folder.h"

#include <stddef.h>

#include "fl/string.h"

struct record {
	uint16_t bytes;      // to the next one; a multiple of 8
	uint16_t name_bytes; // 0: free
	uint32_t inode;
	char name[];
};

static unsigned record_need(unsigned name_bytes)
{
	return (unsigned)(sizeof(struct record) + name_bytes + 7) & ~7u;
}

static struct record *record_at(page_t page, unsigned at)
{
	return (struct record *)((uint8_t *)page_memory(page) + at);
}

static uint64_t folder_pages(const struct inode *folder)
{
	return folder->bytes / PAGE_BYTES;
}

// The record of that name; *number = its page.
static struct record *record_find(const struct inode *folder, const char *name, unsigned bytes,
                                  uint64_t *number)
{
	for (*number = 0; *number < folder_pages(folder); (*number)++) {
		page_t page = inode_page(folder, *number);
		for (unsigned at = 0; page && at < PAGE_BYTES; at += record_at(page, at)->bytes) {
			struct record *record = record_at(page, at);
			if (record->name_bytes == bytes && memcmp(record->name, name, bytes) == 0)
				return record;
		}
	}
	return NULL;
}

struct inode *folder_find(const struct inode *folder, const char *name, unsigned bytes)
{
	uint64_t number;
	const struct record *record = record_find(folder, name, bytes, &number);
	return record ? inode_at(record->inode) : NULL;
}

// A free record with room for a name, split off from one that has more than it needs.
static struct record *record_room(page_t page, unsigned need)
{
	for (unsigned at = 0; at < PAGE_BYTES; at += record_at(page, at)->bytes) {
		struct record *record = record_at(page, at);
		if (record->name_bytes || record->bytes < need)
			continue;
		if (record->bytes - need >= record_need(1)) {
			*record_at(page, at + need) =
				(struct record){.bytes = (uint16_t)(record->bytes - need)};
			record->bytes = (uint16_t)need;
		}
		return record;
	}
	return NULL;
}

fl_error_t folder_add(struct inode *folder, const char *name, unsigned bytes,
                      const struct inode *inode)
{
	struct record *record = NULL;
	uint64_t hole = folder_pages(folder);
	for (uint64_t number = 0; number < folder_pages(folder) && !record; number++) {
		page_t page = inode_page(folder, number);
		if (page)
			record = record_room(page, record_need(bytes));
		else if (number < hole)
			hole = number;
	}
	if (!record) {
		page_t page = hole < INODE_BYTES_MAX / PAGE_BYTES ? inode_page_make(folder, hole) : 0;
		if (!page)
			return FILES_NO_SPACE;
		if ((hole + 1) * PAGE_BYTES > folder->bytes)
			folder->bytes = (hole + 1) * PAGE_BYTES;
		record_at(page, 0)->bytes = PAGE_BYTES;
		record = record_room(page, record_need(bytes));
	}
	record->name_bytes = (uint16_t)bytes;
	record->inode = inode_index(inode);
	memcpy(record->name, name, bytes);
	return FL_OK;
}

void folder_replace(struct inode *folder, const char *name, unsigned bytes,
                    const struct inode *inode)
{
	uint64_t number;
	record_find(folder, name, bytes, &number)->inode = inode_index(inode);
}

// Makes one of free records that are neighbours.
static void page_merge(page_t page)
{
	for (unsigned at = 0; at < PAGE_BYTES;) {
		struct record *record = record_at(page, at);
		unsigned behind = at + record->bytes;
		if (!record->name_bytes && behind < PAGE_BYTES && !record_at(page, behind)->name_bytes)
			record->bytes = (uint16_t)(record->bytes + record_at(page, behind)->bytes);
		else
			at = behind;
	}
}

void folder_remove(struct inode *folder, const char *name, unsigned bytes)
{
	uint64_t number;
	record_find(folder, name, bytes, &number)->name_bytes = 0;
	page_t page = inode_page(folder, number);
	page_merge(page);
	if (record_at(page, 0)->name_bytes || record_at(page, 0)->bytes < PAGE_BYTES)
		return;
	inode_pages_drop(folder, number, number + 1);
	while (folder->bytes && !inode_page(folder, folder_pages(folder) - 1))
		folder->bytes -= PAGE_BYTES;
}

int folder_next(const struct inode *folder, uint64_t *cursor, struct folder_entry *entry)
{
	for (uint64_t number = *cursor / PAGE_BYTES; number < folder_pages(folder); number++) {
		page_t page = inode_page(folder, number);
		for (unsigned at = 0; page && at < PAGE_BYTES; at += record_at(page, at)->bytes) {
			const struct record *record = record_at(page, at);
			if (!record->name_bytes || number * PAGE_BYTES + at < *cursor)
				continue;
			*entry =
				(struct folder_entry){inode_at(record->inode), record->name, record->name_bytes};
			// Not record->bytes: that may shrink before the next call.
			*cursor = number * PAGE_BYTES + at + sizeof(struct record);
			return 1;
		}
	}
	return 0;
}
