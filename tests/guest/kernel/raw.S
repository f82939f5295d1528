// One ecall with all integer registers chosen and all seen afterwards; see harness.h.
	.text
	.globl raw_call
raw_call:
	addi sp, sp, -112
	sd ra, 0(sp)
	sd gp, 8(sp)
	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11
	sd s\n, 16+8*\n(sp)
	.endr
	sd sp, 0(a0)
	sd tp, 256(a0)
	mv sp, a0
	ld x1, 8*1(sp)
	.irp n, 3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	ld x\n, 8*\n(sp)
	.endr
	ecall
	sd x1, 8*1(sp)
	.irp n, 3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	sd x\n, 8*\n(sp)
	.endr
	sd sp, 8*2(sp)
	ld tp, 256(sp)
	ld sp, 0(sp)
	ld ra, 0(sp)
	ld gp, 8(sp)
	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11
	ld s\n, 16+8*\n(sp)
	.endr
	addi sp, sp, 112
	ret

// Single instructions that trap; a0 = the address where one is used. Each is followed by a loop, so
// that going on by mistake is seen. Declared in raw.h.
	.option push
	.option norvc
	.macro snippet name:req, instruction:vararg
	.balign 4
	.globl \name
\name:
	\instruction
1:	j 1b
	.endm

	snippet raw_load, ld a0, 0(a0)
	snippet raw_store, sd a0, 0(a0)
	snippet raw_load_byte, lb a0, 0(a0)
	snippet raw_store_byte, sb a0, 0(a0)
	snippet raw_jump, jr a0
	snippet raw_amo, amoadd.d a1, a1, (a0)
	snippet raw_reserve, lr.d a1, (a0)
	snippet raw_zero, .word 0
	snippet raw_ebreak, ebreak
	snippet raw_wfi, wfi
	snippet raw_sret, sret
	snippet raw_sfence, sfence.vma
	snippet raw_csr_read, csrr a0, sstatus
	snippet raw_csr_write, csrw satp, a0
	snippet raw_spin, nop

// A load, then a breakpoint: to see what the load's fault left of the registers.
	.balign 4
	.globl raw_load_then_break
raw_load_then_break:
	ld a0, 0(a0)
	ebreak
	.option pop

// Floating point: fills f0-f31 and fcsr from a seed; reads them; see raw.h.
	.option push
	.option arch, +d
	.globl raw_float_fill
raw_float_fill:
	andi t0, a0, 0xff
	fscsr t0
	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	fmv.d.x f\n, a0
	addi a0, a0, 1
	.endr
	ret
	.globl raw_float_read
raw_float_read:
	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	fsd f\n, 8*\n(a0)
	.endr
	frcsr t0
	sd t0, 256(a0)
	ret
// A rounding mode that does not exist, used: illegal although the unit is on.
	.balign 4
	.globl raw_float_illegal
raw_float_illegal:
	li t0, 5
	fsrm t0
	.balign 4
	.globl raw_float_illegal_at
raw_float_illegal_at:
	fadd.d f0, f0, f0, dyn
1:	j 1b
	.option pop
