// The hart's timer; see time.h.
#include "time.h"

#include "irq.h"
#include "riscv.h"
#include "sbi.h"
#include "sched.h"

static struct {
	uint64_t slice_ticks;
	uint64_t deadline; // of user mode, ~0 = none
	bool sstc;
} timer = {.deadline = ~0ul};

static void time_program(void)
{
	uint64_t next = min_u64(this_hart()->slice_end, timer.deadline);
	if (timer.sstc)
		csr_write(0x14d, next); // stimecmp
	else
		sbi_set_timer(next);
}

void time_init(uint64_t timebase_hz, bool sstc)
{
	timer.slice_ticks = timebase_hz / (1000000000ul / SLICE_NS);
	if (timer.slice_ticks == 0)
		timer.slice_ticks = 1;
	timer.sstc = sstc;
	this_hart()->slice_end = ~0ul;
	time_program();
	csr_set(sie, SIE_TIMER);
}

void time_slice_start(void)
{
	this_hart()->slice_end = csr_read(time) + timer.slice_ticks;
	time_program();
}

void time_slice_stop(void)
{
	this_hart()->slice_end = ~0ul;
	time_program();
}

void time_set_deadline(uint64_t ticks)
{
	timer.deadline = ticks;
	time_program();
}

void time_interrupt(void)
{
	struct hart *hart = this_hart();
	uint64_t now = csr_read(time);
	if (now >= timer.deadline) {
		timer.deadline = ~0ul;
		irq_deliver(0);
	}
	if (now >= hart->slice_end) {
		hart->slice_end = now + timer.slice_ticks;
		sched_yield();
	}
	time_program();
}
