// Memory mappings: anonymous ones. picolibc has no such header.
#ifndef POSIX_SYS_MMAN_H
#define POSIX_SYS_MMAN_H

#include <stddef.h>
#include <sys/types.h>

#define PROT_NONE 0x0
#define PROT_READ 0x1
#define PROT_WRITE 0x2 // includes PROT_READ; never together with PROT_EXEC (ENOTSUP)
#define PROT_EXEC 0x4

// Exactly one of these two.
#define MAP_SHARED 0x1
#define MAP_PRIVATE 0x2

#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define MAP_ANON MAP_ANONYMOUS
#define MAP_NORESERVE 0x4000 // says what is so anyway
#define MAP_POPULATE 0x8000
#define MAP_STACK 0x20000 // changes nothing
#define MAP_FIXED_NOREPLACE 0x100000

#define MAP_FAILED ((void *)-1)

#define MS_ASYNC 0x1
#define MS_INVALIDATE 0x2
#define MS_SYNC 0x4

#define MCL_CURRENT 0x1
#define MCL_FUTURE 0x2 // of mmap and sbrk; the stack still grows page by page

#define MADV_NORMAL 0
#define MADV_RANDOM 1
#define MADV_SEQUENTIAL 2
#define MADV_WILLNEED 3
#define MADV_DONTNEED 4 // private pages are gone at once: the next touch reads zeros

#define POSIX_MADV_NORMAL 0
#define POSIX_MADV_RANDOM 1
#define POSIX_MADV_SEQUENTIAL 2
#define POSIX_MADV_WILLNEED 3
#define POSIX_MADV_DONTNEED 4 // keeps what is in the pages

#define MREMAP_MAYMOVE 0x1
#define MREMAP_FIXED 0x2

#ifdef __cplusplus
extern "C" {
#endif

void *mmap(void *address, size_t bytes, int rights, int flags, int fd, off_t offset);
int munmap(void *address, size_t bytes);
int mprotect(void *address, size_t bytes, int rights);
int msync(void *address, size_t bytes, int flags);
int madvise(void *address, size_t bytes, int advice);
int posix_madvise(void *address, size_t bytes, int advice);
int mincore(void *address, size_t bytes, unsigned char *resident);
int mlock(const void *address, size_t bytes);
int munlock(const void *address, size_t bytes);
int mlockall(int flags);
int munlockall(void);
void *mremap(void *address, size_t old_bytes, size_t new_bytes, int flags, ...);

#ifdef __cplusplus
}
#endif

#endif
