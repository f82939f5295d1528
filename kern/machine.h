// What the device tree says about the machine: memory, harts, interrupt controller, devices.
// Read once at boot, into a plain structure that keeps no pointer into the tree.
//
// Not here: any access to a device, or a choice of what to do with the memory.
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/bootinfo.h"
#include "abi/error.h"

#define MACHINE_RAM_MAX 8
#define MACHINE_RESERVED_MAX 16
#define MACHINE_HARTS_MAX 16
#define MACHINE_VIRTIO_MAX 16
#define MACHINE_SEED_BYTES 32
#define MACHINE_NO_CONTEXT UINT32_MAX

// Physical addresses [base, base + bytes); never empty, never wraps.
struct machine_range {
	uint64_t base;
	uint64_t bytes;
};

struct machine_device {
	struct machine_range range; // bytes = 0: there is no such device
	uint32_t irq;               // interrupt source at the PLIC, 0 = none
};

struct machine_hart {
	uint64_t id;
	uint32_t phandle; // of its local interrupt controller, 0 = none
	uint32_t context; // its S-mode context at the PLIC, or MACHINE_NO_CONTEXT
	bool has_sstc;
};

struct machine {
	const char *problem; // why machine_read failed: a static sentence, else a null pointer

	struct machine_range ram[MACHINE_RAM_MAX]; // as listed: perhaps unsorted or overlapping
	uint32_t ram_count;
	struct machine_range reserved[MACHINE_RESERVED_MAX]; // perhaps outside RAM or overlapping
	uint32_t reserved_count;
	uint64_t initrd_start; // [start, end), start = end = 0 if there is none
	uint64_t initrd_end;
	char args[FL_BOOT_ARGS_BYTES];    // NUL-terminated, cut if longer
	uint8_t seed[MACHINE_SEED_BYTES]; // zeros where the tree gives none

	uint64_t timebase_hz;
	struct machine_hart hart[MACHINE_HARTS_MAX];
	uint32_t hart_count; // entries of hart[]
	uint32_t hart_total; // usable harts in the tree, those that found no entry included
	bool has_sstc;       // every hart has stimecmp

	struct machine_device plic;                       // irq is 0
	uint32_t plic_sources;                            // riscv,ndev: the highest interrupt source
	struct machine_device uart;                       // ns16550a
	struct machine_device test;                       // sifive,test1 or sifive,test0
	struct machine_device rtc;                        // google,goldfish-rtc
	struct machine_device virtio[MACHINE_VIRTIO_MAX]; // virtio,mmio, in the tree's order
	uint32_t virtio_count;
};

// Fills `machine` from the flattened device tree at `blob`, of which at most `max_bytes` are read.
// Nodes whose addresses are no physical addresses, or that have other than 1 or 2 cells, are left
// out, and so are empty and wrapping ranges; a table that is full drops the rest. Reservations are
// the exception, because memory that is given away by mistake belongs to firmware: what wraps is
// cut at the top, and one that cannot be read or has no room is an error.
//
// FL_BAD_ARGUMENT: malformed, or no RAM, timebase or hart. FL_LIMIT: nested too deeply, or too many
// reservations. `problem` then says which; the rest of `machine` means nothing.
fl_error_t machine_read(const void *blob, uint64_t max_bytes, struct machine *machine);

// The hart with this id, or a null pointer.
const struct machine_hart *machine_hart(const struct machine *machine, uint64_t id);

#endif
