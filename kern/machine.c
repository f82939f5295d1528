// Reads the machine's description from the device tree in one pass. See machine.h.
// Bindings: Devicetree Specification 0.4, chapters 2 and 3; for RISC-V the documents riscv/cpus and
// interrupt-controller/sifive,plic-1.0.0 of the devicetree bindings collection.
//
// Not here: the format of the blob (fdt.c).
#include "machine.h"

#include <stddef.h>

#include "fdt.h"

#define IRQ_S_EXTERNAL 9 // privileged specification 20211203, "Supervisor cause register"

// Nodes whose children are special.
enum place { PLACE_OTHER, PLACE_ROOT, PLACE_CPUS, PLACE_HART, PLACE_RESERVED };

// What an open node means for its children.
struct level {
	enum place place;
	bool identity; // their addresses are physical addresses
	uint64_t address_cells;
	uint64_t size_cells;
};

struct reader {
	struct fdt fdt;
	struct fdt_node node;          // the node that was just entered
	const struct level *parent;    // its parent's level, null for the root
	struct machine_hart *hart;     // of the last PLACE_HART node, null if it is not usable
	struct fdt_bytes plic_targets; // kept to the end: the harts may come after the PLIC
	struct machine *machine;
};

static bool value_get(const struct reader *reader, const char *name, struct fdt_bytes *value)
{
	return fdt_property(&reader->fdt, &reader->node, name, value);
}

// Empty if there is none.
static struct fdt_bytes value_of(const struct reader *reader, const char *name)
{
	struct fdt_bytes value;
	return value_get(reader, name, &value) ? value : (struct fdt_bytes){0};
}

static bool list_has(const struct reader *reader, const char *name, const char *item)
{
	return fdt_list_has(value_of(reader, name), '\0', item);
}

// A property that is one number, as wide as its length says. Unchanged if there is none.
static void number_get(const struct reader *reader, const char *name, uint64_t *number)
{
	struct fdt_bytes value = value_of(reader, name);
	if (value.length % 4 == 0)
		(void)fdt_number(value, 0, value.length / 4, number);
}

// Entry `index` of a `reg`. False: there is none, or it has other than 1 or 2 cells.
static bool reg_entry(const struct reader *reader, struct fdt_bytes reg, uint32_t index,
                      struct machine_range *range)
{
	uint64_t address_cells = reader->parent->address_cells, size_cells = reader->parent->size_cells;
	uint64_t at = index * (address_cells + size_cells);
	return fdt_number(reg, at, address_cells, &range->base) &&
	       fdt_number(reg, at + address_cells, size_cells, &range->bytes);
}

static bool range_valid(struct machine_range range)
{
	return range.bytes > 0 && range.bytes <= UINT64_MAX - range.base;
}

static bool node_usable(const struct reader *reader)
{
	struct fdt_bytes status;
	return !value_get(reader, "status", &status) || fdt_list_has(status, '\0', "okay") ||
	       fdt_list_has(status, '\0', "ok");
}

static void bytes_copy(struct fdt_bytes from, void *to, uint32_t max_bytes)
{
	for (uint32_t at = 0; at < from.length && at < max_bytes; at++)
		((uint8_t *)to)[at] = from.data[at];
}

static fl_error_t reservation_add(struct machine *machine, struct machine_range range)
{
	if (!range_valid(range) && range.bytes > 0)
		range.bytes = UINT64_MAX - range.base;
	if (range.bytes == 0)
		return FL_OK;
	if (machine->reserved_count == MACHINE_RESERVED_MAX) {
		machine->problem = "the device tree has too many reservations";
		return FL_LIMIT;
	}
	machine->reserved[machine->reserved_count++] = range;
	return FL_OK;
}

static fl_error_t reservation_list_read(struct reader *reader)
{
	struct machine_range range;
	fl_error_t error = FL_OK;
	for (uint32_t index = 0; error == FL_OK; index++) {
		error = fdt_reservation(&reader->fdt, index, &range.base, &range.bytes);
		if (error == FL_OK)
			error = reservation_add(reader->machine, range);
	}
	return error == FL_EMPTY ? FL_OK : error;
}

// A node with `size` in place of `reg` asks for any memory: nothing to keep free.
static fl_error_t reservation_read(struct reader *reader)
{
	struct fdt_bytes reg = value_of(reader, "reg");
	struct machine_range range;
	if (reg.length > 0 && !reg_entry(reader, reg, 0, &range)) {
		reader->machine->problem = "the device tree has a reservation that cannot be read";
		return FL_BAD_ARGUMENT;
	}
	fl_error_t error = FL_OK;
	for (uint32_t index = 0; error == FL_OK && reg_entry(reader, reg, index, &range); index++)
		error = reservation_add(reader->machine, range);
	return error;
}

static void ram_read(struct reader *reader)
{
	struct machine *machine = reader->machine;
	struct fdt_bytes reg = value_of(reader, "reg");
	struct machine_range range;
	for (uint32_t index = 0; reg_entry(reader, reg, index, &range); index++) {
		if (range_valid(range) && machine->ram_count < MACHINE_RAM_MAX)
			machine->ram[machine->ram_count++] = range;
	}
}

static void chosen_read(struct reader *reader)
{
	struct machine *machine = reader->machine;
	uint64_t start = 0, end = 0;
	number_get(reader, "linux,initrd-start", &start);
	number_get(reader, "linux,initrd-end", &end);
	if (start < end) {
		machine->initrd_start = start;
		machine->initrd_end = end;
	}
	bytes_copy(value_of(reader, "bootargs"), machine->args, sizeof machine->args - 1);
	bytes_copy(value_of(reader, "rng-seed"), machine->seed, sizeof machine->seed);
}

static void hart_read(struct reader *reader)
{
	struct machine *machine = reader->machine;
	struct machine_hart hart = {.context = MACHINE_NO_CONTEXT};

	reader->hart = NULL;
	if (!list_has(reader, "device_type", "cpu") || !node_usable(reader) ||
	    !fdt_number(value_of(reader, "reg"), 0, reader->parent->address_cells, &hart.id))
		return;
	hart.has_sstc = list_has(reader, "riscv,isa-extensions", "sstc") ||
	                fdt_list_has(value_of(reader, "riscv,isa"), '_', "sstc");
	machine->has_sstc = hart.has_sstc && (machine->hart_total == 0 || machine->has_sstc);
	machine->hart_total++;
	if (machine->timebase_hz == 0)
		number_get(reader, "timebase-frequency", &machine->timebase_hz);
	if (machine->hart_count < MACHINE_HARTS_MAX) {
		reader->hart = &machine->hart[machine->hart_count++];
		*reader->hart = hart;
	}
}

static void hart_child_read(struct reader *reader)
{
	uint64_t phandle = 0;
	if (!reader->hart || !list_has(reader, "compatible", "riscv,cpu-intc"))
		return;
	number_get(reader, "phandle", &phandle);
	reader->hart->phandle = (uint32_t)phandle;
}

static struct machine_device *device_find(const struct reader *reader)
{
	struct machine *machine = reader->machine;
	uint32_t slot = machine->virtio_count;
	const struct {
		const char *compatible;
		struct machine_device *device;
	} known[] = {
		{"ns16550a", &machine->uart},
		{"sifive,test1", &machine->test},
		{"sifive,test0", &machine->test},
		{"google,goldfish-rtc", &machine->rtc},
		{"sifive,plic-1.0.0", &machine->plic},
		{"riscv,plic0", &machine->plic},
		{"virtio,mmio", slot < MACHINE_VIRTIO_MAX ? &machine->virtio[slot] : NULL},
	};
	for (uint32_t index = 0; index < sizeof known / sizeof known[0]; index++) {
		if (list_has(reader, "compatible", known[index].compatible))
			return known[index].device;
	}
	return NULL;
}

static void device_read(struct reader *reader)
{
	struct machine *machine = reader->machine;
	struct machine_device *device = device_find(reader);
	struct machine_range range;
	uint64_t number = 0;

	// The first of a kind is the one to use.
	if (!device || device->range.bytes > 0 ||
	    !reg_entry(reader, value_of(reader, "reg"), 0, &range) || !range_valid(range))
		return;
	device->range = range;
	if (device == &machine->plic) {
		number_get(reader, "riscv,ndev", &number);
		machine->plic_sources = (uint32_t)number;
		reader->plic_targets = value_of(reader, "interrupts-extended");
		return;
	}
	if (fdt_number(value_of(reader, "interrupts"), 0, 1, &number) ||
	    fdt_number(value_of(reader, "interrupts-extended"), 1, 1, &number))
		device->irq = (uint32_t)number;
	if (list_has(reader, "compatible", "virtio,mmio"))
		machine->virtio_count++;
}

// The cells are not inherited: each node states them for its children (2.3.5), or 2 and 1 hold.
static void level_read(const struct reader *reader, struct level *level)
{
	struct fdt_bytes ranges;
	*level = (struct level){PLACE_OTHER, false, 2, 1};
	number_get(reader, "#address-cells", &level->address_cells);
	number_get(reader, "#size-cells", &level->size_cells);
	// Only an empty `ranges` says that the children are seen at the same addresses (2.3.8).
	if (!reader->parent)
		level->identity = true;
	else if (reader->parent->identity && value_get(reader, "ranges", &ranges))
		level->identity = ranges.length == 0 && node_usable(reader);
}

static fl_error_t node_read(struct reader *reader, struct level *level)
{
	enum place above = reader->parent ? reader->parent->place : PLACE_OTHER;
	const char *name = reader->node.name;

	level_read(reader, level);
	if (!reader->parent) {
		level->place = PLACE_ROOT;
	} else if (above == PLACE_ROOT && fdt_name_is(name, "chosen")) {
		chosen_read(reader);
	} else if (above == PLACE_ROOT && fdt_name_is(name, "reserved-memory")) {
		level->place = PLACE_RESERVED;
	} else if (above == PLACE_ROOT && fdt_name_is(name, "cpus")) {
		level->place = PLACE_CPUS;
		number_get(reader, "timebase-frequency", &reader->machine->timebase_hz);
	} else if (above == PLACE_CPUS) {
		level->place = PLACE_HART;
		hart_read(reader);
	} else if (above == PLACE_HART) {
		hart_child_read(reader);
	} else if (above == PLACE_RESERVED) {
		return reservation_read(reader);
	} else if (reader->parent->identity && node_usable(reader)) {
		if (list_has(reader, "device_type", "memory"))
			ram_read(reader);
		else
			device_read(reader);
	}
	return FL_OK;
}

static fl_error_t tree_read(struct reader *reader)
{
	struct level level[FDT_DEPTH_MAX];
	struct fdt_walk walk = {0};
	fl_error_t error = FL_OK;
	while (error == FL_OK) {
		error = fdt_next(&reader->fdt, &walk, &reader->node);
		if (error != FL_OK)
			break;
		uint32_t depth = reader->node.depth;
		reader->parent = depth > 0 ? &level[depth - 1] : NULL;
		error = node_read(reader, &level[depth]);
	}
	return error == FL_EMPTY ? FL_OK : error;
}

// The number of a context is its place in the list of (interrupt controller, interrupt) pairs.
static void contexts_find(struct reader *reader)
{
	struct machine *machine = reader->machine;
	uint64_t phandle, irq;
	for (uint32_t context = 0; fdt_number(reader->plic_targets, 2 * context, 1, &phandle) &&
	                           fdt_number(reader->plic_targets, 2 * context + 1, 1, &irq);
	     context++) {
		for (uint32_t index = 0; irq == IRQ_S_EXTERNAL && index < machine->hart_count; index++) {
			struct machine_hart *hart = &machine->hart[index];
			if (hart->phandle != 0 && hart->phandle == phandle)
				hart->context = context;
		}
	}
}

fl_error_t machine_read(const void *blob, uint64_t max_bytes, struct machine *machine)
{
	struct reader reader = {.machine = machine};
	*machine = (struct machine){.problem = "there is no device tree that this kernel can read"};
	fl_error_t error = fdt_open(blob, max_bytes, &reader.fdt);
	if (error != FL_OK)
		return error;
	machine->problem = "the device tree is malformed or nested too deeply";
	error = reservation_list_read(&reader);
	if (error == FL_OK)
		error = tree_read(&reader);
	if (error != FL_OK)
		return error;
	contexts_find(&reader);
	machine->problem = machine->ram_count == 0     ? "the device tree names no RAM"
	                   : machine->hart_count == 0  ? "the device tree names no usable hart"
	                   : machine->timebase_hz == 0 ? "the device tree gives no timebase-frequency"
	                                               : NULL;
	return machine->problem ? FL_BAD_ARGUMENT : FL_OK;
}

const struct machine_hart *machine_hart(const struct machine *machine, uint64_t id)
{
	for (uint32_t index = 0; index < machine->hart_count; index++) {
		if (machine->hart[index].id == id)
			return &machine->hart[index];
	}
	return NULL;
}
