// The start of a server. Not for programs: those get arguments, TLS and a C library.
//
// Who loads the server (root; for root the kernel) sets a0 = address of the boot page and
// sp = SERVER_STACK_TOP; .bss is mapped and zero.
	.section .text.start, "ax", @progbits
	.globl _start
	.type _start, @function
_start:
	.option push
	.option norelax // gp itself cannot be reached by way of gp
	la gp, __global_pointer$
	.option pop
	li ra, 0
	li s0, 0
	call server_main
	ebreak // server_main does not return
	.size _start, . - _start
