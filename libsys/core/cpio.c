// The reader of cpio "newc" archives. See fl/cpio.h for the contract.
//
// Not here: folders and paths (user/files builds its tree from these entries).
//
// Layout of an entry: a header of 6 bytes of magic and 13 fields of 8 hexadecimal digits, the name
// with its NUL, padding to 4, the contents, padding to 4.
#include "fl/cpio.h"

#include "fl/string.h"

#define HEADER_BYTES 110u
#define FIELD_MODE 1
#define FIELD_FILE_BYTES 6
#define FIELD_NAME_BYTES 11
#define NAME_BYTES_MAX 4096u
#define TRAILER "TRAILER!!!"

void fl_cpio_start(struct fl_cpio *cpio, const void *base, uint64_t bytes)
{
	*cpio = (struct fl_cpio){.base = base, .bytes = bytes};
}

static int digit_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static fl_error_t field_read(const uint8_t *header, unsigned field, uint32_t *value)
{
	const uint8_t *digit = header + 6 + 8 * field;
	*value = 0;
	for (unsigned i = 0; i < 8; i++) {
		int v = digit_value(digit[i]);
		if (v < 0)
			return FL_BAD_ARGUMENT;
		*value = *value << 4 | (uint32_t)v;
	}
	return FL_OK;
}

// The offset after padding to 4 counted from the archive's start; the end may cut the padding.
static uint64_t padded(const struct fl_cpio *cpio, uint64_t at)
{
	uint64_t end = cpio->archive + ((at - cpio->archive + 3) & ~(uint64_t)3);
	return end < cpio->bytes ? end : cpio->bytes;
}

// Reads the entry at cpio->at; *next = offset behind it. Nothing in *cpio changes.
static fl_error_t entry_read(const struct fl_cpio *cpio, struct fl_cpio_entry *entry,
                             uint64_t *next)
{
	if (cpio->bytes - cpio->at < HEADER_BYTES)
		return FL_BAD_ARGUMENT;
	const uint8_t *header = cpio->base + cpio->at;
	if (memcmp(header, "070701", 6) != 0)
		return FL_BAD_ARGUMENT;
	uint32_t file_bytes = 0;
	uint32_t name_bytes = 0;
	for (unsigned field = 0; field < 13; field++) {
		uint32_t value;
		if (field_read(header, field, &value))
			return FL_BAD_ARGUMENT;
		if (field == FIELD_MODE)
			entry->mode = value;
		else if (field == FIELD_FILE_BYTES)
			file_bytes = value;
		else if (field == FIELD_NAME_BYTES)
			name_bytes = value;
	}

	uint64_t name_at = cpio->at + HEADER_BYTES;
	if (name_bytes < 1 || name_bytes > NAME_BYTES_MAX || name_bytes > cpio->bytes - name_at)
		return FL_BAD_ARGUMENT;
	const char *name = (const char *)cpio->base + name_at;
	if (memchr(name, '\0', name_bytes) != name + name_bytes - 1)
		return FL_BAD_ARGUMENT;
	entry->name = name;
	entry->name_bytes = name_bytes - 1;

	entry->offset = padded(cpio, name_at + name_bytes);
	if (file_bytes > cpio->bytes - entry->offset)
		return FL_BAD_ARGUMENT;
	entry->bytes = file_bytes;
	*next = padded(cpio, entry->offset + file_bytes);
	return FL_OK;
}

static void name_trim(struct fl_cpio_entry *entry)
{
	for (;;) {
		unsigned skip = 0;
		if (entry->name[0] == '/')
			skip = 1;
		else if (entry->name[0] == '.' && (entry->name[1] == '/' || entry->name[1] == '\0'))
			skip = 1;
		if (!skip)
			return;
		entry->name += skip;
		entry->name_bytes -= skip;
	}
}

fl_error_t fl_cpio_next(struct fl_cpio *cpio, struct fl_cpio_entry *entry)
{
	for (;;) {
		if (!cpio->inside) {
			while (cpio->at < cpio->bytes && cpio->base[cpio->at] == 0)
				cpio->at++;
			if (cpio->at == cpio->bytes)
				return FL_EMPTY;
			cpio->archive = cpio->at;
		}
		uint64_t next;
		fl_error_t error = entry_read(cpio, entry, &next);
		if (error)
			return error;
		cpio->at = next;
		cpio->inside = strcmp(entry->name, TRAILER) != 0;
		if (cpio->inside) {
			name_trim(entry);
			return FL_OK;
		}
	}
}

fl_error_t fl_cpio_find(const void *base, uint64_t bytes, const char *name,
                        struct fl_cpio_entry *entry)
{
	struct fl_cpio cpio;
	struct fl_cpio_entry each;
	fl_error_t error;
	fl_error_t found = FL_NO_FILE;
	fl_cpio_start(&cpio, base, bytes);
	while ((error = fl_cpio_next(&cpio, &each)) == FL_OK) {
		if (strcmp(each.name, name) == 0 && (each.mode & FL_CPIO_TYPE) == FL_CPIO_REGULAR) {
			*entry = each;
			found = FL_OK;
		}
	}
	return error == FL_EMPTY ? found : error;
}
