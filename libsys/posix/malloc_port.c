// The memory of the malloc family: mappings from the pager, or, with a pager that has none, the
// break. And the family's lock, which is the C library's.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/lock.h>
#include <unistd.h>

#include "malloc_port.h"
#include "memory.h"
#include "thread.h"

#define MAPPING PAGER_MAPPING(FL_PROT_READ | FL_PROT_WRITE, 0)

static bool maps_missing;     // the pager has no PAGER_MMAP
static uint64_t aligned_last; // the last mapping that had to be aligned

// The break is rounded up: untouched memory between costs nothing.
static void *break_take(size_t bytes, size_t align)
{
	uintptr_t old = (uintptr_t)sbrk(0);
	uintptr_t start = (old + align - 1) & ~(align - 1);
	if (old == UINTPTR_MAX || sbrk((ptrdiff_t)(start - old + bytes)) == (void *)-1)
		return NULL;
	return (void *)start;
}

// A mapping where the caller would like it; true if it is aligned.
static bool map_try(uint64_t hint, size_t bytes, size_t align, void **memory)
{
	*memory = NULL;
	uint64_t mapping = MAPPING;
	fl_error_t error = memory_map(hint, bytes, mapping, memory);
	maps_missing = maps_missing || error == FL_BAD_CALL;
	if (error == FL_OK && memory_lock_future) {
		struct memory_range range = {(uintptr_t)*memory, (uintptr_t)*memory + bytes};
		error = memory_advise(&range, PAGER_ADVICE_POPULATE);
		if (error != FL_OK) {
			(void)!port_unmap(*memory, bytes);
			*memory = NULL;
		}
	}
	return error == FL_OK && ((uintptr_t)*memory & (align - 1)) == 0;
}

// Takes more and gives back what stands over at both ends.
static void *map_trimmed(size_t bytes, size_t align)
{
	void *memory;
	size_t more = bytes + align - FL_PAGE_SIZE;
	(void)map_try(0, more, FL_PAGE_SIZE, &memory);
	if (!memory)
		return NULL;
	char *start = (char *)(((uintptr_t)memory + align - 1) & ~(align - 1));
	size_t before = (size_t)(start - (char *)memory);
	size_t after = more - before - bytes;
	// What cannot be given back stays mapped; nobody touches it.
	if (before > 0)
		(void)!port_unmap(memory, before);
	if (after > 0)
		(void)!port_unmap(start + bytes, after);
	return start;
}

void *port_map(size_t bytes, size_t align)
{
	void *memory;
	if (bytes > FL_USER_END - align)
		return NULL;
	if (maps_missing)
		return break_take(bytes, align);
	// The pager goes downwards: right below the last one is likely to be free, and aligned.
	uint64_t hint = align > FL_PAGE_SIZE && aligned_last > LAYOUT_MMAP_START + bytes
	                    ? (aligned_last - bytes) & ~(align - 1)
	                    : 0;
	bool aligned = map_try(hint, bytes, align, &memory);
	if (maps_missing)
		return break_take(bytes, align);
	if (!memory)
		return NULL;
	if (!aligned) {
		(void)!port_unmap(memory, bytes);
		memory = map_trimmed(bytes, align);
	}
	if (align > FL_PAGE_SIZE && memory)
		aligned_last = (uintptr_t)memory;
	return memory;
}

bool port_extend(void *end, size_t bytes)
{
	void *memory;
	if (maps_missing)
		return false;
	uint64_t mapping = PAGER_MAPPING(FL_PROT_READ | FL_PROT_WRITE, PAGER_MMAP_NOREPLACE);
	return memory_map((uintptr_t)end, bytes, mapping, &memory) == FL_OK;
}

bool port_unmap(void *start, size_t bytes)
{
	if (maps_missing)
		return (char *)start + bytes == sbrk(0) && sbrk(-(ptrdiff_t)bytes) != (void *)-1;
	struct memory_range range = {(uintptr_t)start, (uintptr_t)start + bytes};
	return memory_unmap(&range) == FL_OK;
}

bool port_discard(void *start, size_t bytes)
{
	struct memory_range range = {(uintptr_t)start, (uintptr_t)start + bytes};
	return memory_advise(&range, PAGER_ADVICE_DONTNEED) == FL_OK;
}

// While there has never been a second thread nobody is there to be kept out. The first one is not
// made inside the family, so a lock is never given back that was not taken.
void malloc_lock(void)
{
	if (threads_started)
		__LIBC_LOCK();
}

void malloc_unlock(void)
{
	if (threads_started)
		__LIBC_UNLOCK();
}

_Noreturn void port_misuse(const char *what)
{
	(void)!write(STDERR_FILENO, what, strlen(what));
	abort();
}
