// Offsets that entry.S and the C structures share; checked in trap.c.
#ifndef KERN_OFFSETS_H
#define KERN_OFFSETS_H

#define THREAD_PC 256
#define THREAD_HART 264
#define HART_STACK_TOP 0
#define DIRECT_MAP_OFFSET_ASM 0xffffffc000000000

#endif
