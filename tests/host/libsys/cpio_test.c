// libsys/core/cpio.c: sound archives, every way to break one, every length it can be cut to.
#include "archive.h"
#include "fl/cpio.h"
#include "tap.h"

static struct archive archive;

static void archive_sample(void)
{
	archive.bytes = 0;
	archive_add(&archive, "root", ARCHIVE_FILE, "first");
	archive_add(&archive, "bin", ARCHIVE_FOLDER, "");
	archive_add(&archive, "bin/echo", ARCHIVE_FILE, "contents of echo");
	archive_end(&archive);
}

// Walks a copy of exactly that size, so that a byte too far is seen. Counts the entries.
static fl_error_t walk(const void *data, uint32_t bytes, unsigned *entries)
{
	uint8_t *copy = malloc(bytes ? bytes : 1);
	struct fl_cpio cpio;
	struct fl_cpio_entry entry;
	fl_error_t error;
	if (!copy)
		tap_bail("malloc", "no memory");
	memcpy(copy, data, bytes);
	fl_cpio_start(&cpio, bytes ? copy : copy + 1, bytes);
	*entries = 0;
	while ((error = fl_cpio_next(&cpio, &entry)) == FL_OK) {
		++*entries;
		EXPECT(entry.offset <= bytes && entry.bytes <= bytes - entry.offset, 1);
		EXPECT(strlen(entry.name), entry.name_bytes);
	}
	EXPECT(fl_cpio_next(&cpio, &entry), error); // the end stays the end
	free(copy);
	return error;
}

static void walk_archive_all_entries_in_order(void)
{
	static const char *const names[] = {"root", "bin", "bin/echo"};
	static const char *const contents[] = {"first", "", "contents of echo"};
	struct fl_cpio cpio;
	struct fl_cpio_entry entry;
	archive_sample();
	fl_cpio_start(&cpio, archive.data, archive.bytes);
	for (unsigned i = 0; i < 3; i++) {
		EXPECT(fl_cpio_next(&cpio, &entry), FL_OK);
		EXPECT(strcmp(entry.name, names[i]), 0);
		EXPECT(entry.bytes, strlen(contents[i]));
		EXPECT(memcmp(archive.data + entry.offset, contents[i], entry.bytes), 0);
	}
	EXPECT(entry.mode, ARCHIVE_FILE);
	EXPECT(fl_cpio_next(&cpio, &entry), FL_EMPTY);
}

static void walk_empty_range_empty(void)
{
	static const uint8_t zeros[1000];
	unsigned entries;
	EXPECT(walk(zeros, 0, &entries), FL_EMPTY);
	EXPECT(walk(zeros, sizeof zeros, &entries), FL_EMPTY);
	EXPECT(entries, 0);
}

static void walk_cut_at_every_length_error(void)
{
	archive_sample();
	uint32_t trailer = archive.bytes - 124; // 110 + 11, padded by 3
	for (uint32_t bytes = 1; bytes < archive.bytes; bytes++) {
		unsigned entries;
		// Only the padding behind the trailer's name can miss.
		fl_error_t expected = bytes >= trailer + 121 ? FL_EMPTY : FL_BAD_ARGUMENT;
		fl_error_t error = walk(archive.data, bytes, &entries);
		EXPECT(error, expected);
	}
}

static void walk_second_archive_after_padding_continues(void)
{
	for (uint32_t gap = 0; gap < 600; gap += 37) { // the second need not be aligned
		unsigned entries;
		archive_sample();
		memset(archive.data + archive.bytes, 0, gap);
		archive.bytes += gap;
		struct archive *second = calloc(1, sizeof *second);
		if (!second)
			tap_bail("calloc", "no memory");
		archive_add(second, "etc/command", ARCHIVE_FILE, "echo hi");
		archive_end(second);
		memcpy(archive.data + archive.bytes, second->data, second->bytes);
		archive.bytes += second->bytes;
		free(second);
		struct fl_cpio_entry entry;
		EXPECT(walk(archive.data, archive.bytes, &entries), FL_EMPTY);
		EXPECT(entries, 4);
		EXPECT(fl_cpio_find(archive.data, archive.bytes, "etc/command", &entry), FL_OK);
		EXPECT(memcmp(archive.data + entry.offset, "echo hi", 7), 0);
	}
}

static void walk_garbage_after_trailer_error(void)
{
	unsigned entries;
	archive_sample();
	memcpy(archive.data + archive.bytes, "garbage", 7);
	EXPECT(walk(archive.data, archive.bytes + 7, &entries), FL_BAD_ARGUMENT);
	EXPECT(entries, 3);
}

static void walk_bad_header_digit_error(void)
{
	for (uint32_t at = 0; at < 110; at++) {
		unsigned entries;
		archive_sample();
		archive.data[at] = 'g';
		EXPECT(walk(archive.data, archive.bytes, &entries), FL_BAD_ARGUMENT);
		EXPECT(entries, 0);
	}
}

static void field_set(unsigned field, uint32_t value)
{
	char digits[9];
	snprintf(digits, sizeof digits, "%08x", value);
	memcpy(archive.data + 6 + 8 * field, digits, 8);
}

static void walk_sizes_out_of_range_error(void)
{
	static const uint32_t bad[] = {0xffffffff, 0x7fffffff, 0x80000000, 100000};
	unsigned entries;
	for (unsigned i = 0; i < 4; i++) {
		archive_sample();
		field_set(6, bad[i]);
		EXPECT(walk(archive.data, archive.bytes, &entries), FL_BAD_ARGUMENT);
		archive_sample();
		field_set(11, bad[i]);
		EXPECT(walk(archive.data, archive.bytes, &entries), FL_BAD_ARGUMENT);
	}
	archive_sample();
	field_set(11, 0);
	EXPECT(walk(archive.data, archive.bytes, &entries), FL_BAD_ARGUMENT);
}

static void walk_name_without_end_error(void)
{
	unsigned entries;
	archive.bytes = 0;
	archive_add_bytes(&archive, "four", 4, ARCHIVE_FILE, "x", 1); // the NUL is not counted
	archive_end(&archive);
	EXPECT(walk(archive.data, archive.bytes, &entries), FL_BAD_ARGUMENT);
	archive.bytes = 0;
	archive_add_bytes(&archive, "a\0b", 4, ARCHIVE_FILE, "x", 1); // a NUL inside
	archive_end(&archive);
	EXPECT(walk(archive.data, archive.bytes, &entries), FL_BAD_ARGUMENT);
}

static void walk_names_with_prefix_trimmed(void)
{
	static const char *const names[][2] = {
		{".", ""}, {"./a", "a"}, {"/a", "a"}, {".//./a/b", "a/b"}, {".a", ".a"}, {"..", ".."},
	};
	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct fl_cpio cpio;
		struct fl_cpio_entry entry;
		archive.bytes = 0;
		archive_add(&archive, names[i][0], ARCHIVE_FILE, "x");
		archive_end(&archive);
		fl_cpio_start(&cpio, archive.data, archive.bytes);
		EXPECT(fl_cpio_next(&cpio, &entry), FL_OK);
		EXPECT(strcmp(entry.name, names[i][1]), 0);
		EXPECT(entry.name_bytes, strlen(names[i][1]));
	}
}

static void find_name_twice_last_wins(void)
{
	struct fl_cpio_entry entry;
	archive.bytes = 0;
	archive_add(&archive, "a", ARCHIVE_FILE, "old");
	archive_add(&archive, "a", ARCHIVE_FOLDER, "");
	archive_add(&archive, "a", ARCHIVE_FILE, "new!");
	archive_add(&archive, "b", ARCHIVE_FILE, "other");
	archive_end(&archive);
	EXPECT(fl_cpio_find(archive.data, archive.bytes, "a", &entry), FL_OK);
	EXPECT(entry.bytes, 4);
	EXPECT(memcmp(archive.data + entry.offset, "new!", 4), 0);
	EXPECT(fl_cpio_find(archive.data, archive.bytes, "c", &entry), FL_NO_FILE);
	EXPECT(fl_cpio_find(archive.data, archive.bytes - 10, "a", &entry), FL_BAD_ARGUMENT);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"walk_archive_all_entries_in_order", walk_archive_all_entries_in_order},
		{"walk_empty_range_empty", walk_empty_range_empty},
		{"walk_cut_at_every_length_error", walk_cut_at_every_length_error},
		{"walk_second_archive_after_padding_continues",
	     walk_second_archive_after_padding_continues},
		{"walk_garbage_after_trailer_error", walk_garbage_after_trailer_error},
		{"walk_bad_header_digit_error", walk_bad_header_digit_error},
		{"walk_sizes_out_of_range_error", walk_sizes_out_of_range_error},
		{"walk_name_without_end_error", walk_name_without_end_error},
		{"walk_names_with_prefix_trimmed", walk_names_with_prefix_trimmed},
		{"find_name_twice_last_wins", find_name_twice_last_wins},
	};
	return tap_run(tests, sizeof tests / sizeof tests[0]);
}
