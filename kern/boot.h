// Boot, in two parts: memory (frame table, kernel page tables), then the first program.
#ifndef KERN_BOOT_H
#define KERN_BOOT_H

#include "machine.h"
#include "types.h"

// Boot memory for root: images of the servers are loaded into it. Never reused.
#define BOOT_POOL_BYTES (1ul << 20)

struct boot_layout {
	paddr_t kernel_start, kernel_end; // the image, page aligned
	paddr_t pool;                     // BOOT_POOL_BYTES
	paddr_t initrd;                   // first page of it
	uint64_t initrd_pages;
};

// Lays out RAM, fills the frame table, builds the kernel's tables (W^X) and switches to them.
void boot_memory(const struct machine *machine, struct boot_layout *layout);

// Loads the first file of the initrd, an ELF named root, and makes its thread ready.
void boot_root(const struct machine *machine, const struct boot_layout *layout, uint64_t hart);

#endif
