// The numbers in xv6's headers against those of the system: they must not drift apart. No code.
#include "kernel/memlayout.h"
#include "kernel/param.h"
#include "proto/files.h"
#include "proto/pager.h"
#include "proto/process.h"
#include "xv6.h"

_Static_assert(NPROC == PROCESS_MAX, "processes");
_Static_assert(NOFILE == FILES_DESCRIPTORS, "descriptors");
_Static_assert(PIPESIZE == FILES_PIPE_BYTES, "bytes of a pipe");
_Static_assert(TRAPFRAME == LAYOUT_MMAP_START, "the heap's limit");
_Static_assert(USERSTACK *PGSIZE == LAYOUT_STACK_BYTES, "the stack");
_Static_assert(MAXARG == XV6_MAXARG && MAXPATH == XV6_MAXPATH, "arguments and paths");
