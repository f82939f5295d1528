// The readers of untrusted files under a fuzzer: cpio, the file tree on it, ELF.
//
// The first byte chooses: the rest is the file itself, or a list of changes (two bytes of offset,
// one of value) to a sound one, which gets deeper than random bytes do.
#include <stdlib.h>

#include "archive.h"
#include "fl/cpio.h"
#include "program.h"
#include "proto/files.h"
#include "tree_host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void cpio_try(const uint8_t *file, size_t bytes)
{
	struct fl_cpio cpio;
	struct fl_cpio_entry entry;
	fl_cpio_start(&cpio, file, bytes);
	while (fl_cpio_next(&cpio, &entry) == FL_OK) {
		if (entry.offset > bytes || entry.bytes > bytes - entry.offset ||
		    strlen(entry.name) != entry.name_bytes)
			abort();
	}
	unsigned ignored;
	(void)!tree_build(file, bytes, &ignored);
	for (uint32_t i = 0; i < INODES_MAX; i++) {
		const struct inode *inode = inode_at(i);
		if (inode->kind == FILES_REGULAR &&
		    (inode->source_bytes > bytes ||
		     (inode->source && (size_t)(inode->source - file) > bytes - inode->source_bytes)))
			abort();
	}
	tree_end();
}

static void elf_try(const uint8_t *file, size_t bytes)
{
	struct fl_elf elf;
	if (fl_elf_parse(file, bytes, &elf) == FL_OK && program_check(&elf, bytes))
		abort();
}

static void change(uint8_t *file, uint32_t bytes, const uint8_t *data, size_t size)
{
	for (; size >= 3; data += 3, size -= 3) {
		uint32_t at = data[0] | (uint32_t)data[1] << 8;
		file[at % bytes] = data[2];
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct archive archive;
	static struct program program;
	if (size < 1)
		return 0;
	unsigned choice = *data++;
	size--;
	if (choice % 4 == 0) {
		cpio_try(data, size);
	} else if (choice % 4 == 1) {
		elf_try(data, size);
	} else if (choice % 4 == 2) {
		archive.bytes = 0;
		archive_add(&archive, "a", ARCHIVE_FILE, "contents");
		archive_add(&archive, "d/e", ARCHIVE_FILE, "more");
		archive_add(&archive, "d", ARCHIVE_FOLDER, "");
		archive_end(&archive);
		change(archive.data, archive.bytes, data, size);
		cpio_try(archive.data, archive.bytes);
	} else {
		program_make(&program);
		change((uint8_t *)&program, 64 + 3 * 56, data, size);
		elf_try((const uint8_t *)&program, sizeof program);
	}
	return 0;
}
