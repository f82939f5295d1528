// kern_check: walks every frame, table, count and handle and panics at the first broken invariant.
// Only in kern-check.elf; nothing of it is linked into kern.elf.
#ifndef KERN_CHECK_H
#define KERN_CHECK_H

#include <stdint.h>

#ifdef KERN_CHECK
// After every system call: everything at once on a machine of up to KERN_CHECK_FULL_FRAMES frames,
// else one part after the other, and everything once in KERN_CHECK_PERIOD calls.
void kern_check_step(void);

// Boot argument check_panic=N: breaks the kernel on purpose, so that tests see a panic. 1: a failed
// assertion; 2: a store to the kernel's own text; 3: a stack overflow.
void kern_check_panic(uint64_t how);
#else
static inline void kern_check_step(void)
{
}

static inline void kern_check_panic(uint64_t how)
{
	(void)how;
}
#endif

#endif
