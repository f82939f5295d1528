// sys/mman.h: advice, residence, locks and msync. As long as nothing is paged out, a page that was
// made resident stays so: locking is populating, and there is nothing to undo.
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "copy.h"
#include "fl/process.h"
#include "memory.h"
#include "service.h"

#define PAGE_MASK (FL_PAGE_SIZE - 1)
#define MINCORE_PAGES 256 // of one message
#define WORD_BITS 64

static int range_advise(const void *address, size_t bytes, enum pager_advice advice)
{
	struct memory_range range;
	if (!memory_range_make(address, bytes, &range))
		return error_return(FL_NO_MEMORY);
	fl_error_t error = memory_advise(&range, advice);
	return error == FL_OK ? 0 : memory_error_return(error);
}

int madvise(void *address, size_t bytes, int advice)
{
	static const uint8_t advice_of[] = {
		[MADV_NORMAL] = PAGER_ADVICE_NORMAL,     [MADV_RANDOM] = PAGER_ADVICE_NORMAL,
		[MADV_SEQUENTIAL] = PAGER_ADVICE_NORMAL, [MADV_WILLNEED] = PAGER_ADVICE_WILLNEED,
		[MADV_DONTNEED] = PAGER_ADVICE_DONTNEED,
	};
	if (((uintptr_t)address & PAGE_MASK) != 0 || advice < 0 || (size_t)advice >= sizeof(advice_of))
		return error_return(FL_BAD_ARGUMENT);
	return range_advise(address, bytes, (enum pager_advice)advice_of[advice]);
}

// Unlike madvise it may never change what the pages hold. Returns the errno value.
int posix_madvise(void *address, size_t bytes, int advice)
{
	if (((uintptr_t)address & PAGE_MASK) != 0 || advice < POSIX_MADV_NORMAL ||
	    advice > POSIX_MADV_DONTNEED)
		return EINVAL;
	int kept = errno;
	bool needed = advice == POSIX_MADV_WILLNEED;
	int result = range_advise(address, bytes, needed ? PAGER_ADVICE_WILLNEED : PAGER_ADVICE_NORMAL);
	int error = result == 0 ? 0 : errno;
	errno = kept;
	return error;
}

int mincore(void *address, size_t bytes, unsigned char *resident)
{
	struct memory_range range;
	if (((uintptr_t)address & PAGE_MASK) != 0)
		return error_return(FL_BAD_ARGUMENT);
	if (!memory_range_make(address, bytes, &range))
		return error_return(FL_NO_MEMORY);
	while (range.start < range.end) {
		uint64_t pages = (range.end - range.start) >> FL_PAGE_SHIFT;
		if (pages > MINCORE_PAGES)
			pages = MINCORE_PAGES;
		struct fl_message m = {.word = {PAGER_MINCORE, range.start, pages}};
		fl_error_t error = service_call(SLOT_PAGER, &m);
		if (error != FL_OK)
			return memory_error_return(error);
		unsigned char byte[MINCORE_PAGES];
		for (uint64_t i = 0; i < pages; i++)
			byte[i] = m.word[1 + i / WORD_BITS] >> (i % WORD_BITS) & 1;
		error = fl_copy(resident, byte, pages);
		if (error != FL_OK)
			return error_return(error);
		resident += pages;
		range.start += pages << FL_PAGE_SHIFT;
	}
	return 0;
}

int mlock(const void *address, size_t bytes)
{
	return range_advise(address, bytes, PAGER_ADVICE_POPULATE);
}

int munlock(const void *address, size_t bytes)
{
	return range_advise(address, bytes, PAGER_ADVICE_NORMAL);
}

int mlockall(int flags)
{
	if (flags == 0 || (flags & ~(MCL_CURRENT | MCL_FUTURE)) != 0)
		return error_return(FL_BAD_ARGUMENT);
	struct process_region region = {.end = 0};
	while ((flags & MCL_CURRENT) && process_region_next(getpid(), region.end, &region) == FL_OK) {
		struct memory_range range = {region.start, region.end};
		if (region.rights == 0)
			continue; // pages that nobody can reach
		fl_error_t error = memory_advise(&range, PAGER_ADVICE_POPULATE);
		if (error != FL_OK)
			return memory_error_return(error);
	}
	memory_lock_future = flags & MCL_FUTURE;
	return 0;
}

int munlockall(void)
{
	memory_lock_future = false;
	return 0;
}

// Anonymous memory has nothing behind it that it could be written to: only the arguments count.
int msync(void *address, size_t bytes, int flags)
{
	if (((uintptr_t)address & PAGE_MASK) != 0 ||
	    (flags & ~(MS_ASYNC | MS_SYNC | MS_INVALIDATE)) != 0 ||
	    ((flags & MS_ASYNC) && (flags & MS_SYNC)))
		return error_return(FL_BAD_ARGUMENT);
	return range_advise(address, bytes, PAGER_ADVICE_NORMAL);
}
