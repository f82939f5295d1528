// Copies that survive a bad address. When a load or store between copy_start and copy_end cannot be
// met, the pager lets the thread go on in copy_failed (copy.c) instead of ending the process. So
// all code here is leaf code: sp, ra and the saved registers are the caller's all the way.
//
// Not here: telling the pager about the range (copy.c).

#define TOO_BIG 25 // FL_TOO_BIG; copy.c compares

	.section .text.copy, "ax", @progbits
	.globl copy_start
copy_start:

// fl_error_t copy_bytes(void *to, const void *from, size_t bytes)
// Counts down and compares no addresses: a length that wraps faults, as it should.
	.globl copy_bytes
	.type copy_bytes, @function
copy_bytes:
	li t0, 16
	bltu a2, t0, 6f
1:	// The destination up to a word.
	andi t1, a0, 7
	beqz t1, 2f
	lbu t2, 0(a1)
	sb t2, 0(a0)
	addi a0, a0, 1
	addi a1, a1, 1
	addi a2, a2, -1
	j 1b
2:	andi t1, a1, 7
	bnez t1, 8f
	li t0, 64
	bltu a2, t0, 4f
3:	ld a3, 0(a1)
	ld a4, 8(a1)
	ld a5, 16(a1)
	ld a6, 24(a1)
	ld a7, 32(a1)
	ld t3, 40(a1)
	ld t4, 48(a1)
	ld t5, 56(a1)
	sd a3, 0(a0)
	sd a4, 8(a0)
	sd a5, 16(a0)
	sd a6, 24(a0)
	sd a7, 32(a0)
	sd t3, 40(a0)
	sd t4, 48(a0)
	sd t5, 56(a0)
	addi a0, a0, 64
	addi a1, a1, 64
	addi a2, a2, -64
	bgeu a2, t0, 3b
4:	li t0, 8
	bltu a2, t0, 6f
5:	ld a3, 0(a1)
	sd a3, 0(a0)
	addi a0, a0, 8
	addi a1, a1, 8
	addi a2, a2, -8
	bgeu a2, t0, 5b
6:	beqz a2, 7f
	lbu a3, 0(a1)
	sb a3, 0(a0)
	addi a0, a0, 1
	addi a1, a1, 1
	addi a2, a2, -1
	j 6b
7:	li a0, 0
	ret
8:	// The source lies t1 bytes past a word: whole words of it, shifted together. An aligned word
	// that holds one byte of the source lies in that byte's page, so this reads no page too far.
	sub a1, a1, t1
	slli t2, t1, 3
	neg t3, t2 // shifts use the low six bits: 64 - t2
	li t0, 8
	ld a3, 0(a1)
9:	ld a4, 8(a1)
	srl a5, a3, t2
	sll a6, a4, t3
	or a5, a5, a6
	sd a5, 0(a0)
	mv a3, a4
	addi a0, a0, 8
	addi a1, a1, 8
	addi a2, a2, -8
	bgeu a2, t0, 9b
	add a1, a1, t1
	j 6b
	.size copy_bytes, . - copy_bytes

// fl_error_t copy_text(char *to, const char *from, size_t bytes)
	.globl copy_text
	.type copy_text, @function
copy_text:
	beqz a2, 2f
	lbu t0, 0(a1)
	sb t0, 0(a0)
	beqz t0, 1f
	addi a0, a0, 1
	addi a1, a1, 1
	addi a2, a2, -1
	j copy_text
1:	li a0, 0
	ret
2:	li a0, TOO_BIG
	ret
	.size copy_text, . - copy_text

	.globl copy_end
copy_end:

	.section .note.GNU-stack, "", @progbits
