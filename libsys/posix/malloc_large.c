// Large blocks: a mapping each, given back when the block is. They are found by address in a table
// of nodes, which are small blocks.
//
// A mapping that cannot be given back (a pager without mappings, or one at its limit of regions) is
// kept, without frames if possible, for a later block.
#include "malloc_heap.h"
#include "malloc_port.h"
#include "malloc_small.h"

#define BUCKETS 256

struct large {
	struct large *next;
	char *start;
	size_t bytes;  // the owner's, in whole pages
	size_t mapped; // room to grow lies behind them, untouched
};

static struct large *bucket[BUCKETS];
static struct large *kept;
static size_t count;
static size_t count_bytes;

static struct large **bucket_of(const void *start)
{
	// Large blocks often lie a power of two apart: the product's high bits spread them.
	uint64_t hash = ((uintptr_t)start >> PAGE_SHIFT) * 0x9e3779b97f4a7c15ull;
	return &bucket[hash >> 56];
}

static void large_add(struct large *large)
{
	struct large **head = bucket_of(large->start);
	large->next = *head;
	*head = large;
	count++;
	count_bytes += large->bytes;
}

static struct large *kept_take(size_t bytes, size_t align)
{
	for (struct large **at = &kept; *at; at = &(*at)->next) {
		struct large *large = *at;
		if (large->mapped < bytes || ((uintptr_t)large->start & (align - 1)) != 0)
			continue;
		*at = large->next;
		return large;
	}
	return NULL;
}

static void node_give(struct large *large)
{
	small_give(page_of(large), large);
}

static struct large *large_create(size_t bytes, size_t reserve, size_t align)
{
	bool unused;
	struct large *large = small_take(small_class(sizeof(*large)), &unused);
	if (!large)
		return NULL;
	*large = (struct large){.start = port_map(bytes + reserve, align), .mapped = bytes + reserve};
	if (large->start)
		return large;
	node_give(large);
	return NULL;
}

void *large_take(size_t bytes, size_t reserve, size_t align, bool *zero)
{
	bytes = pages_of(bytes) << PAGE_SHIFT;
	reserve = pages_of(reserve) << PAGE_SHIFT;
	align = align < PAGE_BYTES ? PAGE_BYTES : align;
	struct large *large = kept_take(bytes, align);
	*zero = !large;
	if (!large)
		large = large_create(bytes, reserve, align);
	if (!large)
		return NULL;
	large->bytes = bytes;
	large_add(large);
	return large->start;
}

struct large *large_find(const void *memory)
{
	struct large *large = *bucket_of(memory);
	while (large && large->start != memory)
		large = large->next;
	return large;
}

void large_give(struct large *large)
{
	struct large **at = bucket_of(large->start);
	while (*at != large)
		at = &(*at)->next;
	*at = large->next;
	count--;
	count_bytes -= large->bytes;
	if (port_unmap(large->start, large->mapped)) {
		node_give(large);
		return;
	}
	(void)!port_discard(large->start, large->mapped);
	large->next = kept;
	kept = large;
}

bool large_resize(struct large *large, size_t bytes)
{
	bytes = pages_of(bytes) << PAGE_SHIFT;
	size_t mapped = large->mapped;
	if (bytes > mapped) {
		if (!port_extend(large->start + mapped, bytes - mapped))
			return false;
		large->mapped = bytes;
	} else if (bytes < large->bytes) {
		if (!port_unmap(large->start + bytes, mapped - bytes))
			return false;
		large->mapped = bytes;
	}
	count_bytes += bytes - large->bytes;
	large->bytes = bytes;
	return true;
}

size_t large_bytes(const struct large *large)
{
	return large->bytes;
}

void large_count(size_t *blocks, size_t *bytes)
{
	*blocks = count;
	*bytes = count_bytes;
}
