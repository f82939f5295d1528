// The firmware calls that the kernel makes. Source: RISC-V SBI specification 1.0.0.
#ifndef KERN_SBI_H
#define KERN_SBI_H

#include "types.h"

static inline uint64_t sbi_call(uint64_t extension, uint64_t function, uint64_t arg0, uint64_t arg1)
{
	register uint64_t a0 __asm__("a0") = arg0;
	register uint64_t a1 __asm__("a1") = arg1;
	register uint64_t a6 __asm__("a6") = function;
	register uint64_t a7 __asm__("a7") = extension;
	__asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
	return a0;
}

// "Legacy Extensions", console putchar: the only console of OpenSBI 1.1.
static inline void sbi_putchar(char byte)
{
	(void)sbi_call(1, 0, (unsigned char)byte, 0);
}

// "Timer Extension (EID 0x54494D45)".
static inline void sbi_set_timer(uint64_t ticks)
{
	(void)sbi_call(0x54494d45, 0, ticks, 0);
}

// "System Reset Extension (EID 0x53525354)": shutdown; reason 0 = none, 1 = system failure.
static inline void sbi_shutdown(uint64_t reason)
{
	(void)sbi_call(0x53525354, 0, 0, reason);
}

#endif
