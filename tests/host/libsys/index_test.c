// user/files/index.c: the tree that the file server makes of an archive.
#include "archive.h"
#include "index.h"
#include "proto/files.h"
#include "tap.h"

static struct archive archive;
static struct file_index files_index;

static void build(unsigned ignored)
{
	archive_end(&archive);
	EXPECT(index_build(&files_index, archive.data, archive.bytes), FL_OK);
	EXPECT(files_index.ignored, ignored);
}

// Follows a path from the root; 0 if it leads nowhere.
static uint64_t lookup(const char *path)
{
	uint64_t file = FILES_ROOT;
	while (*path) {
		unsigned bytes = (unsigned)strcspn(path, "/");
		if (index_walk(&files_index, file, path, bytes, &file))
			return 0;
		path += bytes + (path[bytes] == '/');
	}
	return file;
}

static void expect_contents(const char *path, const char *contents)
{
	const struct index_file *file = index_file(&files_index, lookup(path));
	EXPECT(file != NULL, 1);
	if (!file)
		return;
	EXPECT(file->kind, FILES_REGULAR);
	EXPECT(file->bytes, strlen(contents));
	EXPECT(memcmp(archive.data + file->offset, contents, strlen(contents)), 0);
}

static void build_nested_files_found_by_path(void)
{
	archive.bytes = 0;
	archive_add(&archive, "root", ARCHIVE_FILE, "r");
	archive_add(&archive, "bin/echo", ARCHIVE_FILE, "echo"); // its folder is only implied
	archive_add(&archive, "./bin/cat", 0100755, "cat");
	archive_add(&archive, "etc", ARCHIVE_FOLDER, "");
	archive_add(&archive, "a/b/c/d", ARCHIVE_FILE, "deep");
	build(0);
	expect_contents("root", "r");
	expect_contents("bin/echo", "echo");
	expect_contents("bin/cat", "cat");
	expect_contents("a/b/c/d", "deep");
	EXPECT(index_file(&files_index, lookup("bin/cat"))->mode, 0755);
	EXPECT(index_file(&files_index, lookup("etc"))->kind, FILES_FOLDER);
	EXPECT(index_file(&files_index, lookup("a/b"))->kind, FILES_FOLDER);
	EXPECT(lookup("a/b/x"), 0);
	EXPECT(lookup("bin/ech"), 0);
	EXPECT(lookup("a/./b/../b/c/d"), lookup("a/b/c/d"));
	EXPECT(lookup("../.."), FILES_ROOT);
}

static void entry_folder_listed_in_order(void)
{
	static const char *const names[] = {"one", "two", "three"};
	uint64_t number;
	archive.bytes = 0;
	archive_add(&archive, "d/one", ARCHIVE_FILE, "1");
	archive_add(&archive, "d/two/x", ARCHIVE_FILE, "2");
	archive_add(&archive, "d/three", ARCHIVE_FILE, "3");
	archive_add(&archive, "d/one", ARCHIVE_FILE, "11");
	build(0);
	for (unsigned i = 0; i < 3; i++) {
		EXPECT(index_entry(&files_index, lookup("d"), i, &number), FL_OK);
		const struct index_file *file = index_file(&files_index, number);
		EXPECT(file->name_bytes, strlen(names[i]));
		EXPECT(memcmp(file->name, names[i], file->name_bytes), 0);
	}
	EXPECT(index_entry(&files_index, lookup("d"), 3, &number), FL_EMPTY);
	EXPECT(index_entry(&files_index, lookup("d"), UINT64_MAX, &number), FL_EMPTY);
	EXPECT(index_entry(&files_index, lookup("d/one"), 0, &number), FL_NOT_DIRECTORY);
	EXPECT(index_entry(&files_index, 999, 0, &number), FL_NO_FILE);
	EXPECT(index_entry(&files_index, 0, 0, &number), FL_NO_FILE);
}

static void build_name_twice_last_wins(void)
{
	archive.bytes = 0;
	archive_add(&archive, "a", ARCHIVE_FILE, "old");
	archive_add(&archive, "a", ARCHIVE_FILE, "newer");
	archive_add(&archive, "f", ARCHIVE_FILE, "file");
	archive_add(&archive, "f", ARCHIVE_FOLDER, "");
	archive_add(&archive, "f/x", ARCHIVE_FILE, "x");
	build(0);
	expect_contents("a", "newer");
	EXPECT(index_file(&files_index, lookup("f"))->kind, FILES_FOLDER);
	expect_contents("f/x", "x");
}

static void build_entries_without_place_ignored(void)
{
	archive.bytes = 0;
	archive_add(&archive, "file", ARCHIVE_FILE, "stays");
	archive_add(&archive, "file/below", ARCHIVE_FILE, "x"); // a file is no folder
	archive_add(&archive, "d/x", ARCHIVE_FILE, "x");
	archive_add(&archive, "d", ARCHIVE_FILE, "x"); // a folder with entries stays one
	archive_add(&archive, ".", ARCHIVE_FILE, "x"); // the root too
	archive_add(&archive, "link", 0120777, "x");
	archive_add(&archive, "dev", 0020666, "");
	archive_add(&archive, "a/../b", ARCHIVE_FILE, "x");
	archive_add(&archive, "name-of-thirty-three-bytes-is-bad", ARCHIVE_FILE, "x");
	archive_add(&archive, "name-of-thirty-two-bytes-is-good", ARCHIVE_FILE, "fits");
	build(7);
	expect_contents("file", "stays");
	expect_contents("d/x", "x");
	expect_contents("name-of-thirty-two-bytes-is-good", "fits");
	EXPECT(lookup("a"), 0);
	EXPECT(lookup("link"), 0);
}

static void build_too_many_files_rest_ignored(void)
{
	char name[16];
	archive.bytes = 0;
	for (unsigned i = 0; i < INDEX_FILES_MAX + 20; i++) {
		snprintf(name, sizeof name, "f%u", i);
		archive_add(&archive, name, ARCHIVE_FILE, name);
	}
	build(21); // the root takes a place
	EXPECT(files_index.count, INDEX_FILES_MAX);
	for (unsigned i = 0; i < INDEX_FILES_MAX - 1; i++) {
		snprintf(name, sizeof name, "f%u", i);
		expect_contents(name, name);
	}
	EXPECT(lookup("f1023"), 0);
}

static void build_malformed_archive_keeps_what_was_read(void)
{
	archive.bytes = 0;
	archive_add(&archive, "good", ARCHIVE_FILE, "x");
	uint32_t bytes = archive.bytes;
	archive_end(&archive);
	EXPECT(index_build(&files_index, archive.data, bytes + 50), FL_BAD_ARGUMENT);
	expect_contents("good", "x");
	EXPECT(index_build(&files_index, archive.data, 0), FL_OK);
	EXPECT(files_index.count, 1);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"build_nested_files_found_by_path", build_nested_files_found_by_path},
		{"entry_folder_listed_in_order", entry_folder_listed_in_order},
		{"build_name_twice_last_wins", build_name_twice_last_wins},
		{"build_entries_without_place_ignored", build_entries_without_place_ignored},
		{"build_too_many_files_rest_ignored", build_too_many_files_rest_ignored},
		{"build_malformed_archive_keeps_what_was_read",
	     build_malformed_archive_keeps_what_was_read},
	};
	return tap_run(tests, sizeof tests / sizeof tests[0]);
}
