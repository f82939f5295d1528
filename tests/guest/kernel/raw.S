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
