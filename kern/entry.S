// Entry from firmware, trap entry and exit, the copy routine that may fault, floating-point state.
// Nothing here decides anything; trap.c does.
//
// sscratch: in user mode the current thread's object; 0 while the kernel runs.

#include "offsets.h"

	.section .text.entry, "ax"
	.globl _start
// Firmware jumps here at the physical address, paging off: a0 = hart id, a1 = device tree (SBI 1.0,
// "Hart State Management Extension"; the same registers at the first boot).
_start:
	lla sp, boot_stack_top
	mv s0, a0
	mv s1, a1
	// boot_table: entry 256 + i maps GiB i, so that this code goes on at its linked address.
	lla t0, boot_table
	addi t1, t0, 2047
	addi t1, t1, 1
	li t2, 0xcf // V R W X A D
	li t3, 1 << 28 // one GiB in PTE units
	li t4, 64
1:	sd t2, 0(t1)
	add t2, t2, t3
	addi t1, t1, 8
	addi t4, t4, -1
	bnez t4, 1b
	// The next instruction after the satp write is not mapped where we run: its page fault goes to
	// stvec, which is label 2 at its linked address.
	li t5, DIRECT_MAP_OFFSET_ASM
	lla t1, 2f
	add t1, t1, t5
	csrw stvec, t1
	srli t0, t0, 12
	li t1, 8
	slli t1, t1, 60
	or t0, t0, t1
	add sp, sp, t5
	sfence.vma
	csrw satp, t0
	.balign 4
2:	lla t0, trap_entry
	csrw stvec, t0
	csrw sscratch, zero
	csrw sie, zero
	mv a0, s0
	mv a1, s1
	li s0, 0 // ends a backtrace
	call kern_main
1:	wfi
	j 1b

	.text
	.balign 4
	.globl trap_entry
trap_entry:
	csrrw tp, sscratch, tp
	beqz tp, trap_in_kernel
	sd x1, 8*1(tp)
	sd x2, 8*2(tp)
	sd x3, 8*3(tp)
	.irp n, 5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	sd x\n, 8*\n(tp)
	.endr
	csrrw t0, sscratch, zero
	csrr t1, sepc
	sd t0, 8*4(tp)
	sd t1, THREAD_PC(tp)
	ld t0, THREAD_HART(tp)
	mv a0, tp
	ld sp, HART_STACK_TOP(t0)
	csrr a1, scause
	li s0, 0
	call trap_from_user

// a0 = thread to run.
	.globl thread_resume
thread_resume:
	ld t0, THREAD_PC(a0)
	csrw sscratch, a0
	csrw sepc, t0
	ld x1, 8*1(a0)
	ld x2, 8*2(a0)
	ld x3, 8*3(a0)
	ld x4, 8*4(a0)
	.irp n, 5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	ld x\n, 8*\n(a0)
	.endr
	ld a0, 8*10(a0)
	sret

// A trap while the kernel runs: a fault inside user_copy goes to its error exit; anything else is a
// broken kernel. It gets a stack of its own, because the kernel's may be what overflowed.
trap_in_kernel:
	csrrw tp, sscratch, tp
	csrw sscratch, sp
	lla sp, trap_stack_top
	addi sp, sp, -32
	sd t0, 0(sp)
	sd t1, 8(sp)
	csrr t0, sepc
	lla t1, user_copy_start
	bltu t0, t1, 1f
	lla t1, user_copy_end
	bgeu t0, t1, 1f
	lla t0, user_copy_failed
	csrw sepc, t0
	ld t0, 0(sp)
	ld t1, 8(sp)
	csrr sp, sscratch
	csrw sscratch, zero
	sret
1:	csrr a0, sepc
	mv a1, s0
	call panic_trap

// uint64_t user_copy(uint64_t *to, const uint64_t *from, uint64_t words): 0, or 1 if an access
// faulted. One side is user memory: SUM is set here and nowhere else. Each word is read once.
	.globl user_copy
user_copy:
	li t0, 1 << 18 // sstatus.SUM
	csrs sstatus, t0
	beqz a2, 2f
1:
user_copy_start:
	ld t1, 0(a1)
	sd t1, 0(a0)
user_copy_end:
	addi a0, a0, 8
	addi a1, a1, 8
	addi a2, a2, -1
	bnez a2, 1b
2:	csrc sstatus, t0
	li a0, 0
	ret
user_copy_failed:
	li t0, 1 << 18
	csrc sstatus, t0
	li a0, 1
	ret

// void fp_save(uint64_t f[32]), void fp_load(const uint64_t f[32]); sstatus.FS is on.
	.option push
	.option arch, +d
	.globl fp_save
fp_save:
	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	fsd f\n, 8*\n(a0)
	.endr
	ret
	.globl fp_load
fp_load:
	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	fld f\n, 8*\n(a0)
	.endr
	ret
	.option pop

	.section .bss.stack, "aw", @nobits
	.balign 4096
	.globl stack_guard
stack_guard: // unmapped by machine tables, so that an overflow is a fault
	.skip 4096
	.skip 8192
boot_stack_top:
	.globl boot_stack_top
	.skip 2048
trap_stack_top:

	.section .data
	.balign 4096
	.globl boot_table
boot_table:
	.skip 4096
