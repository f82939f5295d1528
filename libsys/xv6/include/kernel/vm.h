// How sys_sbrk gets its memory.
#ifndef KERNEL_VM_H
#define KERNEL_VM_H

#define SBRK_EAGER 1
#define SBRK_LAZY 2

#endif
