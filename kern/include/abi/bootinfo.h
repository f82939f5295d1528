// What the kernel found at boot, for the first program (root): one read-only page at
// FL_BOOTINFO_VA in root's space. Root maps the same page into the servers it starts.
//
// Source of every value: the device tree (Devicetree Specification 0.4) that firmware passed.
#ifndef ABI_BOOTINFO_H
#define ABI_BOOTINFO_H

#include <stdint.h>

#define FL_BOOTINFO_VA 0x8000ul
// The kernel starts root at its ELF entry with a0 = FL_BOOTINFO_VA and this wired stack.
#define FL_ROOT_STACK_TOP 0x200000ul
#define FL_ROOT_STACK_BYTES 0x8000ul
#define FL_BOOTINFO_MAGIC 0x464c4249u // "FLBI"
#define FL_BOOT_ITEMS 32
#define FL_BOOT_ARGS_BYTES 1024

// The handles that root finds in its table.
enum fl_root_slot {
	FL_ROOT_SPACE = 1,   // its own space, all rights
	FL_ROOT_THREAD = 2,  // its own thread
	FL_ROOT_MEMORY = 3,  // all RAM runs
	FL_ROOT_IRQ = 4,     // all interrupt sources and the timer
	FL_ROOT_MACHINE = 5, // early console, machine stop
	FL_ROOT_INITRD = 6,  // FIXED, read-only: the pages of the initrd
	FL_ROOT_POOL = 7,    // FIXED: boot memory that root may map and hand on, never reused
	FL_ROOT_DEVICE = 8,  // FIXED: the first device item; the others follow
	FL_ROOT_SLOT_END = FL_ROOT_DEVICE + FL_BOOT_ITEMS
};

enum fl_boot_kind {
	FL_BOOT_UART = 1,   // ns16550a
	FL_BOOT_VIRTIO = 2, // virtio,mmio slot (may be empty)
	FL_BOOT_TEST = 3,   // sifive,test1: machine stop with a status
	FL_BOOT_RTC = 4     // google,goldfish-rtc
};

struct fl_boot_item {
	uint32_t kind; // enum fl_boot_kind
	uint32_t slot; // root's slot of the FIXED handle that covers it
	uint64_t base; // physical address, bytes
	uint64_t size; // bytes
	uint32_t irq;  // interrupt source, 0 = none
	uint32_t reserved;
};

struct fl_bootinfo {
	uint32_t magic;
	uint32_t abi_version;
	uint32_t boot_hart;
	uint32_t harts; // in the device tree; those that are not the boot hart stay parked
	uint64_t timebase_hz;
	uint64_t ram_base;      // physical, 2 MiB aligned
	uint64_t ram_bytes;     // up to the end of the last RAM byte, from ram_base
	uint64_t initrd_pages;  // pages that FL_ROOT_INITRD covers
	uint64_t initrd_offset; // of the archive's first byte in the first of these pages
	uint64_t initrd_bytes;
	uint64_t pool_pages; // pages that FL_ROOT_POOL covers, from its page 0
	uint8_t seed[32];    // /chosen/rng-seed, zeros if there is none
	uint32_t item_count;
	uint32_t reserved;
	struct fl_boot_item item[FL_BOOT_ITEMS];
	char args[FL_BOOT_ARGS_BYTES]; // /chosen/bootargs, NUL-terminated, cut if longer
};

_Static_assert(sizeof(struct fl_boot_item) == 32, "four words an item");
_Static_assert(sizeof(struct fl_bootinfo) <= 4096, "one page");

#endif
