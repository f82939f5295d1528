// xv6's malloc and free. Its programs rely on a malloc that fails when memory is short, so this one
// takes its memory eagerly. Free blocks are kept sorted and joined; first fit.
#include "xv6.h"

#define GROW_BYTES (64u << 10)

struct block {
	size_t bytes; // of the whole block, this header included; a multiple of its size
	struct block *next;
};

void *xv6_malloc(xv6_uint bytes);
void xv6_free(void *memory);

static struct block *first_free;

static void block_insert(struct block *block)
{
	struct block **link = &first_free;
	struct block *before = NULL;
	while (*link && *link < block) {
		before = *link;
		link = &before->next;
	}
	block->next = *link;
	*link = block;
	if (block->next && (char *)block + block->bytes == (char *)block->next) {
		block->bytes += block->next->bytes;
		block->next = block->next->next;
	}
	if (before && (char *)before + before->bytes == (char *)block) {
		before->bytes += block->bytes;
		before->next = block->next;
	}
}

static bool heap_grow(size_t bytes)
{
	if (bytes < GROW_BYTES)
		bytes = GROW_BYTES;
	// The program may have moved the break itself, to any byte.
	size_t gap = -(uintptr_t)xv6_sbrk(0) % sizeof(struct block);
	if (bytes + gap > INT32_MAX)
		return false;
	char *memory = xv6_sbrk((int)(bytes + gap));
	if (memory == (char *)-1)
		return false;
	struct block *block = (struct block *)(void *)(memory + gap);
	block->bytes = bytes;
	block_insert(block);
	return true;
}

// The end of a free block that is large enough, or the whole of it.
static struct block *block_take(size_t bytes)
{
	for (struct block **link = &first_free; *link; link = &(*link)->next) {
		struct block *block = *link;
		if (block->bytes < bytes)
			continue;
		if (block->bytes == bytes) {
			*link = block->next;
			return block;
		}
		block->bytes -= bytes;
		block = (struct block *)(void *)((char *)block + block->bytes);
		block->bytes = bytes;
		return block;
	}
	return NULL;
}

void *xv6_malloc(xv6_uint wanted)
{
	size_t bytes =
		(wanted + 2 * sizeof(struct block) - 1) / sizeof(struct block) * sizeof(struct block);
	struct block *block = block_take(bytes);
	if (!block && heap_grow(bytes))
		block = block_take(bytes);
	return block ? block + 1 : NULL;
}

void xv6_free(void *memory)
{
	if (memory)
		block_insert((struct block *)memory - 1);
}
