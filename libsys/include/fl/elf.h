// Checking an ELF executable for this machine and turning it into the regions of an address space.
#ifndef FL_ELF_H
#define FL_ELF_H

#include <stdint.h>

#include "abi/error.h"

#define FL_ELF_SEGMENTS_MAX 16 // PT_LOAD segments of one file
#define FL_ELF_REGIONS_MAX (2 * FL_ELF_SEGMENTS_MAX)

struct fl_elf_region {
	uint64_t start; // page aligned, half-open
	uint64_t end;
	unsigned kind;   // PAGER_KIND_IMAGE or PAGER_KIND_ZERO
	unsigned rights; // FL_PROT_READ | ...
	uint64_t offset; // IMAGE: file offset of the byte at `start`
	uint64_t bytes;  // IMAGE: bytes that come from the file, from `start` on; the rest is zero
};

struct fl_elf {
	uint64_t entry;
	uint64_t end; // of the last region
	unsigned count;
	struct fl_elf_region region[FL_ELF_REGIONS_MAX]; // ascending, disjoint
};

// FL_NOT_EXECUTABLE for whatever is not a static, page-clean RV64 executable that lies wholly in
// `bytes` and wholly in [LAYOUT_USER_START, LAYOUT_MMAP_START); *elf is then undefined. `file` may
// have any alignment.
fl_error_t fl_elf_parse(const void *file, uint64_t bytes, struct fl_elf *elf)
	__attribute__((warn_unused_result));

#endif
