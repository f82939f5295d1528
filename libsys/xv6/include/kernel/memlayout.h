// Where memory is, here. A program's image starts at 0x10000 and its heap behind it, up to
// TRAPFRAME; its stack lies above that (docs/xv6.md has the picture).
#ifndef KERNEL_MEMLAYOUT_H
#define KERNEL_MEMLAYOUT_H

#include "kernel/riscv.h"

// The kernel's half of the address space, and in it the RAM of a machine of the usual size.
#define KERNBASE 0xffffffc000000000ul
#define PHYSTOP (KERNBASE + 128 * 1024 * 1024)

// The heap ends here. No trap frame is mapped in a program: nothing of the kernel's is.
#define TRAMPOLINE (MAXVA - PGSIZE)
#define TRAPFRAME (TRAMPOLINE - PGSIZE)

#endif
