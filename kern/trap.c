// From the trap to the thread that runs next: reads the CSRs once, classifies, hands over.
#include "trap.h"

#include "irq.h"
#include "offsets.h"
#include "riscv.h"
#include "sched.h"
#include "syscall.h"
#include "time.h"
#include "tlb.h"

_Static_assert(offsetof(struct thread, pc) == THREAD_PC, "entry.S");
_Static_assert(offsetof(struct thread, hart) == THREAD_HART, "entry.S");
_Static_assert(offsetof(struct hart, stack_top) == HART_STACK_TOP, "entry.S");

// The right that an access needs, for the causes that are page faults; 0 for the others.
static unsigned access_of(uint64_t cause)
{
	switch (cause) {
	case FL_CAUSE_FETCH_PAGE:
		return FL_PROT_EXEC;
	case FL_CAUSE_LOAD_PAGE:
		return FL_PROT_READ;
	case FL_CAUSE_STORE_PAGE:
		return FL_PROT_WRITE;
	default:
		return 0;
	}
}

// An exception of user code: what only the kernel can mend is mended here (A/D bits where hardware
// does not set them, the switched-off floating-point unit); everything else is a message.
static void exception(struct hart *hart, struct thread *thread, uint64_t cause)
{
	uint64_t stval = csr_read(stval);
	unsigned access = access_of(cause);
	if (access && stval < FL_USER_END && table_touch(&thread->space->table, VA(stval), access))
		return;
	if (cause == FL_CAUSE_ILLEGAL && fp_enable(hart, thread))
		return;
	struct fl_fault *fault = (struct fl_fault *)(void *)thread->fault;
	fault->cause = cause;
	fault->stval = stval;
	fault->pc = thread->pc;
	fault->sp = thread->x[REG_SP];
	fault->thread = thread->number;
	endpoint_send_fault(thread);
}

// Sets up what differs from thread to thread and is not in its registers.
static void hart_prepare(struct hart *hart, struct thread *thread)
{
	if (thread != hart->running) {
		fp_switch(hart, thread);
		hart->running = thread;
	}
	if (thread->space != hart->space)
		tlb_enter(thread->space);
	if (hart->fence_i) {
		hart->fence_i = false;
		hart->fence_is++;
		__asm__ volatile("fence.i" ::: "memory");
	}
}

static void interrupt(uint64_t cause)
{
	if (cause == SCAUSE_TIMER) {
		time_interrupt();
	} else {
		ASSERT(cause == SCAUSE_EXTERNAL);
		irq_external();
	}
}

// Nobody is ready: waits for interrupts until somebody is. Interrupts stay off in the kernel; wfi
// ends all the same when one is pending (privileged specification, "Wait for Interrupt").
static struct thread *idle(void)
{
	struct thread *thread;
	time_slice_stop();
	while (!(thread = sched_next())) {
		__asm__ volatile("wfi" ::: "memory");
		uint64_t pending = csr_read(sip) & csr_read(sie);
		if (pending & SIE_TIMER)
			interrupt(SCAUSE_TIMER);
		if (pending & SIE_EXTERNAL)
			interrupt(SCAUSE_EXTERNAL);
	}
	time_slice_start();
	return thread;
}

struct thread *trap_leave(void)
{
	struct hart *hart = this_hart();
	struct thread *thread = sched_next();
	if (!thread)
		thread = idle();
	hart_prepare(hart, thread);
	return thread;
}

struct thread *trap_from_user(struct thread *thread, uint64_t cause)
{
	struct hart *hart = this_hart();
	hart->entries++;
	if (cause == SCAUSE_ECALL_USER) {
		thread->pc += 4;
		syscall_dispatch(thread);
	} else if (cause & SCAUSE_INTERRUPT) {
		hart->interrupts++;
		interrupt(cause);
	} else {
		exception(hart, thread, cause);
	}
	return trap_leave();
}
