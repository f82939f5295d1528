// ELF executables for tests, put together field by field, and the contract of fl/elf.h as a check.
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "fl/elf.h"
#include "proto/pager.h"

struct program_segment {
	uint32_t type;
	uint32_t flags;
	uint64_t offset;
	uint64_t vaddr;
	uint64_t paddr;
	uint64_t file_bytes;
	uint64_t memory_bytes;
	uint64_t align;
};

#define PROGRAM_SEGMENTS 20

// As in the file: the ELF-64 header, then the program headers, then contents.
struct program {
	uint8_t ident[16];
	uint16_t type;
	uint16_t machine;
	uint32_t version;
	uint64_t entry;
	uint64_t program_offset;
	uint64_t section_offset;
	uint32_t flags;
	uint16_t header_bytes;
	uint16_t program_header_bytes;
	uint16_t program_headers;
	uint16_t rest[3];
	struct program_segment segment[PROGRAM_SEGMENTS];
	uint8_t contents[0x6000 - 64 - 56 * PROGRAM_SEGMENTS];
};
_Static_assert(sizeof(struct program) == 0x6000, "as in the file");

enum { PROGRAM_TEXT, PROGRAM_RODATA, PROGRAM_DATA };

// Text R-X, read-only data, data with 0x2100 bytes of bss: sound.
static inline void program_make(struct program *program)
{
	static const uint8_t ident[16] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
	memset(program, 0, sizeof *program);
	memcpy(program->ident, ident, sizeof ident);
	program->type = 2;
	program->machine = 243;
	program->version = 1;
	program->entry = 0x10010;
	program->program_offset = 64;
	program->header_bytes = 64;
	program->program_header_bytes = 56;
	program->program_headers = 3;
	program->segment[PROGRAM_TEXT] = (struct program_segment){.type = 1,
	                                                          .flags = 5,
	                                                          .offset = 0x2000,
	                                                          .vaddr = 0x10000,
	                                                          .file_bytes = 0x1234,
	                                                          .memory_bytes = 0x1234,
	                                                          .align = 0x1000};
	program->segment[PROGRAM_RODATA] = (struct program_segment){.type = 1,
	                                                            .flags = 4,
	                                                            .offset = 0x4000,
	                                                            .vaddr = 0x12000,
	                                                            .file_bytes = 0x800,
	                                                            .memory_bytes = 0x800,
	                                                            .align = 0x1000};
	program->segment[PROGRAM_DATA] = (struct program_segment){.type = 1,
	                                                          .flags = 6,
	                                                          .offset = 0x4800,
	                                                          .vaddr = 0x13800,
	                                                          .file_bytes = 0x900,
	                                                          .memory_bytes = 0x2a00,
	                                                          .align = 0x1000};
}

// What holds for whatever fl_elf_parse accepts. NULL, or what does not hold.
static inline const char *program_check(const struct fl_elf *elf, uint64_t bytes)
{
	uint64_t end = LAYOUT_USER_START;
	bool entry_found = false;
	if (elf->count == 0 || elf->count > FL_ELF_REGIONS_MAX)
		return "number of regions";
	for (unsigned i = 0; i < elf->count; i++) {
		const struct fl_elf_region *region = &elf->region[i];
		bool is_image = region->kind == PAGER_KIND_IMAGE;
		if (region->start % 4096 || region->end % 4096 || region->start < end ||
		    region->end <= region->start || region->end > LAYOUT_MMAP_START)
			return "regions ascend, page by page, in the user range";
		if (!is_image && region->kind != PAGER_KIND_ZERO)
			return "kind";
		if (!(region->rights & 1) || region->rights > 7 || (region->rights & 6) == 6)
			return "rights";
		if (is_image && (region->offset > bytes || region->bytes > bytes - region->offset ||
		                 region->bytes == 0 || region->bytes > region->end - region->start))
			return "an image lies in the file";
		if (!is_image && (region->offset || region->bytes))
			return "zeros come from no file";
		if (is_image && (region->rights & 4) && elf->entry >= region->start &&
		    elf->entry - region->start < region->bytes)
			entry_found = true;
		end = region->end;
	}
	if (!entry_found)
		return "the entry is text";
	return elf->end == end ? NULL : "the end of the last region";
}

#endif
