// The calls about interrupts, the machine, and the kernel's counters.
#include "irq.h"
#include "panic.h"
#include "sbi.h"
#include "syscall.h"
#include "time.h"

fl_error_t sys_irq_control(struct thread *self)
{
	struct handle *irq, *endpoint;
	uint64_t offset = arg(self, 1), op = arg(self, 2), value = arg(self, 3);
	fl_error_t error = arg_handle(self, 0, FL_TYPE_IRQ, FL_RIGHT_CONTROL, &irq);
	if (error)
		return error;
	if (offset >= irq->count)
		return FL_BAD_ARGUMENT;
	uint64_t source = irq->first + offset;
	switch (op) {
	case FL_IRQ_BIND:
		error = arg_handle(self, 3, FL_TYPE_ENDPOINT, FL_RIGHT_NOTIFY, &endpoint);
		if (error)
			return error;
		return endpoint->badge ? irq_bind(source, endpoint->object, endpoint->badge)
		                       : FL_BAD_ARGUMENT;
	case FL_IRQ_UNBIND:
		irq_unbind(source);
		if (source == 0)
			time_set_deadline(~0ul);
		return FL_OK;
	case FL_IRQ_ACK:
		irq_acknowledge(source);
		return FL_OK;
	case FL_IRQ_TIMER:
		if (source != 0)
			return FL_BAD_ARGUMENT;
		time_set_deadline(value);
		return FL_OK;
	default:
		return FL_BAD_ARGUMENT;
	}
}

fl_error_t sys_machine_control(struct thread *self)
{
	struct handle *machine;
	uint64_t op = arg(self, 1), value = arg(self, 2);
	fl_error_t error = arg_handle(self, 0, FL_TYPE_MACHINE, FL_RIGHT_CONTROL, &machine);
	if (error)
		return error;
	if (value > 255)
		return FL_BAD_ARGUMENT;
	if (op == FL_MACHINE_STOP)
		machine_stop(value);
	if (op != FL_MACHINE_PUTC)
		return FL_BAD_ARGUMENT;
	sbi_putchar((char)value);
	return FL_OK;
}

fl_error_t sys_counters(struct thread *self)
{
	const struct hart *hart = this_hart();
	const uint64_t value[] = {hart->entries,  hart->satp_writes, hart->sfences,
	                          hart->messages, hart->fence_is,    hart->interrupts};
	for (unsigned i = 0; i < 6; i++)
		set_result(self, i + 1, value[i]);
	return FL_OK;
}
