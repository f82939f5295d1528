// sys/mman.h: every bad argument has its errno, and nothing changes.
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest.h"

#define PAGES 4
#define BYTES (PAGES * FL_PAGE_SIZE)
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define FIXED (ANON | MAP_FIXED)
#define NOREPLACE (ANON | MAP_FIXED_NOREPLACE)
#define ODD ((size_t)100)
#define HUGE (~(size_t)0)

static char *memory; // BYTES; a hole behind it, then a page

static void memory_take(void)
{
	memory = mmap(NULL, BYTES + 2 * FL_PAGE_SIZE, RW, ANON, -1, 0);
	if (memory == MAP_FAILED || munmap(memory + BYTES, FL_PAGE_SIZE) != 0)
		tap_bail("no memory");
	pages_store(memory, PAGES, 1, 1);
}

static void memory_give(void)
{
	tap_ok(pages_hold(memory, PAGES, 1, 1), "refused_calls_change_nothing");
	(void)munmap(memory, BYTES + 2 * FL_PAGE_SIZE);
}

// The result of a call as one number: 0, or its errno.
static uint64_t outcome(int result)
{
	return result == 0 ? 0 : (uint64_t)errno;
}

static uint64_t mmap_outcome(void *address, size_t bytes, int rights, int flags, int fd,
                             off_t offset)
{
	return mmap(address, bytes, rights, flags, fd, offset) == MAP_FAILED ? (uint64_t)errno : 0;
}

static void map(void)
{
	memory_take();
	tap_equal(EINVAL, mmap_outcome(NULL, 0, RW, ANON, -1, 0), "mmap_length_0_einval");
	tap_equal(EINVAL, mmap_outcome(NULL, BYTES, RW, MAP_ANONYMOUS, -1, 0),
	          "mmap_neither_private_nor_shared_einval");
	tap_equal(EINVAL, mmap_outcome(NULL, BYTES, RW, ANON | MAP_SHARED, -1, 0),
	          "mmap_private_and_shared_einval");
	tap_equal(EINVAL, mmap_outcome(NULL, BYTES, RW, ANON | 1 << 30, -1, 0),
	          "mmap_unknown_flag_einval");
	tap_equal(EINVAL, mmap_outcome(NULL, BYTES, 8, ANON, -1, 0), "mmap_unknown_right_einval");
	tap_equal(EINVAL, mmap_outcome(NULL, BYTES, RW, ANON, -1, ODD), "mmap_odd_offset_einval");
	tap_equal(EINVAL, mmap_outcome(memory + ODD, FL_PAGE_SIZE, RW, FIXED, -1, 0),
	          "mmap_fixed_unaligned_einval");
	tap_equal(EINVAL, mmap_outcome(NULL, BYTES, RW, FIXED, -1, 0), "mmap_fixed_null_page_einval");
	tap_equal(ENOMEM, mmap_outcome(NULL, HUGE, RW, ANON, -1, 0), "mmap_length_wraps_enomem");
	tap_equal(ENOMEM, mmap_outcome(NULL, FL_USER_END, RW, ANON, -1, 0), "mmap_everything_enomem");
	tap_equal(ENOMEM, mmap_outcome(memory, HUGE - BYTES, RW, FIXED, -1, 0),
	          "mmap_fixed_wraps_enomem");
	void *high = (void *)FL_USER_END;
	tap_equal(ENOMEM, mmap_outcome(high, BYTES, RW, FIXED, -1, 0), "mmap_fixed_kernel_enomem");
	high = (void *)(FL_USER_END - FL_PAGE_SIZE);
	tap_equal(ENOMEM, mmap_outcome(high, BYTES, RW, FIXED, -1, 0), "mmap_fixed_over_end_enomem");
	tap_equal(ENOTSUP, mmap_outcome(NULL, BYTES, RW | PROT_EXEC, ANON, -1, 0),
	          "mmap_writable_and_executable_enotsup");
	tap_equal(EEXIST, mmap_outcome(memory + BYTES - FL_PAGE_SIZE, BYTES, RW, NOREPLACE, -1, 0),
	          "mmap_noreplace_over_mapping_eexist");
	tap_equal(EBADF, mmap_outcome(NULL, BYTES, PROT_READ, MAP_PRIVATE, 9999, 0),
	          "mmap_of_no_file_ebadf");
	tap_equal(ENODEV, mmap_outcome(NULL, BYTES, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0),
	          "mmap_of_console_enodev");
	errno = 0;
	tap_ok(mremap(memory, BYTES, 2 * BYTES, MREMAP_MAYMOVE) == MAP_FAILED && errno == ENOMEM,
	       "mremap_refuses");
	memory_give();
}

static void unmap_protect(void)
{
	memory_take();
	tap_equal(EINVAL, outcome(munmap(memory, 0)), "munmap_length_0_einval");
	tap_equal(EINVAL, outcome(munmap(memory + ODD, BYTES)), "munmap_unaligned_einval");
	tap_equal(EINVAL, outcome(munmap(memory, HUGE)), "munmap_wraps_einval");
	tap_equal(EINVAL, outcome(munmap((void *)FL_USER_END, BYTES)), "munmap_kernel_einval");
	tap_equal(EINVAL, outcome(mprotect(memory + ODD, BYTES, PROT_READ)),
	          "mprotect_unaligned_einval");
	tap_equal(EINVAL, outcome(mprotect(memory, BYTES, 0x10)), "mprotect_unknown_right_einval");
	tap_equal(ENOTSUP, outcome(mprotect(memory, BYTES, RW | PROT_EXEC)),
	          "mprotect_writable_and_executable_enotsup");
	tap_equal(ENOMEM, outcome(mprotect(memory, BYTES + 2 * FL_PAGE_SIZE, PROT_READ)),
	          "mprotect_over_hole_enomem");
	tap_equal(ENOMEM, outcome(mprotect(memory, HUGE - BYTES, PROT_READ)), "mprotect_wraps_enomem");
	tap_equal(ENOMEM, outcome(mprotect((void *)FL_USER_END, BYTES, PROT_READ)),
	          "mprotect_kernel_enomem");
	pages_store(memory, PAGES, 1, 1); // still writable
	memory_give();
}

static void advice(void)
{
	unsigned char byte[PAGES + 2];
	size_t over = BYTES + 2 * FL_PAGE_SIZE;
	memory_take();
	tap_equal(EINVAL, outcome(madvise(memory + ODD, BYTES, MADV_DONTNEED)),
	          "madvise_unaligned_einval");
	tap_equal(EINVAL, outcome(madvise(memory, BYTES, 99)), "madvise_unknown_einval");
	tap_equal(EINVAL, outcome(madvise(memory, BYTES, -1)), "madvise_negative_einval");
	tap_equal(ENOMEM, outcome(madvise(memory, over, MADV_NORMAL)), "madvise_over_hole_enomem");
	tap_equal(0, outcome(madvise(memory, 0, MADV_DONTNEED)), "madvise_of_nothing_succeeds");
	tap_equal(EINVAL, (uint64_t)posix_madvise(memory, BYTES, 99), "posix_madvise_unknown_einval");
	tap_equal(ENOMEM, (uint64_t)posix_madvise(memory, over, POSIX_MADV_WILLNEED),
	          "posix_madvise_over_hole_enomem");
	tap_equal(EINVAL, outcome(mincore(memory + ODD, BYTES, byte)), "mincore_unaligned_einval");
	tap_equal(ENOMEM, outcome(mincore(memory, over, byte)), "mincore_over_hole_enomem");
	tap_equal(ENOMEM, outcome(mincore(memory, HUGE - BYTES, byte)), "mincore_wraps_enomem");
	tap_equal(EFAULT, outcome(mincore(memory, BYTES, NULL)), "mincore_to_null_efault");
	tap_equal(ENOMEM, outcome(mlock(memory, over)), "mlock_over_hole_enomem");
	tap_equal(ENOMEM, outcome(munlock(memory, over)), "munlock_over_hole_enomem");
	tap_equal(EINVAL, outcome(mlockall(0)), "mlockall_nothing_einval");
	tap_equal(EINVAL, outcome(mlockall(64)), "mlockall_unknown_einval");
	tap_equal(EINVAL, outcome(msync(memory + ODD, BYTES, MS_SYNC)), "msync_unaligned_einval");
	tap_equal(EINVAL, outcome(msync(memory, BYTES, MS_SYNC | MS_ASYNC)), "msync_both_einval");
	tap_equal(EINVAL, outcome(msync(memory, BYTES, 64)), "msync_unknown_einval");
	tap_equal(ENOMEM, outcome(msync(memory, over, MS_SYNC)), "msync_over_hole_enomem");
	tap_equal(FL_PAGE_SIZE, (uint64_t)sysconf(_SC_PAGESIZE), "sysconf_page_size");
	tap_equal(FL_PAGE_SIZE, (uint64_t)getpagesize(), "getpagesize_is_the_same");
	errno = 0;
	tap_ok(sysconf(-1) == -1 && errno == EINVAL, "sysconf_unknown_einval");
	memory_give();
}

const struct guest_case guest_cases[] = {
	{"mman_errors_map", map},
	{"mman_errors_unmap_protect", unmap_protect},
	{"mman_errors_advice", advice},
	{NULL, NULL},
};

const struct guest_helper guest_helpers[] = {{NULL, NULL}};
