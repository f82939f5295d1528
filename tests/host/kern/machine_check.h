// What holds for a machine description whatever blob it was read from: the contract of
// kern/machine.h as a check, for the tests and the fuzzer.
#ifndef MACHINE_CHECK_H
#define MACHINE_CHECK_H

#include <stddef.h>
#include <string.h>

#include "machine.h"

static inline bool machine_check_range(struct machine_range range)
{
	return range.bytes > 0 && range.base + range.bytes > range.base;
}

static inline bool machine_check_device(struct machine_device device)
{
	return device.range.bytes == 0 ? device.irq == 0 : machine_check_range(device.range);
}

// A null pointer if all is well, else what is not.
static inline const char *machine_check(const struct machine *machine, fl_error_t error)
{
	if (error != FL_OK)
		return machine->problem && (error == FL_BAD_ARGUMENT || error == FL_LIMIT)
		           ? NULL
		           : "an error needs a sentence and a documented number";
	if (machine->problem)
		return "success with a problem";
	if (machine->ram_count == 0 || machine->ram_count > MACHINE_RAM_MAX ||
	    machine->reserved_count > MACHINE_RESERVED_MAX || machine->hart_count == 0 ||
	    machine->hart_count > MACHINE_HARTS_MAX || machine->hart_total < machine->hart_count ||
	    machine->virtio_count > MACHINE_VIRTIO_MAX || machine->timebase_hz == 0)
		return "a count or the timebase is out of range";
	for (uint32_t index = 0; index < machine->ram_count; index++) {
		if (!machine_check_range(machine->ram[index]))
			return "RAM that is empty or wraps";
	}
	for (uint32_t index = 0; index < machine->reserved_count; index++) {
		if (!machine_check_range(machine->reserved[index]))
			return "a reservation that is empty or wraps";
	}
	for (uint32_t index = 0; index < machine->virtio_count; index++) {
		if (machine->virtio[index].range.bytes == 0 ||
		    !machine_check_device(machine->virtio[index]))
			return "a virtio slot that is empty or wraps";
	}
	if (!machine_check_device(machine->plic) || !machine_check_device(machine->uart) ||
	    !machine_check_device(machine->test) || !machine_check_device(machine->rtc))
		return "a device that is absent with an interrupt, or wraps";
	for (uint32_t index = 0; index < machine->hart_count; index++) {
		const struct machine_hart *hart = &machine->hart[index];
		if (hart->context != MACHINE_NO_CONTEXT &&
		    (hart->phandle == 0 || !machine->plic.range.bytes))
			return "a context without an interrupt controller";
		if (machine->has_sstc && !hart->has_sstc)
			return "Sstc that not every hart has";
	}
	if (machine->initrd_start > machine->initrd_end)
		return "an initrd that ends before it starts";
	return memchr(machine->args, '\0', sizeof machine->args) ? NULL : "arguments without an end";
}

#endif
