// The CSRs and instructions that the kernel uses.
// Source: RISC-V privileged specification 20211203, chapter 4 "Supervisor-Level ISA";
// stimecmp: the Sstc extension 1.0.
#ifndef KERN_RISCV_H
#define KERN_RISCV_H

#include <stdint.h>

#define SSTATUS_SPP (1ul << 8)
#define SSTATUS_FS (3ul << 13)
#define SSTATUS_FS_CLEAN (2ul << 13)
#define SSTATUS_FS_DIRTY (3ul << 13)

#define SIE_TIMER (1ul << 5)
#define SIE_EXTERNAL (1ul << 9)

#define SCAUSE_INTERRUPT (1ul << 63)
#define SCAUSE_TIMER (SCAUSE_INTERRUPT | 5)
#define SCAUSE_EXTERNAL (SCAUSE_INTERRUPT | 9)
#define SCAUSE_ECALL_USER 8

#define SATP_SV39 (8ul << 60)
#define SATP_ASID_SHIFT 44

#define csr_read(name)                                                                             \
	({                                                                                             \
		uint64_t value_;                                                                           \
		__asm__ volatile("csrr %0, " #name : "=r"(value_)::"memory");                              \
		value_;                                                                                    \
	})
#define csr_write(name, value) __asm__ volatile("csrw " #name ", %0" ::"r"(value) : "memory")
#define csr_set(name, bits) __asm__ volatile("csrs " #name ", %0" ::"r"(bits) : "memory")
#define csr_clear(name, bits) __asm__ volatile("csrc " #name ", %0" ::"r"(bits) : "memory")

#endif
