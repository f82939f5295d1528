// sbrk and its eager variant, and the messages to the pager that the memory calls are made of. The
// pager keeps the break and the regions and checks everything.
#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "fl/process.h"
#include "memory.h"
#include "service.h"

#define PAGE_MASK (FL_PAGE_SIZE - 1)

bool memory_lock_future;

static void *break_move(ptrdiff_t increment, uint64_t flags)
{
	struct fl_message m = {.word = {PAGER_SBRK, (uint64_t)increment, flags}};
	fl_error_t error = service_call(SLOT_PAGER, &m);
	if (error == FL_OK)
		return (void *)m.word[1];
	// POSIX knows one reason for a break that cannot be moved, whatever stood in the way.
	(void)error_return(FL_NO_MEMORY);
	return (void *)-1;
}

void *sbrk(ptrdiff_t increment)
{
	return break_move(increment, memory_lock_future ? PAGER_SBRK_EAGER : 0);
}

void *sbrk_eager(ptrdiff_t increment)
{
	return break_move(increment, PAGER_SBRK_EAGER);
}

bool memory_range_make(const void *address, size_t bytes, struct memory_range *range)
{
	uint64_t start = (uintptr_t)address & ~PAGE_MASK;
	if (start > FL_USER_END || bytes > FL_USER_END - (uintptr_t)address)
		return false;
	range->start = start;
	range->end = ((uintptr_t)address + bytes + PAGE_MASK) & ~PAGE_MASK;
	return true;
}

fl_error_t memory_advise(const struct memory_range *range, enum pager_advice advice)
{
	if (range->start == range->end)
		return FL_OK;
	struct fl_message m = {
		.word = {PAGER_MADVISE, range->start, range->end - range->start, advice}};
	return service_call(SLOT_PAGER, &m);
}

fl_error_t memory_map(uint64_t hint, uint64_t bytes, uint64_t mapping, void **memory)
{
	struct fl_message m = {.word = {PAGER_MMAP, hint, bytes, mapping}};
	fl_error_t error = service_call(SLOT_PAGER, &m);
	if (error == FL_OK)
		*memory = (void *)m.word[1];
	return error;
}

fl_error_t memory_unmap(const struct memory_range *range)
{
	struct fl_message m = {.word = {PAGER_MUNMAP, range->start, range->end - range->start}};
	return service_call(SLOT_PAGER, &m);
}

int memory_error_return(fl_error_t error)
{
	switch (error) {
	case FL_LIMIT:
	case FL_NO_TABLE:
	case FL_BAD_ADDRESS:
		return error_return(FL_NO_MEMORY);
	default:
		return error_return(error);
	}
}
