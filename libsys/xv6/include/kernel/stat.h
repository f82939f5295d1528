// What fstat and stat fill in: 24 bytes, as xv6 has them.
#ifndef KERNEL_STAT_H
#define KERNEL_STAT_H

#include "kernel/types.h"

#define T_DIR 1
#define T_FILE 2
#define T_DEVICE 3

struct stat {
	int dev;
	uint ino;
	short type;
	short nlink;
	uint64 size;
};

_Static_assert(sizeof(struct stat) == 24, "xv6's struct stat");

#endif
