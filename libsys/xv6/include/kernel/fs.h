// Directory entries, and the numbers of xv6's file system that programs compute with. There is no
// such file system here: files may be longer than MAXFILE blocks.
#ifndef KERNEL_FS_H
#define KERNEL_FS_H

#include "kernel/types.h"

#define ROOTINO 1
#define BSIZE 1024

#define NDIRECT 12
#define NINDIRECT (BSIZE / sizeof(uint))
#define MAXFILE (NDIRECT + NINDIRECT)

#define DIRSIZ 14

// read() of a directory gives these. A name of DIRSIZ characters has no NUL; inum 0 is a free slot.
struct dirent {
	ushort inum;
	char name[DIRSIZ];
};

_Static_assert(sizeof(struct dirent) == 16, "xv6's struct dirent");

#endif
