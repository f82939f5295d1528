// The malloc family: which part of the heap serves a block (malloc_heap.h), overflow, errno, lock.
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "malloc_heap.h"
#include "malloc_port.h"
#include "malloc_small.h"

// Differences of pointers into a block must fit.
#define BYTES_MAX ((size_t)PTRDIFF_MAX - CHUNK_BYTES)

// The caller holds the lock. *zero: all bytes are known to be 0.
static inline void *block_take(size_t bytes, bool *zero)
{
	if (__builtin_expect(bytes <= SMALL_MAX, 1))
		return small_take(small_class(bytes), zero);
	if (bytes >= LARGE_MIN)
		return bytes > BYTES_MAX ? NULL : large_take(bytes, 0, PAGE_BYTES, zero);
	struct page *run = run_take(pages_of(bytes), PAGE_BLOCK);
	if (!run)
		return NULL;
	*zero = run->clean;
	return page_memory(run);
}

static void *block_take_aligned(size_t bytes, size_t align)
{
	bool unused;
	// In a run of objects whose size is a multiple of `align` all are aligned: powers of two are.
	if (align <= BLOCK_ALIGN || (align <= PAGE_BYTES && bytes > SMALL_MAX))
		return block_take(bytes, &unused);
	if (align <= SMALL_MAX && bytes <= SMALL_MAX) {
		size_t size = align;
		while (size < bytes)
			size *= 2;
		return small_take(small_class(size), &unused);
	}
	size_t pages = pages_of(bytes) + (bytes == 0);
	if (bytes > BYTES_MAX || align > BYTES_MAX)
		return NULL;
	if (pages + align / PAGE_BYTES > BLOCK_PAGES_MAX)
		return large_take(pages << PAGE_SHIFT, 0, align, &unused);
	struct page *run = run_take(pages + align / PAGE_BYTES - 1, PAGE_BLOCK);
	if (!run)
		return NULL;
	size_t before = -(uintptr_t)page_memory(run) & (align - 1);
	run = run_cut(run, before >> PAGE_SHIFT);
	run_shrink(run, pages);
	return page_memory(run);
}

// The run of a block that is not large.
static inline struct page *block_run(const void *memory)
{
	struct page *run = page_of(memory);
	if (run->kind == PAGE_INSIDE)
		run -= run->back;
	if (run->kind == PAGE_SMALL || (run->kind == PAGE_BLOCK && page_memory(run) == memory))
		return run;
	port_misuse("free: the address is not a block's\n");
}

// Only whole pages can be large blocks.
static inline struct large *block_large(const void *memory)
{
	return ((uintptr_t)memory & (PAGE_BYTES - 1)) == 0 ? large_find(memory) : NULL;
}

static inline void block_give(void *memory)
{
	struct large *large = block_large(memory);
	if (large) {
		large_give(large);
		return;
	}
	struct page *run = block_run(memory);
	if (__builtin_expect(run->kind == PAGE_SMALL, 1))
		small_give(run, memory);
	else
		run_give(run);
}

static size_t block_bytes(const void *memory)
{
	const struct large *large = block_large(memory);
	if (large)
		return large_bytes(large);
	const struct page *run = block_run(memory);
	return run->kind == PAGE_SMALL ? small_bytes(run->size_class) : run->pages * PAGE_BYTES;
}

// True: the block has at least so many bytes now, where it is, and not many more.
static bool block_resize(void *memory, size_t bytes)
{
	struct large *large = block_large(memory);
	if (large)
		return bytes >= LARGE_MIN && bytes <= BYTES_MAX && large_resize(large, bytes);
	struct page *run = block_run(memory);
	if (run->kind == PAGE_SMALL) {
		size_t have = small_bytes(run->size_class);
		return bytes <= have && (bytes > have / 2 || have == BLOCK_ALIGN);
	}
	size_t pages = pages_of(bytes);
	if (bytes <= SMALL_MAX || pages > BLOCK_PAGES_MAX)
		return false;
	if (pages > run->pages)
		return run_grow(run, pages);
	run_shrink(run, pages);
	return true;
}

// Copies into memory that is all zero. Pages of zeros are only read, so that they take no frame on
// either side.
static void sparse_copy(char *to, const char *from, size_t bytes)
{
	for (size_t at = 0; at < bytes; at += PAGE_BYTES) {
		size_t part = bytes - at < PAGE_BYTES ? bytes - at : PAGE_BYTES;
		const uint64_t *word = (const uint64_t *)(from + at);
		size_t i = 0;
		while (i < part / sizeof(*word) && word[i] == 0)
			i++;
		if (i * sizeof(*word) < part)
			memcpy(to + at, from + at, part);
	}
}

// A large block that had to move once will grow again: it gets room to do so in place, which costs
// no frame.
static void *block_take_growing(size_t bytes, bool *zero)
{
	void *memory = bytes <= BYTES_MAX ? large_take(bytes, bytes / 2, PAGE_BYTES, zero) : NULL;
	return memory ? memory : block_take(bytes, zero);
}

static void *block_move(void *old, size_t bytes)
{
	bool zero;
	size_t have = block_bytes(old);
	bool growing = have >= LARGE_MIN && bytes > have;
	void *memory = growing ? block_take_growing(bytes, &zero) : block_take(bytes, &zero);
	if (!memory)
		return bytes <= have ? old : NULL;
	size_t kept = have < bytes ? have : bytes;
	if (zero && kept > PAGE_BYTES)
		sparse_copy(memory, old, kept);
	else
		memcpy(memory, old, kept);
	block_give(old);
	return memory;
}

static void *result(void *memory)
{
	if (!memory)
		errno = ENOMEM;
	return memory;
}

void *malloc(size_t bytes)
{
	bool unused;
	malloc_lock();
	void *memory = block_take(bytes, &unused);
	malloc_unlock();
	return result(memory);
}

void free(void *memory)
{
	if (!memory)
		return;
	malloc_lock();
	block_give(memory);
	malloc_unlock();
}

void *calloc(size_t count, size_t bytes)
{
	size_t total;
	bool zero = true;
	if (__builtin_mul_overflow(count, bytes, &total))
		return result(NULL);
	malloc_lock();
	void *memory = block_take(total, &zero);
	malloc_unlock();
	if (memory && !zero)
		memset(memory, 0, total);
	return result(memory);
}

// 0 bytes free the block.
void *realloc(void *old, size_t bytes)
{
	if (!old)
		return malloc(bytes);
	if (bytes == 0) {
		free(old);
		return NULL;
	}
	malloc_lock();
	void *memory = block_resize(old, bytes) ? old : block_move(old, bytes);
	malloc_unlock();
	return result(memory);
}

void *reallocarray(void *old, size_t count, size_t bytes)
{
	size_t total;
	return __builtin_mul_overflow(count, bytes, &total) ? result(NULL) : realloc(old, total);
}

void *memalign(size_t align, size_t bytes)
{
	if (align == 0 || (align & (align - 1)) != 0) {
		errno = EINVAL;
		return NULL;
	}
	malloc_lock();
	void *memory = block_take_aligned(bytes, align);
	malloc_unlock();
	return result(memory);
}

void *aligned_alloc(size_t align, size_t bytes)
{
	return memalign(align, bytes);
}

// Returns the errno value and leaves errno alone; on an error *memory too.
int posix_memalign(void **memory, size_t align, size_t bytes)
{
	if (align < sizeof(void *) || (align & (align - 1)) != 0)
		return EINVAL;
	int kept = errno;
	void *block = memalign(align, bytes);
	errno = kept;
	if (!block)
		return ENOMEM;
	*memory = block;
	return 0;
}

size_t malloc_usable_size(void *memory)
{
	if (!memory)
		return 0;
	malloc_lock();
	size_t bytes = block_bytes(memory);
	malloc_unlock();
	return bytes;
}

// Gives every free page's frame back; `pad`, what a heap would keep at its top, has no meaning
// here. 1: there was something.
int malloc_trim(size_t pad)
{
	(void)pad;
	malloc_lock();
	small_purge();
	bool any = run_dirty_pages() > 0;
	run_purge();
	malloc_unlock();
	return any;
}
