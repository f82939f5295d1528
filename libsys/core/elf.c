// The check of ELF executables. See fl/elf.h for the contract.
//
// Not here: loading. A region says where its bytes are; root copies them, the pager pages them in.
//
// Format: System V ABI, "Object Files" (ELF-64); machine 243 by the RISC-V ELF psABI.
#include "fl/elf.h"

#include "abi/object.h"
#include "fl/string.h"
#include "proto/pager.h"

#define ELF_HEADER_BYTES 64u
#define ELF_TYPE_EXEC 2
#define ELF_MACHINE_RISCV 243
#define PROGRAM_HEADER_BYTES 56u
#define PROGRAM_HEADERS_MAX 64u
#define SEGMENT_LOAD 1
#define SEGMENT_INTERPRETER 3
#define SEGMENT_EXEC 1u
#define SEGMENT_WRITE 2u
#define SEGMENT_READ 4u

struct elf_header {
	uint8_t ident[16]; // magic, class, byte order, version
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
	uint16_t section_header_bytes;
	uint16_t section_headers;
	uint16_t section_names;
};

struct elf_segment {
	uint32_t type;
	uint32_t flags;
	uint64_t offset;
	uint64_t vaddr;
	uint64_t paddr;
	uint64_t file_bytes;
	uint64_t memory_bytes;
	uint64_t align;
};

_Static_assert(sizeof(struct elf_header) == ELF_HEADER_BYTES, "the ELF-64 file header");
_Static_assert(sizeof(struct elf_segment) == PROGRAM_HEADER_BYTES, "the ELF-64 program header");

static int range_inside(uint64_t offset, uint64_t bytes, uint64_t limit)
{
	return offset <= limit && bytes <= limit - offset;
}

static uint64_t page_down(uint64_t address)
{
	return address & ~(FL_PAGE_SIZE - 1);
}

static uint64_t page_up(uint64_t address)
{
	return page_down(address + FL_PAGE_SIZE - 1);
}

static int header_sound(const struct elf_header *header, uint64_t bytes)
{
	static const uint8_t ident[7] = {0x7f, 'E', 'L', 'F', 2, 1, 1}; // 64-bit, little-endian
	return memcmp(header->ident, ident, sizeof ident) == 0 && header->type == ELF_TYPE_EXEC &&
	       header->machine == ELF_MACHINE_RISCV && header->version == 1 &&
	       header->header_bytes == ELF_HEADER_BYTES &&
	       header->program_header_bytes == PROGRAM_HEADER_BYTES && header->program_headers >= 1 &&
	       header->program_headers <= PROGRAM_HEADERS_MAX &&
	       range_inside(header->program_offset,
	                    (uint64_t)header->program_headers * PROGRAM_HEADER_BYTES, bytes);
}

static int segment_sound(const struct elf_segment *segment, uint64_t bytes)
{
	unsigned known = SEGMENT_READ | SEGMENT_WRITE | SEGMENT_EXEC;
	unsigned flags = segment->flags;
	if (!(flags & SEGMENT_READ) || (flags & ~known))
		return 0;
	if ((flags & SEGMENT_WRITE) && (flags & SEGMENT_EXEC))
		return 0;
	if (segment->file_bytes > segment->memory_bytes)
		return 0;
	// Without file bytes the offset points at nothing; linkers put it past the end at times.
	if (segment->file_bytes && !range_inside(segment->offset, segment->file_bytes, bytes))
		return 0;
	if ((segment->offset ^ segment->vaddr) & (FL_PAGE_SIZE - 1))
		return 0;
	return segment->vaddr >= LAYOUT_USER_START &&
	       range_inside(segment->vaddr, segment->memory_bytes, LAYOUT_MMAP_START);
}

static unsigned segment_rights(const struct elf_segment *segment)
{
	unsigned rights = FL_PROT_READ;
	if (segment->flags & SEGMENT_WRITE)
		rights |= FL_PROT_WRITE;
	if (segment->flags & SEGMENT_EXEC)
		rights |= FL_PROT_EXEC;
	return rights;
}

// Adds the one or two regions of a sound segment that starts at or above elf->end.
static void segment_add(struct fl_elf *elf, const struct elf_segment *segment)
{
	uint64_t start = page_down(segment->vaddr);
	uint64_t end = page_up(segment->vaddr + segment->memory_bytes);
	uint64_t skip = segment->vaddr - start;
	unsigned rights = segment_rights(segment);
	if (segment->file_bytes) {
		uint64_t image_end = page_up(segment->vaddr + segment->file_bytes);
		elf->region[elf->count++] = (struct fl_elf_region){
			.start = start,
			.end = image_end,
			.kind = PAGER_KIND_IMAGE,
			.rights = rights,
			.offset = segment->offset - skip,
			.bytes = segment->file_bytes + skip,
		};
		start = image_end;
	}
	if (start < end) {
		elf->region[elf->count++] = (struct fl_elf_region){
			.start = start,
			.end = end,
			.kind = PAGER_KIND_ZERO,
			.rights = rights,
		};
	}
	elf->end = end;
}

fl_error_t fl_elf_parse(const void *file, uint64_t bytes, struct fl_elf *elf)
{
	const uint8_t *base = file;
	struct elf_header header;
	if (bytes < sizeof header)
		return FL_NOT_EXECUTABLE;
	memcpy(&header, base, sizeof header);
	if (!header_sound(&header, bytes))
		return FL_NOT_EXECUTABLE;

	int entry_found = 0;
	unsigned segments = 0;
	elf->count = 0;
	elf->end = 0;
	elf->entry = header.entry;
	for (unsigned i = 0; i < header.program_headers; i++) {
		struct elf_segment segment;
		memcpy(&segment, base + header.program_offset + i * sizeof segment, sizeof segment);
		if (segment.type == SEGMENT_INTERPRETER)
			return FL_NOT_EXECUTABLE;
		if (segment.type != SEGMENT_LOAD || segment.memory_bytes == 0)
			continue;
		if (++segments > FL_ELF_SEGMENTS_MAX || !segment_sound(&segment, bytes) ||
		    page_down(segment.vaddr) < elf->end)
			return FL_NOT_EXECUTABLE;
		segment_add(elf, &segment);
		if ((segment.flags & SEGMENT_EXEC) && header.entry >= segment.vaddr &&
		    header.entry - segment.vaddr < segment.file_bytes)
			entry_found = 1;
	}
	// Instructions are 2-byte aligned (the C extension is on).
	return entry_found && !(header.entry & 1) ? FL_OK : FL_NOT_EXECUTABLE;
}
