// sys/mman.h: mappings and their rights. Arguments are checked here as POSIX has them, what the
// address space holds by the pager.
//
// Not here: advice, residence, locks (mman_advice.c); files, which this system cannot map.
#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "memory.h"
#include "service.h"

#define PAGE_MASK (FL_PAGE_SIZE - 1)
#define RIGHTS_ALL (PROT_READ | PROT_WRITE | PROT_EXEC)
#define MAP_ALL                                                                                    \
	(MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_NORESERVE | MAP_POPULATE |         \
	 MAP_STACK | MAP_FIXED_NOREPLACE)

_Static_assert(PROT_READ == FL_PROT_READ && PROT_WRITE == FL_PROT_WRITE &&
                   PROT_EXEC == FL_PROT_EXEC,
               "rights are passed on as they are");

// errno value: 0 if these rights can be given. A page is never writable and executable.
static int rights_check(int rights)
{
	if ((rights & ~RIGHTS_ALL) != 0)
		return EINVAL;
	return (rights & PROT_WRITE) && (rights & PROT_EXEC) ? ENOTSUP : 0;
}

// RISC-V has no page that can be written and not read (privileged architecture, "Sv32: Virtual
// address translation process"); POSIX permits more than was asked for.
static uint64_t rights_of(int rights)
{
	return (uint64_t)(rights | (rights & PROT_WRITE ? PROT_READ : 0));
}

static int mmap_check(uintptr_t address, size_t bytes, int rights, int flags, off_t offset)
{
	bool fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);
	bool shared = flags & MAP_SHARED;
	bool private = flags & MAP_PRIVATE;
	if (bytes == 0 || (flags & ~MAP_ALL) != 0 || shared == private ||
	    ((uint64_t)offset & PAGE_MASK) != 0)
		return EINVAL;
	if (fixed && ((address & PAGE_MASK) != 0 || address < LAYOUT_USER_START))
		return EINVAL;
	if (bytes > LAYOUT_USER_TOP || (fixed && address > LAYOUT_USER_TOP - bytes))
		return ENOMEM;
	return rights_check(rights);
}

// errno value: why this descriptor cannot be mapped.
static int file_refuse(int fd)
{
	struct stat status;
	return fstat(fd, &status) == 0 ? ENODEV : errno;
}

static uint64_t flags_of(int flags)
{
	uint64_t result = flags & MAP_SHARED ? PAGER_MMAP_SHARED : 0;
	if (flags & MAP_FIXED_NOREPLACE)
		return result | PAGER_MMAP_NOREPLACE;
	return result | (flags & MAP_FIXED ? PAGER_MMAP_FIXED : 0);
}

void *mmap(void *address, size_t bytes, int rights, int flags, int fd, off_t offset)
{
	int refused = mmap_check((uintptr_t)address, bytes, rights, flags, offset);
	if (refused == 0 && !(flags & MAP_ANONYMOUS))
		refused = file_refuse(fd);
	if (refused != 0) {
		errno = refused;
		return MAP_FAILED;
	}
	void *memory;
	uint64_t whole = (bytes + PAGE_MASK) & ~PAGE_MASK;
	// A hint that cannot be met is no error.
	uint64_t place = (uintptr_t)address & ~PAGE_MASK;
	if (place > LAYOUT_USER_TOP - whole || place < LAYOUT_USER_START)
		place = 0;
	fl_error_t error =
		memory_map(place, whole, PAGER_MAPPING(rights_of(rights), flags_of(flags)), &memory);
	if (error != FL_OK) {
		(void)memory_error_return(error);
		return MAP_FAILED;
	}
	if ((flags & MAP_POPULATE) || memory_lock_future) {
		struct memory_range range = {(uintptr_t)memory, (uintptr_t)memory + whole};
		error = rights == PROT_NONE ? FL_OK : memory_advise(&range, PAGER_ADVICE_POPULATE);
		// MAP_POPULATE is a wish, a lock is not.
		if (error != FL_OK && memory_lock_future) {
			(void)!memory_unmap(&range);
			(void)memory_error_return(FL_NO_MEMORY);
			return MAP_FAILED;
		}
	}
	return memory;
}

int munmap(void *address, size_t bytes)
{
	struct memory_range range;
	if (((uintptr_t)address & PAGE_MASK) != 0 || bytes == 0 ||
	    !memory_range_make(address, bytes, &range))
		return error_return(FL_BAD_ARGUMENT);
	fl_error_t error = memory_unmap(&range);
	if (error == FL_BAD_ADDRESS)
		return error_return(FL_BAD_ARGUMENT);
	return error == FL_OK ? 0 : memory_error_return(error);
}

int mprotect(void *address, size_t bytes, int rights)
{
	struct memory_range range;
	int refused = (uintptr_t)address & PAGE_MASK ? EINVAL : rights_check(rights);
	if (refused != 0) {
		errno = refused;
		return -1;
	}
	if (bytes == 0)
		return 0;
	if (!memory_range_make(address, bytes, &range))
		return error_return(FL_NO_MEMORY);
	struct fl_message m = {
		.word = {PAGER_MPROTECT, range.start, range.end - range.start, rights_of(rights)}};
	fl_error_t error = service_call(SLOT_PAGER, &m);
	return error == FL_OK ? 0 : memory_error_return(error);
}

// The pager has no message that moves pages to another address. ENOMEM is what callers expect.
void *mremap(void *address, size_t old_bytes, size_t new_bytes, int flags, ...)
{
	bool sound = ((uintptr_t)address & PAGE_MASK) == 0 && old_bytes != 0 && new_bytes != 0 &&
	             (flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED)) == 0;
	errno = sound ? ENOMEM : EINVAL;
	return MAP_FAILED;
}
