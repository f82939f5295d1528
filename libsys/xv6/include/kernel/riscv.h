// Pages, and what a program can read of its registers.
#ifndef KERNEL_RISCV_H
#define KERNEL_RISCV_H

#include "kernel/types.h"

typedef uint64 pte_t;
typedef uint64 *pagetable_t;

#define PGSIZE 4096 // bytes of a page
#define PGSHIFT 12  // bits of an address within a page

#define PGROUNDUP(bytes) (((bytes) + PGSIZE - 1) & ~(PGSIZE - 1))
#define PGROUNDDOWN(address) (((address)) & ~(PGSIZE - 1))

#define PTE_V (1L << 0)
#define PTE_R (1L << 1)
#define PTE_W (1L << 2)
#define PTE_X (1L << 3)
#define PTE_U (1L << 4)

#define PTE2PA(pte) (((pte) >> 10) << 12)
#define PTE_FLAGS(pte) ((pte)&0x3FF)

// Two pages above what sbrk can reach (TRAPFRAME, memlayout.h). Only the stack and what mmap gives
// lie higher, and a program cannot grow its heap into these.
#define MAXVA (0x3000000000ul + 2 * PGSIZE)

static inline uint64 r_sp(void)
{
	uint64 value;
	__asm__ volatile("mv %0, sp" : "=r"(value));
	return value;
}

static inline uint64 r_tp(void)
{
	uint64 value;
	__asm__ volatile("mv %0, tp" : "=r"(value));
	return value;
}

static inline uint64 r_ra(void)
{
	uint64 value;
	__asm__ volatile("mv %0, ra" : "=r"(value));
	return value;
}

#endif
