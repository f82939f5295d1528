// libsys/core/elf.c: a sound program, every way to break one, every length it can be cut to.
#include "program.h"
#include "tap.h"

static struct program program;
static struct fl_elf elf;

static fl_error_t parse(uint64_t bytes)
{
	uint8_t *copy = malloc(bytes ? bytes : 1); // of exactly that size: a byte too far is seen
	if (!copy)
		tap_bail("malloc", "no memory");
	memcpy(copy, &program, bytes);
	fl_error_t error = fl_elf_parse(copy, bytes, &elf);
	free(copy);
	return error;
}

static void expect_region(unsigned index, uint64_t start, uint64_t end, unsigned kind,
                          unsigned rights, uint64_t offset, uint64_t bytes)
{
	const struct fl_elf_region *region = &elf.region[index];
	EXPECT(region->start, start);
	EXPECT(region->end, end);
	EXPECT(region->kind, kind);
	EXPECT(region->rights, rights);
	EXPECT(region->offset, offset);
	EXPECT(region->bytes, bytes);
}

static void parse_sound_program_regions(void)
{
	program_make(&program);
	EXPECT(parse(sizeof program), FL_OK);
	EXPECT(elf.count, 4);
	EXPECT(elf.entry, 0x10010);
	EXPECT(elf.end, 0x17000);
	expect_region(0, 0x10000, 0x12000, PAGER_KIND_IMAGE, 5, 0x2000, 0x1234);
	expect_region(1, 0x12000, 0x13000, PAGER_KIND_IMAGE, 1, 0x4000, 0x800);
	// Unaligned data: the region starts at its page, with the bytes that the file has before it.
	expect_region(2, 0x13000, 0x15000, PAGER_KIND_IMAGE, 3, 0x4000, 0x1100);
	expect_region(3, 0x15000, 0x17000, PAGER_KIND_ZERO, 3, 0, 0);
	EXPECT(program_check(&elf, sizeof program) == NULL, 1);
}

static void parse_bss_only_segment_zero_region(void)
{
	program_make(&program);
	program.segment[PROGRAM_DATA].file_bytes = 0;
	program.segment[PROGRAM_DATA].offset = 0xfff800; // points past the end, at nothing
	EXPECT(parse(sizeof program), FL_OK);
	EXPECT(elf.count, 3);
	expect_region(2, 0x13000, 0x17000, PAGER_KIND_ZERO, 3, 0, 0);
}

static void parse_empty_and_other_segments_skipped(void)
{
	program_make(&program);
	program.program_headers = 5;
	program.segment[3] = (struct program_segment){.type = 1, .vaddr = 0x1000}; // no bytes
	program.segment[4] = (struct program_segment){.type = 0x6474e551, .flags = 7};
	EXPECT(parse(sizeof program), FL_OK);
	EXPECT(elf.count, 4);
}

static void parse_sixteen_segments_seventeen_refused(void)
{
	program_make(&program);
	for (unsigned i = 1; i < 17; i++)
		program.segment[i] = (struct program_segment){
			.type = 1, .flags = 4, .vaddr = 0x100000 + i * 0x1000, .memory_bytes = 1};
	program.program_headers = 16;
	EXPECT(parse(sizeof program), FL_OK);
	EXPECT(elf.count, 16);
	program.program_headers = 17;
	EXPECT(parse(sizeof program), FL_NOT_EXECUTABLE);
}

static void parse_cut_at_every_length_refused(void)
{
	program_make(&program);
	// The last byte that anything refers to is the end of the data.
	uint64_t needed = 0x4800 + 0x900;
	for (uint64_t bytes = 0; bytes < sizeof program; bytes++) {
		fl_error_t error = parse(bytes);
		EXPECT(error, bytes < needed ? FL_NOT_EXECUTABLE : FL_OK);
	}
}

static void parse_any_address_alignment_same_result(void)
{
	static uint8_t space[sizeof program + 8];
	program_make(&program);
	for (unsigned shift = 0; shift < 8; shift++) {
		memcpy(space + shift, &program, sizeof program);
		EXPECT(fl_elf_parse(space + shift, sizeof program, &elf), FL_OK);
		EXPECT(elf.count, 4);
	}
}

#define REFUSED(change)                                                                            \
	do {                                                                                           \
		program_make(&program);                                                                    \
		struct program_segment *text = &program.segment[PROGRAM_TEXT];                             \
		struct program_segment *data = &program.segment[PROGRAM_DATA];                             \
		(void)text;                                                                                \
		(void)data;                                                                                \
		change;                                                                                    \
		EXPECT(parse(sizeof program), FL_NOT_EXECUTABLE);                                          \
	} while (0)

static void parse_foreign_header_refused(void)
{
	for (unsigned i = 0; i < 7; i++)
		REFUSED(program.ident[i] ^= 1); // magic, class, byte order, version
	REFUSED(program.type = 3);          // position-independent
	REFUSED(program.type = 1);
	REFUSED(program.machine = 62); // x86-64
	REFUSED(program.version = 2);
	REFUSED(program.header_bytes = 52);
}

static void parse_header_table_out_of_file_refused(void)
{
	REFUSED(program.program_header_bytes = 32);
	REFUSED(program.program_headers = 0);
	REFUSED(program.program_headers = 0xffff);
	REFUSED(program.program_offset = sizeof program - 56);
	REFUSED(program.program_offset = UINT64_MAX);
	REFUSED(program.program_offset = UINT64_MAX - 3 * 56 + 1);
}

static void parse_segment_out_of_file_refused(void)
{
	REFUSED(data->file_bytes = sizeof program; data->memory_bytes = sizeof program);
	REFUSED(data->offset = UINT64_MAX - 0x7ff); // wraps to an offset inside
	REFUSED(data->offset = sizeof program + 0x800);
	REFUSED(data->file_bytes = data->memory_bytes + 1);
	REFUSED(data->offset += 0x10); // not congruent
	REFUSED(data->file_bytes = UINT64_MAX; data->memory_bytes = UINT64_MAX);
}

static void parse_segment_out_of_user_range_refused(void)
{
	REFUSED(text->vaddr = 0); // page 0
	REFUSED(data->vaddr = LAYOUT_MMAP_START - 0x1000 + 0x800);
	REFUSED(data->vaddr = LAYOUT_MMAP_START + 0x800);
	REFUSED(data->vaddr = FL_USER_END + 0x800);
	REFUSED(data->vaddr = 0xffffffc080200800);
	REFUSED(data->memory_bytes = UINT64_MAX - 0x13000); // the end wraps
	REFUSED(data->memory_bytes = LAYOUT_MMAP_START);
}

static void parse_segments_that_meet_in_a_page_refused(void)
{
	REFUSED(data->vaddr = 0x12800); // overlaps the read-only data
	REFUSED(data->vaddr = 0x12f00 + 0x900 - 0x1000);
	REFUSED(data->vaddr = 0x11800);
	REFUSED(data->vaddr = 0x1800); // descends
	REFUSED(text->memory_bytes = 0x2001; text->file_bytes = 0x2001);
}

static void parse_rights_that_no_page_may_have_refused(void)
{
	REFUSED(data->flags = 7); // writable and executable
	REFUSED(text->flags = 3);
	REFUSED(data->flags = 0);
	REFUSED(data->flags = 2); // no page is writable but not readable
	REFUSED(text->flags = 1);
	REFUSED(data->flags = 6 | 8);
}

static void parse_entry_outside_text_refused(void)
{
	REFUSED(program.entry = 0);
	REFUSED(program.entry = 0x13900); // data
	REFUSED(program.entry = 0x10000 - 2);
	REFUSED(program.entry = 0x10000 + 0x1234); // the byte after
	REFUSED(program.entry = 0x10011);          // odd
	REFUSED(program.entry = 0xffffffc080200000);
}

static void parse_interpreter_refused(void)
{
	REFUSED(program.segment[3].type = 3; program.program_headers = 4);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"parse_sound_program_regions", parse_sound_program_regions},
		{"parse_bss_only_segment_zero_region", parse_bss_only_segment_zero_region},
		{"parse_empty_and_other_segments_skipped", parse_empty_and_other_segments_skipped},
		{"parse_sixteen_segments_seventeen_refused", parse_sixteen_segments_seventeen_refused},
		{"parse_cut_at_every_length_refused", parse_cut_at_every_length_refused},
		{"parse_any_address_alignment_same_result", parse_any_address_alignment_same_result},
		{"parse_foreign_header_refused", parse_foreign_header_refused},
		{"parse_header_table_out_of_file_refused", parse_header_table_out_of_file_refused},
		{"parse_segment_out_of_file_refused", parse_segment_out_of_file_refused},
		{"parse_segment_out_of_user_range_refused", parse_segment_out_of_user_range_refused},
		{"parse_segments_that_meet_in_a_page_refused", parse_segments_that_meet_in_a_page_refused},
		{"parse_rights_that_no_page_may_have_refused", parse_rights_that_no_page_may_have_refused},
		{"parse_entry_outside_text_refused", parse_entry_outside_text_refused},
		{"parse_interpreter_refused", parse_interpreter_refused},
	};
	return tap_run(tests, sizeof tests / sizeof tests[0]);
}
