// Where a program starts: sp = a0 = the argument block (proto/process.h), all other registers 0.
// Only what C cannot do; program_main (start.c) does the rest.

	.section .text.program_start, "ax", @progbits
	.globl program_start
	.type program_start, @function
program_start:
	.option push
	.option norelax // gp is what relaxed code is relative to
	lla gp, __global_pointer$
	.option pop
	lla tp, tls_block // thread-local storage, RISC-V ELF psABI, "Thread Local Storage": variant I
	li ra, 0          // the end of every backtrace
	li s0, 0
	call program_main // does not return
	unimp
	.size program_start, . - program_start

	.section .note.GNU-stack, "", @progbits
