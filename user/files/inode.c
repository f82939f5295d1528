// Inodes and their contents. See inode.h.
#include "inode.h"

#include <stddef.h>

#include "fl/string.h"

#define TABLE_BITS 10
#define TABLE_ENTRIES (1u << TABLE_BITS)
#define HEIGHT_MAX 3

static struct inode inodes[INODES_MAX];
static unsigned used;
static unsigned next; // where the search for a free place goes on

_Static_assert(INODE_BYTES_MAX / PAGE_BYTES == 1ul << TABLE_BITS * (HEIGHT_MAX - 1),
               "three levels");

struct inode *inode_create(enum files_kind kind, unsigned mode)
{
	if (used == INODES_MAX)
		return NULL;
	while (inodes[next].kind)
		next = (next + 1) % INODES_MAX;
	struct inode *inode = &inodes[next];
	used++;
	*inode = (struct inode){
		.serial = inode->serial + 1, .kind = (uint8_t)kind, .mode = (uint16_t)(mode & 0777)};
	return inode;
}

void inode_settle(struct inode *inode)
{
	if (inode->links || inode->references)
		return;
	inode_pages_drop(inode, 0, INODE_BYTES_MAX / PAGE_BYTES);
	inode->kind = 0;
	used--;
}

uint64_t inode_number(const struct inode *inode)
{
	return inode->serial * INODES_MAX + inode_index(inode);
}

struct inode *inode_find(uint64_t number)
{
	struct inode *inode = &inodes[number % INODES_MAX];
	return inode->kind && inode->serial == number / INODES_MAX ? inode : NULL;
}

uint32_t inode_index(const struct inode *inode)
{
	return (uint32_t)(inode - inodes);
}

struct inode *inode_at(uint32_t index)
{
	return &inodes[index];
}

unsigned inodes_used(void)
{
	return used;
}

// Pages that a tree of this height can hold.
static uint64_t capacity(unsigned height)
{
	return height ? 1ul << TABLE_BITS * (height - 1) : 0;
}

page_t inode_page(const struct inode *inode, uint64_t page)
{
	page_t at = page < capacity(inode->height) ? inode->root : 0;
	for (unsigned height = inode->height; at && height > 1; height--) {
		const page_t *table = page_memory(at);
		at = table[page >> TABLE_BITS * (height - 2) & (TABLE_ENTRIES - 1)];
	}
	return at;
}

static int table_is_empty(const page_t *table)
{
	for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
		if (table[i])
			return 0;
	}
	return 1;
}

// Gives back what lies in pages [first, last), counted from the subtree's first; 0 if nothing of
// the subtree is left, else `at`.
static page_t subtree_drop(struct inode *inode, page_t at, unsigned height, uint64_t first,
                           uint64_t last)
{
	if (!at || first >= last || first >= capacity(height))
		return at;
	if (height > 1) {
		page_t *table = page_memory(at);
		uint64_t span = capacity(height - 1);
		for (uint64_t i = first / span; i < TABLE_ENTRIES && i * span < last; i++) {
			uint64_t base = i * span;
			table[i] = subtree_drop(inode, table[i], height - 1, first > base ? first - base : 0,
			                        last - base < span ? last - base : span);
		}
		if (!table_is_empty(table))
			return at;
	}
	page_give(at);
	inode->pages--;
	return 0;
}

void inode_pages_drop(struct inode *inode, uint64_t first, uint64_t last)
{
	inode->root = subtree_drop(inode, inode->root, inode->height, first, last);
	if (!inode->root)
		inode->height = 0;
}

static page_t inode_page_take(struct inode *inode)
{
	page_t page = page_take();
	inode->pages += page != 0;
	return page;
}

// Makes the tree high enough for the page.
static int tree_grow(struct inode *inode, uint64_t page)
{
	while (page >= capacity(inode->height)) {
		if (inode->root) {
			page_t table = inode_page_take(inode);
			if (!table)
				return 0;
			*(page_t *)page_memory(table) = inode->root;
			inode->root = table;
		}
		inode->height++;
	}
	return 1;
}

static void page_fill(const struct inode *inode, uint64_t page, void *memory)
{
	uint64_t offset = page * PAGE_BYTES;
	if (offset >= inode->source_bytes)
		return;
	uint64_t left = inode->source_bytes - offset;
	memcpy(memory, inode->source + offset, left < PAGE_BYTES ? left : PAGE_BYTES);
}

page_t inode_page_make(struct inode *inode, uint64_t page)
{
	page_t at = inode_page(inode, page);
	if (at)
		return at;
	if (tree_grow(inode, page)) {
		page_t *entry = &inode->root;
		for (unsigned height = inode->height; height; height--) {
			if (!*entry)
				*entry = inode_page_take(inode);
			at = *entry;
			if (!at)
				break;
			if (height > 1)
				entry = (page_t *)page_memory(at) +
				        (page >> TABLE_BITS * (height - 2) & (TABLE_ENTRIES - 1));
		}
	}
	if (at)
		page_fill(inode, page, page_memory(at));
	else // a table on the way may be empty
		inode_pages_drop(inode, page, page + 1);
	return at;
}

// What there is to copy at `offset` without crossing a page.
static uint64_t piece(uint64_t offset, uint64_t bytes)
{
	uint64_t left = PAGE_BYTES - offset % PAGE_BYTES;
	return bytes < left ? bytes : left;
}

uint64_t inode_read(const struct inode *inode, uint64_t offset, void *to, uint64_t bytes)
{
	if (offset >= inode->bytes)
		return 0;
	if (bytes > inode->bytes - offset)
		bytes = inode->bytes - offset;
	uint8_t *at = to;
	for (uint64_t left = bytes; left;) {
		uint64_t part = piece(offset, left);
		page_t page = inode_page(inode, offset / PAGE_BYTES);
		if (page) {
			memcpy(at, (const uint8_t *)page_memory(page) + offset % PAGE_BYTES, part);
		} else {
			uint64_t there = offset < inode->source_bytes ? inode->source_bytes - offset : 0;
			if (there > part)
				there = part;
			if (there)
				memcpy(at, inode->source + offset, there);
			memset(at + there, 0, part - there);
		}
		at += part;
		offset += part;
		left -= part;
	}
	return bytes;
}

fl_error_t inode_write(struct inode *inode, uint64_t offset, const void *from, uint64_t bytes,
                       uint64_t *done)
{
	*done = 0;
	if (offset >= INODE_BYTES_MAX)
		return bytes ? FILES_FILE_TOO_BIG : FL_OK;
	if (bytes > INODE_BYTES_MAX - offset)
		bytes = INODE_BYTES_MAX - offset;
	while (*done < bytes) {
		uint64_t part = piece(offset, bytes - *done);
		page_t page = inode_page_make(inode, offset / PAGE_BYTES);
		if (!page)
			return *done ? FL_OK : FILES_NO_SPACE;
		memcpy((uint8_t *)page_memory(page) + offset % PAGE_BYTES, (const uint8_t *)from + *done,
		       part);
		*done += part;
		offset += part;
		if (offset > inode->bytes)
			inode->bytes = offset;
	}
	return FL_OK;
}

fl_error_t inode_resize(struct inode *inode, uint64_t bytes)
{
	if (bytes > INODE_BYTES_MAX)
		return FILES_FILE_TOO_BIG;
	if (bytes < inode->bytes) {
		// Behind the end of the last page there must be zeros, should the file grow again.
		page_t last = bytes % PAGE_BYTES ? inode_page(inode, bytes / PAGE_BYTES) : 0;
		if (last)
			memset((uint8_t *)page_memory(last) + bytes % PAGE_BYTES, 0,
			       PAGE_BYTES - bytes % PAGE_BYTES);
		inode_pages_drop(inode, (bytes + PAGE_BYTES - 1) / PAGE_BYTES,
		                 INODE_BYTES_MAX / PAGE_BYTES);
		if (inode->source_bytes > bytes)
			inode->source_bytes = bytes;
	}
	inode->bytes = bytes;
	return FL_OK;
}
