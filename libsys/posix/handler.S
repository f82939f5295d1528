// Where procd sends a thread that is to run a handler: with all registers as they were but pc and
// sp, which is 16-byte aligned and has free room below it. Saves them in a ucontext_t (ucontext.h),
// lets C do the rest, and leaves with exactly these registers: two of the words that procd puts in
// place go there in messages (signal_enter), the rest as they stand at the last call.

// proto/process.h and abi/syscall.h, whose enums an assembler cannot read; signal.c checks.
#define SIGNAL_RESUME_LABEL 41
#define KERNEL_CALL 1

#define CONTEXT_BYTES 576 // sizeof(ucontext_t), 16-byte aligned
#define FP 256
#define FCSR 512

#define UPPER 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31

	.macro each_fp op
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, UPPER
	\op f\n, (FP + 8 * \n)(sp)
	.endr
	.endm

	.section .text.signal_trampoline, "ax", @progbits
	.globl signal_trampoline
	.type signal_trampoline, @function
signal_trampoline:
	addi sp, sp, -CONTEXT_BYTES
	.irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, UPPER
	sd x\n, (8 * \n)(sp)
	.endr
	each_fp fsd
	frcsr t0
	sd t0, FCSR(sp)
	.option push
	.option norelax
	lla gp, __global_pointer$
	.option pop
	mv a0, sp
	li s0, 0 // the end of a backtrace
	call signal_enter // a0 = slot for the last call
	ld t0, FCSR(sp)
	fscsr t0
	each_fp fld
	.irp n, 1, 3, 4, 7, 8, 9, 12, 13, 14, 15, 16, UPPER
	ld x\n, (8 * \n)(sp)
	.endr
	ld sp, 16(sp)
	// A message of only its label: no handle, none wanted. The words beyond are not looked at.
	li a1, SIGNAL_RESUME_LABEL
	li a7, KERNEL_CALL
	li t0, 0
	li t1, 0
	ecall
	unimp // procd takes a resume from whoever returned before
	.size signal_trampoline, . - signal_trampoline

	.section .note.GNU-stack, "", @progbits
