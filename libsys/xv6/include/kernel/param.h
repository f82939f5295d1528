// Limits. Those that programs can meet are this system's; the others belong to parts of xv6 that
// have no counterpart here and keep xv6's values for programs that compute with them.
#ifndef KERNEL_PARAM_H
#define KERNEL_PARAM_H

#define NPROC 512      // processes, of the whole system
#define NOFILE 64      // descriptors of a process
#define MAXARG 32      // arguments of exec, the terminating 0 included
#define MAXPATH 128    // bytes of a path, with its NUL
#define USERSTACK 2048 // pages of a stack: they get frames when they are touched
#define PIPESIZE 16384 // bytes that a pipe holds

#define NCPU 8
#define NFILE 100
#define NINODE 50
#define NDEV 10
#define ROOTDEV 1
#define MAXOPBLOCKS 10
#define LOGBLOCKS (MAXOPBLOCKS * 3)
#define NBUF (MAXOPBLOCKS * 3)
#define FSSIZE 2000

#endif
