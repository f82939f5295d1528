// Files: contents, offsets, names, folders, the working folder, bad pointers.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"
#include "proto/files.h"

static bool fails(int result, int expected)
{
	return result == -1 && errno == expected;
}

static bool file_holds(const char *path, const char *text)
{
	char got[256];
	int fd = open(path, O_RDONLY);
	ssize_t bytes = fd >= 0 ? read(fd, got, sizeof(got)) : -1;
	close(fd);
	return bytes == (ssize_t)strlen(text) && memcmp(got, text, strlen(text)) == 0;
}

static bool file_make(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	bool made = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	return close(fd) == 0 && made;
}

static void contents(void)
{
	struct stat about;
	char text[16] = "";
	int fd = open("/f", O_RDWR | O_CREAT | O_EXCL, 0640);
	tap_ok(fd == 3 && write(fd, "0123456789", 10) == 10, "file_created_and_written");
	tap_ok(fails(open("/f", O_RDWR | O_CREAT | O_EXCL, 0640), EEXIST),
	       "open_excl_of_existing_fails");
	tap_ok(lseek(fd, 3, SEEK_SET) == 3 && read(fd, text, 4) == 4 && memcmp(text, "3456", 4) == 0 &&
	           lseek(fd, 0, SEEK_CUR) == 7 && lseek(fd, -1, SEEK_END) == 9,
	       "lseek_and_read_agree");
	tap_ok(fails((int)lseek(fd, -1, SEEK_SET), EINVAL) && fails((int)lseek(fd, 0, 9), EINVAL),
	       "lseek_before_start_fails");
	tap_ok(lseek(fd, 10000, SEEK_SET) == 10000 && write(fd, "x", 1) == 1 &&
	           fstat(fd, &about) == 0 && about.st_size == 10001 && (about.st_mode & 0777) == 0640 &&
	           S_ISREG(about.st_mode) && about.st_nlink == 1,
	       "write_behind_end_grows_file");
	tap_ok(lseek(fd, 8, SEEK_SET) == 8 && read(fd, text, 4) == 4 && memcmp(text, "89\0\0", 4) == 0,
	       "hole_reads_zeros");
	tap_ok(ftruncate(fd, 5) == 0 && ftruncate(fd, 8) == 0 && lseek(fd, 0, SEEK_SET) == 0 &&
	           read(fd, text, 16) == 8 && memcmp(text, "01234\0\0\0", 8) == 0,
	       "ftruncate_cuts_and_extends");
	tap_ok(fails(ftruncate(fd, -1), EINVAL) && fails(ftruncate(fd, 1l << 40), EFBIG),
	       "ftruncate_out_of_range_fails");
	int again = open("/f", O_WRONLY | O_APPEND);
	tap_ok(write(again, "ab", 2) == 2 && lseek(again, 0, SEEK_SET) == 0 &&
	           write(again, "c", 1) == 1 && fstat(fd, &about) == 0 && about.st_size == 11,
	       "append_writes_at_end");
	tap_ok(fails((int)read(again, text, 1), EBADF), "read_of_write_only_fails");
	close(again);
	again = open("/f", O_RDONLY | O_TRUNC);
	tap_ok(fstat(fd, &about) == 0 && about.st_size == 0, "open_trunc_empties");
	tap_ok(fails((int)write(again, "x", 1), EBADF), "write_of_read_only_fails");
	close(again);
	tap_ok(unlink("/f") == 0 && fails(open("/f", O_RDONLY), ENOENT) && write(fd, "go", 2) == 2 &&
	           fstat(fd, &about) == 0 && about.st_nlink == 0,
	       "unlinked_file_lives_while_open");
	close(fd);
}

#define BIG (3 << 20)

// Large transfers to and from memory that nobody touched.
static void big(void)
{
	char *data = sbrk(BIG);
	int fd = open("/big", O_RDWR | O_CREAT, 0644);
	tap_equal(BIG, (uint64_t)write(fd, data, BIG), "write_from_untouched_memory_is_whole");
	for (size_t i = 0; i < BIG; i += 8)
		*(uint64_t *)(data + i) = i * 2654435761u;
	(void)lseek(fd, 1, SEEK_SET);
	tap_equal(BIG, (uint64_t)write(fd, data, BIG), "write_of_3_mib_is_whole");
	char *got = sbrk(BIG);
	(void)lseek(fd, 1, SEEK_SET);
	tap_equal(BIG, (uint64_t)read(fd, got, BIG), "read_into_untouched_memory_is_whole");
	tap_ok(memcmp(data, got, BIG) == 0, "read_gets_what_was_written");
	close(fd);
	tap_ok(unlink("/big") == 0, "unlink_gives_pages_back");
}

static void shared_offset(void)
{
	int fd = open("/f", O_RDWR | O_CREAT, 0644);
	int copy = dup(fd);
	(void)!write(fd, "ab", 2);
	(void)!write(copy, "cd", 2);
	(void)fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		_exit(write(fd, "ef", 2) == 2 ? 0 : 1);
	(void)child_wait(child);
	(void)!write(copy, "gh", 2);
	tap_ok(file_holds("/f", "abcdefgh"), "offset_is_shared_over_dup_and_fork");
	close(fd);
	close(copy);
	(void)unlink("/f");
}

static void archive_files(void)
{
	struct stat about;
	char text[9] = "";
	(void)!stat("/README", &about);
	off_t before = about.st_size;
	int fd = open("/README", O_RDWR);
	tap_ok(write(fd, "FAULT", 5) == 5 && read(fd, text, 4) == 4 && memcmp(text, "line", 4) == 0 &&
	           fstat(fd, &about) == 0 && about.st_size == before,
	       "archive_file_is_copied_when_written");
	close(fd);
	tap_ok(unlink("/README") == 0 && fails(open("/README", O_RDONLY), ENOENT),
	       "archive_file_can_be_removed");
}

static void names(void)
{
	char long_name[PATH_MAX + 8], path[40];
	tap_ok(mkdir("/d", 0755) == 0 && fails(mkdir("/d", 0755), EEXIST) &&
	           fails(mkdir("/no/d", 0755), ENOENT),
	       "mkdir_makes_folder_once");
	tap_ok(file_make("/d/a", "A") && link("/d/a", "/d/b") == 0 && file_holds("/d/b", "A") &&
	           fails(link("/d/a", "/d/b"), EEXIST) && fails(link("/no", "/d/c"), ENOENT) &&
	           fails(link("/d", "/e"), EPERM),
	       "link_gives_second_name");
	tap_ok(rename("/d/a", "/d/c") == 0 && fails(open("/d/a", O_RDONLY), ENOENT) &&
	           file_holds("/d/c", "A"),
	       "rename_moves_name");
	tap_ok(file_make("/d/x", "X") && rename("/d/x", "/d/c") == 0 && file_holds("/d/c", "X") &&
	           file_holds("/d/b", "A"),
	       "rename_replaces_target");
	tap_ok(fails(rmdir("/d"), ENOTEMPTY) && fails(unlink("/d"), EISDIR) &&
	           fails(rmdir("/d/c"), ENOTDIR) && fails(rmdir("/"), EBUSY) &&
	           fails(rmdir("."), EBUSY) && fails(rename("/d", "/d/e"), EINVAL),
	       "wrong_removals_fail");
	tap_ok(fails(open("/d", O_WRONLY), EISDIR) && fails(open("/d/c/x", O_RDONLY), ENOTDIR) &&
	           fails(open("/d/c/", O_RDONLY), ENOTDIR) && fails(open("", O_RDONLY), ENOENT) &&
	           fails(open("/d/c", O_RDONLY | O_DIRECTORY), ENOTDIR),
	       "wrong_opens_fail");
	memset(long_name, 'n', sizeof(long_name));
	long_name[PATH_MAX] = '\0';
	tap_ok(fails(open(long_name, O_RDONLY | O_CREAT, 0644), ENAMETOOLONG), "path_too_long_fails");
	long_name[NAME_MAX + 1] = '\0';
	tap_ok(fails(mkdir(long_name, 0755), ENAMETOOLONG), "name_of_256_fails");
	long_name[NAME_MAX] = '\0';
	tap_ok(file_make(long_name, "L") && file_holds(long_name, "L") &&
	           rename(long_name, "/d/long") == 0 && file_holds("/d/long", "L"),
	       "name_of_255_works");
	bool all = true;
	for (int i = 0; i < 200; i++) {
		(void)snprintf(path, sizeof(path), "/d/a-file-with-a-number-%d", i);
		all &= file_make(path, path);
	}
	unsigned seen = 0;
	DIR *folder = opendir("/d");
	for (struct dirent *entry; folder && (entry = readdir(folder));)
		seen += strncmp(entry->d_name, "a-file", 6) == 0 && entry->d_type == DT_REG;
	tap_ok(folder && closedir(folder) == 0 && all && seen == 200, "readdir_finds_200_files");
	for (int i = 0; i < 200; i++) {
		(void)snprintf(path, sizeof(path), "/d/a-file-with-a-number-%d", i);
		all &= file_holds(path, path) && unlink(path) == 0;
	}
	tap_ok(all && unlink("/d/b") == 0 && unlink("/d/c") == 0 && unlink("/d/long") == 0 &&
	           rmdir("/d") == 0,
	       "all_names_are_removed");
}

static void working_folder(void)
{
	char path[PATH_MAX];
	tap_ok(getcwd(path, sizeof(path)) == path && strcmp(path, "/") == 0, "getcwd_starts_at_root");
	tap_ok(mkdir("w", 0755) == 0 && mkdir("w/deep", 0755) == 0 && chdir("w/deep") == 0 &&
	           getcwd(path, sizeof(path)) && strcmp(path, "/w/deep") == 0,
	       "chdir_moves");
	tap_ok(file_make("here", "H") && file_holds("/w/deep/here", "H") && file_holds("./here", "H") &&
	           file_holds("../deep/here", "H"),
	       "relative_paths_start_there");
	tap_ok(!getcwd(path, 7) && errno == ERANGE && fails(chdir("here"), ENOTDIR) &&
	           fails(chdir("none"), ENOENT),
	       "getcwd_and_chdir_fail_as_they_should");
	(void)fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		_exit(getcwd(path, sizeof(path)) && strcmp(path, "/w/deep") == 0 && chdir("/") == 0 ? 0
		                                                                                    : 1);
	tap_equal(0, (uint64_t)child_wait(child).value, "fork_inherits_folder");
	tap_ok(unlink("here") == 0 && rmdir("/w/deep") == 0 && !getcwd(path, sizeof(path)) &&
	           errno == ENOENT && fails(open("x", O_CREAT | O_RDWR, 0644), ENOENT),
	       "removed_folder_is_a_dead_end");
	tap_ok(chdir("..") == 0 && chdir("/") == 0 && rmdir("/w") == 0, "removed_folder_can_be_left");
}

static void bad_pointers(void)
{
	char *const bad[] = {(char *)8, (char *)-1, (char *)0xffffffc000000000,
	                     (char *)LAYOUT_USER_TOP};
	int fd = open("/dev/zero", O_RDONLY), null = open("/dev/null", O_RDWR);
	unsigned caught = 0;
	for (unsigned i = 0; i < 4; i++) {
		caught += fails((int)read(fd, bad[i], 10), EFAULT);
		caught += fails((int)read(fd, bad[i], 5000), EFAULT);
		caught += fails((int)write(null, bad[i], 10), EFAULT);
		caught += fails((int)write(null, bad[i], 5000), EFAULT);
		caught += fails(open(bad[i], O_RDONLY), EFAULT);
		caught += fails(fstat(fd, (struct stat *)bad[i]), EFAULT);
	}
	tap_equal(24, caught, "bad_pointers_give_efault");
	close(fd);
	close(null);
}

static void devices(void)
{
	struct winsize size;
	char data[100] = "x";
	int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDONLY);
	tap_ok(write(null, data, 100) == 100 && read(null, data, 100) == 0, "dev_null_takes_and_ends");
	tap_ok(read(zero, data, 100) == 100 && data[0] == 0 && data[99] == 0, "dev_zero_gives_zeros");
	tap_ok(isatty(0) == 1 && isatty(null) == 0 && errno == ENOTTY, "isatty_tells_console");
	tap_ok(ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 &&
	           fails(ioctl(null, TIOCGWINSZ, &size), ENOTTY),
	       "ioctl_tells_size_of_console");
	close(null);
	close(zero);
}

const struct guest_case guest_cases[] = {
	{"file_contents", contents},
	{"file_big", big},
	{"file_offset", shared_offset},
	{"file_archive", archive_files},
	{"file_names", names},
	{"file_folder", working_folder},
	{"file_devices", devices},
	{"file_bad_pointers", bad_pointers},
	{NULL, NULL},
};

const struct guest_helper guest_helpers[] = {{NULL, NULL}};
