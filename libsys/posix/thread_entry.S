// The first and the last instructions of a thread that pthread_create made.

// proto/pager.h, proto/process.h, proto/slots.h; pthread.c checks.
#define THREAD_UNMAP_LABEL 3
#define THREAD_PAGER_SLOT 2
#define THREAD_EXIT_LABEL 49

	.section .text.thread_entry, "ax", @progbits
	.globl thread_entry
	.type thread_entry, @function
thread_entry: // a0 = struct pthread, a1 = index, a2 = mask
	.option push
	.option norelax
	lla gp, __global_pointer$
	.option pop
	li ra, 0 // the end of every backtrace
	li s0, 0
	call thread_begin // does not return
	unimp
	.size thread_entry, . - thread_entry

// thread_leave(gone, slot, block, bytes, generation), declared in pthread.c: from the first call on
// no memory of the thread is used. All signals are blocked.
	.section .text.thread_leave, "ax", @progbits
	.globl thread_leave
	.type thread_leave, @function
thread_leave:
	mv s1, a0
	mv s2, a1
	mv s3, a4
	beqz a2, 1f
	// Start and bytes are in their places, a2 and a3.
	li a1, THREAD_UNMAP_LABEL
	li a0, THREAD_PAGER_SLOT
	li a7, 1
	li t0, 0
	li t1, 0
	ecall
	li s1, 0 // nobody waits for a detached thread, and its word is gone
1:
	beqz s1, 2f
	li t0, 1
	fence rw, rw
	sw t0, 0(s1)
2:
	fence rw, rw
	li t0, 1
	amoadd.d.aqrl a3, t0, (s3)
	addi a3, a3, 1
	mv a2, s1
	li a1, THREAD_EXIT_LABEL
	mv a0, s2
	li a7, 1
	li t0, 0
	li t1, 0
	ecall
	j 2b // cut short by a stop
	.size thread_leave, . - thread_leave

	.section .note.GNU-stack, "", @progbits
