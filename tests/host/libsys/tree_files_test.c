// user/files: the tree of the file server: archives, names, contents, and running out of pages.
#include "archive.h"
#include "pipe.h"
#include "tap.h"
#include "tree_host.h"

static struct archive archive;

static void start(void)
{
	unsigned ignored;
	archive.bytes = 0;
	archive_add(&archive, "README", ARCHIVE_FILE, "read me");
	archive_add(&archive, "bin/echo", 0100755, "echo"); // its folder is only implied
	archive_add(&archive, "./etc", ARCHIVE_FOLDER, "");
	archive_add(&archive, "bin/echo/x", ARCHIVE_FILE, ""); // a file is in the way
	archive_end(&archive);
	EXPECT(tree_build(archive.data, archive.bytes, &ignored), FL_OK);
	EXPECT(ignored, 1);
	host_limit = HOST_PAGES;
}

static fl_error_t find(const char *path, struct place *place)
{
	return path_find(tree_root(), path, (unsigned)strlen(path), place);
}

static struct inode *get(const char *path)
{
	struct inode *inode;
	return path_inode(tree_root(), path, (unsigned)strlen(path), &inode) ? NULL : inode;
}

static fl_error_t create(const char *path, enum files_kind kind)
{
	struct place place;
	struct inode *inode;
	fl_error_t error = find(path, &place);
	return error ? error : tree_create(&place, kind, 0644, &inode);
}

static fl_error_t rename_to(const char *from, const char *to)
{
	struct place a, b;
	fl_error_t error = find(from, &a);
	if (!error)
		error = find(to, &b);
	return error ? error : tree_rename(&a, &b);
}

static fl_error_t remove_path(const char *path)
{
	struct place place;
	fl_error_t error = find(path, &place);
	return error ? error : tree_unlink(&place);
}

static fl_error_t remove_folder(const char *path)
{
	struct place place;
	fl_error_t error = find(path, &place);
	return error ? error : tree_rmdir(&place);
}

static void build_archive_files_found_by_path(void)
{
	struct place place;
	char text[16];
	start();
	EXPECT(get("/bin/echo")->mode, 0755);
	EXPECT(get("bin/../bin/./echo") == get("/bin/echo"), 1);
	EXPECT(get("../..") == tree_root(), 1);
	EXPECT(get("etc/")->kind, FILES_FOLDER);
	EXPECT(find("README/", &place), FL_NOT_DIRECTORY);
	EXPECT(find("README/x", &place), FL_NOT_DIRECTORY);
	EXPECT(find("no/x", &place), FL_NO_FILE);
	EXPECT(find("", &place), FL_NO_FILE);
	EXPECT(inode_read(get("README"), 5, text, 10), 2);
	EXPECT(memcmp(text, "me", 2), 0);
	tree_end();
}

static void write_archive_file_copies_page_and_truncate_zeros(void)
{
	uint64_t done;
	char text[16] = {0};
	start();
	struct inode *inode = get("README");
	EXPECT(inode_write(inode, 5, "it, now", 7, &done), FL_OK);
	EXPECT(inode->bytes, 12);
	EXPECT(inode_read(inode, 0, text, 16), 12);
	EXPECT(memcmp(text, "read it, now", 12), 0);
	EXPECT(inode_resize(inode, 4), FL_OK);
	EXPECT(inode_resize(inode, 8), FL_OK);
	EXPECT(inode_read(inode, 0, text, 16), 8);
	EXPECT(memcmp(text, "read\0\0\0\0", 8), 0);
	EXPECT(inode_resize(inode, 0), FL_OK);
	EXPECT(inode->pages, 0);
	tree_end();
}

static void write_sparse_file_takes_only_its_pages(void)
{
	static const uint64_t places[] = {0, 4095, 4ul << 20, (4ul << 20) - 1, INODE_BYTES_MAX - 1};
	uint64_t done;
	uint8_t byte;
	start();
	EXPECT(create("f", FILES_REGULAR), FL_OK);
	struct inode *inode = get("f");
	for (unsigned i = 0; i < 5; i++)
		EXPECT(inode_write(inode, places[i], "x", 1, &done), FL_OK);
	for (unsigned i = 0; i < 5; i++) {
		EXPECT(inode_read(inode, places[i], &byte, 1), 1);
		EXPECT(byte, 'x');
	}
	EXPECT(inode_read(inode, 1ul << 30, &byte, 1), 1);
	EXPECT(byte, 0);
	EXPECT(inode->pages, 4 + 4); // data; the top table and three below it
	EXPECT(inode_write(inode, INODE_BYTES_MAX, "x", 1, &done), FILES_FILE_TOO_BIG);
	EXPECT(inode_write(inode, INODE_BYTES_MAX - 1, "xy", 2, &done), FL_OK);
	EXPECT(done, 1);
	EXPECT(inode_resize(inode, 4096), FL_OK);
	EXPECT(inode_read(inode, 4095, &byte, 1), 1);
	EXPECT(byte, 'x');
	tree_end();
}

// Names of many lengths come and go; the folder keeps those it should, and no page too many.
static void folder_many_names_added_and_removed(void)
{
	enum { NAMES = 300 };
	char name[FILES_NAME_MAX + 2];
	start();
	unsigned before = host_taken;
	EXPECT(create("d", FILES_FOLDER), FL_OK);
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < NAMES; i++) {
			memset(name, 'x', sizeof name);
			(void)snprintf(name + 2 + i % 200, 8, "%u", i);
			memcpy(name, "d/", 2);
			EXPECT(create(name, FILES_REGULAR), FL_OK);
			EXPECT(create(name, FILES_REGULAR), FL_EXISTS);
		}
		uint64_t cursor = 0;
		struct folder_entry entry;
		unsigned count = 0;
		while (folder_next(get("d"), &cursor, &entry))
			count++;
		EXPECT(count, NAMES);
		EXPECT(remove_folder("d"), FILES_NOT_EMPTY);
		for (unsigned k = 0; k < NAMES; k++) {
			unsigned i = k * 7 % NAMES;
			memset(name, 'x', sizeof name);
			(void)snprintf(name + 2 + i % 200, 8, "%u", i);
			memcpy(name, "d/", 2);
			EXPECT(remove_path(name), FL_OK);
			EXPECT(remove_path(name), FL_NO_FILE);
		}
		EXPECT(get("d")->pages, 0);
		EXPECT(get("d")->bytes, 0);
	}
	EXPECT(remove_folder("d"), FL_OK);
	EXPECT(host_taken, before);
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	EXPECT(create(name, FILES_REGULAR), FILES_LONG_NAME);
	name[FILES_NAME_MAX] = '\0';
	EXPECT(create(name, FILES_REGULAR), FL_OK);
	tree_end();
}

static void rename_moves_and_replaces(void)
{
	start();
	EXPECT(create("a", FILES_FOLDER), FL_OK);
	EXPECT(create("a/b", FILES_FOLDER), FL_OK);
	EXPECT(create("a/f", FILES_REGULAR), FL_OK);
	EXPECT(create("e", FILES_FOLDER), FL_OK);
	struct inode *b = get("a/b"), *f = get("a/f");
	EXPECT(rename_to("a", "a/b/c"), FL_BAD_ARGUMENT);
	EXPECT(rename_to("a", "e/"), FL_OK); // an empty folder is replaced
	EXPECT(get("a") == NULL, 1);
	EXPECT(get("e/b") == b, 1);
	EXPECT(b->links, 2);
	EXPECT(get("e/b/../f") == f, 1);
	EXPECT(rename_to("e/f", "README"), FL_OK);
	EXPECT(get("README") == f, 1);
	EXPECT(f->links, 1);
	EXPECT(rename_to("README", "e"), FL_IS_DIRECTORY);
	EXPECT(rename_to("e", "README"), FL_NOT_DIRECTORY);
	EXPECT(rename_to("bin", "e"), FILES_NOT_EMPTY);
	EXPECT(rename_to("no", "x"), FL_NO_FILE);
	EXPECT(rename_to("README", "README"), FL_OK);
	EXPECT(rename_to("/", "x"), FL_BUSY);
	EXPECT(tree_root()->links, 2 + 3); // bin, etc, e
	tree_end();
}

static void link_and_unlink_count(void)
{
	struct place place;
	start();
	struct inode *inode = get("README");
	uint64_t number = inode_number(inode);
	EXPECT(find("etc/r", &place), FL_OK);
	EXPECT(tree_link(inode, &place), FL_OK);
	EXPECT(inode->links, 2);
	EXPECT(find("etc/r", &place), FL_OK);
	EXPECT(tree_link(inode, &place), FL_EXISTS);
	EXPECT(find("etc/x", &place), FL_OK);
	EXPECT(tree_link(get("bin"), &place), FL_NO_RIGHT);
	EXPECT(remove_path("README"), FL_OK);
	EXPECT(inode_find(number) == inode, 1);
	EXPECT(remove_path("etc"), FL_IS_DIRECTORY);
	EXPECT(remove_folder("."), FL_BUSY);
	EXPECT(remove_folder("etc/."), FL_BAD_ARGUMENT);
	EXPECT(remove_path("etc/r"), FL_OK);
	EXPECT(inode_find(number) == NULL, 1);
	tree_end();
}

static void path_of_folder_is_found(void)
{
	char text[64];
	unsigned at;
	start();
	EXPECT(create("etc/deep", FILES_FOLDER), FL_OK);
	EXPECT(tree_path(get("etc/deep"), text, sizeof text, &at), FL_OK);
	EXPECT(memcmp(text + at, "/etc/deep", sizeof text - at), 0);
	EXPECT(tree_path(tree_root(), text, sizeof text, &at), FL_OK);
	EXPECT(at, sizeof text - 1);
	EXPECT(tree_path(get("etc/deep"), text, 8, &at), FILES_LONG_NAME);
	struct inode *deep = get("etc/deep");
	deep->references++;
	EXPECT(remove_folder("etc/deep"), FL_OK);
	EXPECT(tree_path(deep, text, sizeof text, &at), FL_NO_FILE);
	deep->references--;
	inode_settle(deep);
	tree_end();
}

// Every page that an operation takes fails once; nothing may stay behind.
static fl_error_t changes(void)
{
	uint64_t done;
	fl_error_t error = create("etc/new", FILES_FOLDER);
	if (!error)
		error = create("etc/new/f", FILES_REGULAR);
	if (!error)
		error = inode_write(get("etc/new/f"), 5ul << 20, "x", 1, &done);
	if (!error)
		error = inode_write(get("README"), 0, "x", 1, &done);
	if (!error)
		error = rename_to("etc/new/f", "etc/g");
	struct pipe *pipe = error ? NULL : pipe_create();
	if (!error && !pipe)
		error = FILES_NO_SPACE;
	if (pipe)
		pipe_settle(pipe);
	return error;
}

static void pages_run_out_at_each_step(void)
{
	fl_error_t error = FILES_NO_SPACE;
	for (unsigned limit = 0; error; limit++) {
		start();
		host_limit = limit;
		error = changes();
		EXPECT(error == FL_OK || error == FILES_NO_SPACE, 1);
		struct inode *f = get("etc/new/f");
		EXPECT(!f || f->pages == (f->bytes ? 3 : 0), 1); // two tables and a page
		host_limit = HOST_PAGES;
		tree_end();
	}
}

static void pipe_ring_keeps_order_and_atomicity(void)
{
	static uint8_t data[FILES_PIPE_BYTES], got[FILES_PIPE_BYTES];
	struct pipe *pipe = pipe_create();
	unsigned in = 0, out = 0;
	for (unsigned round = 0; round < 200; round++) {
		unsigned bytes = 1 + round * 977 % 6000;
		for (unsigned i = 0; i < bytes; i++)
			data[i] = (uint8_t)((in + i) * 7);
		unsigned room = FILES_PIPE_BYTES - pipe->bytes;
		unsigned done = pipe_write(pipe, data, bytes);
		EXPECT(done, bytes <= room ? bytes : bytes <= FILES_PIPE_ATOMIC ? 0 : room);
		in += done;
		unsigned taken = pipe_read(pipe, got, 1 + round * 613 % 5000);
		pipe_read_undo(pipe, taken);
		EXPECT(pipe_read(pipe, got, taken), taken);
		for (unsigned i = 0; i < taken; i++)
			EXPECT(got[i], (uint8_t)((out + i) * 7));
		out += taken;
		EXPECT(pipe->bytes, in - out);
	}
	pipe_settle(pipe);
	EXPECT(host_taken, 0);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"build_archive_files_found_by_path", build_archive_files_found_by_path},
		{"write_archive_file_copies_page_and_truncate_zeros",
	     write_archive_file_copies_page_and_truncate_zeros},
		{"write_sparse_file_takes_only_its_pages", write_sparse_file_takes_only_its_pages},
		{"folder_many_names_added_and_removed", folder_many_names_added_and_removed},
		{"rename_moves_and_replaces", rename_moves_and_replaces},
		{"link_and_unlink_count", link_and_unlink_count},
		{"path_of_folder_is_found", path_of_folder_is_found},
		{"pages_run_out_at_each_step", pages_run_out_at_each_step},
		{"pipe_ring_keeps_order_and_atomicity", pipe_ring_keeps_order_and_atomicity},
	};
	return tap_run(tests, sizeof tests / sizeof tests[0]);
}
