// Files, folders and pipes as programs for xv6 expect them.
#include "check.h"

static char buffer[BSIZE];

static void file_reads_what_was_written(void)
{
	int fd = open("small", O_CREATE | O_RDWR);
	EXPECT(fd >= 0);
	for (int i = 0; i < 100; i++)
		EXPECT(write(fd, "aaaaaaaaaa", 10) == 10);
	close(fd);
	fd = open("small", O_RDONLY);
	EXPECT(read(fd, buffer, sizeof(buffer)) == 1000);
	EXPECT(write(fd, "x", 1) == -1);
	close(fd);
	EXPECT(unlink("small") == 0);
	EXPECT(open("small", O_RDONLY) == -1);
}

static void big_file_keeps_its_blocks(void)
{
	int fd = open("big", O_CREATE | O_RDWR);
	for (int i = 0; i < (int)MAXFILE; i++) {
		((int *)buffer)[0] = i;
		EXPECT(write(fd, buffer, BSIZE) == BSIZE);
	}
	close(fd);
	fd = open("big", O_RDONLY);
	for (int i = 0; i < (int)MAXFILE; i++) {
		EXPECT(read(fd, buffer, BSIZE) == BSIZE);
		EXPECT(((int *)buffer)[0] == i);
	}
	EXPECT(read(fd, buffer, BSIZE) == 0);
	close(fd);
	EXPECT(unlink("big") == 0);
}

static void truncate_while_open(void)
{
	char text[8];
	int one = open("truncated", O_CREATE | O_TRUNC | O_WRONLY);
	EXPECT(write(one, "abcd", 4) == 4);
	int other = open("truncated", O_TRUNC | O_WRONLY);
	EXPECT(write(one, "x", 1) == -1);
	EXPECT(write(other, "yz", 2) == 2);
	close(one);
	close(other);
	one = open("truncated", O_RDONLY);
	EXPECT(read(one, text, sizeof(text)) == 2);
	close(one);
	EXPECT(unlink("truncated") == 0);
}

static void unlinked_file_lives_while_open(void)
{
	int fd = open("gone", O_CREATE | O_RDWR);
	EXPECT(write(fd, "hello", 5) == 5);
	close(fd);
	fd = open("gone", O_RDWR);
	EXPECT(unlink("gone") == 0);
	int other = open("gone", O_CREATE | O_RDWR);
	EXPECT(write(other, "yyy", 3) == 3);
	close(other);
	EXPECT(read(fd, buffer, sizeof(buffer)) == 5 && buffer[0] == 'h');
	EXPECT(write(fd, buffer, 10) == 10);
	close(fd);
	EXPECT(unlink("gone") == 0);
}

static void links_are_counted(void)
{
	struct stat status;
	int fd = open("first", O_CREATE | O_RDWR);
	close(fd);
	EXPECT(link("first", "second") == 0);
	EXPECT(stat("second", &status) == 0);
	EXPECT(status.type == T_FILE && status.nlink == 2 && status.size == 0);
	EXPECT(unlink("first") == 0);
	EXPECT(open("first", 0) == -1);
	EXPECT(link("second", "second") == -1);
	EXPECT(link("absent", "third") == -1);
	EXPECT(link(".", "third") == -1);
	EXPECT(unlink("second") == 0);
	EXPECT(link("cat", "third") == 0);
	EXPECT(unlink("third") == 0);
}

static void folders_nest(void)
{
	EXPECT(mkdir("dd") == 0);
	EXPECT(mkdir("dd") == -1);
	int fd = open("dd/ff", O_CREATE | O_RDWR);
	EXPECT(write(fd, "ff", 2) == 2);
	close(fd);
	EXPECT(unlink("dd") == -1);
	EXPECT(mkdir("/dd/inner") == 0);
	EXPECT(chdir("dd/inner") == 0);
	EXPECT(open("../ff", O_RDONLY) >= 0);
	EXPECT(unlink(".") == -1 && unlink("..") == -1 && unlink("../inner/.") == -1);
	EXPECT(chdir("../..") == 0);
	EXPECT(open("dd", O_WRONLY) == -1);
	EXPECT(chdir("dd/ff") == -1);
	EXPECT(open("dd/ff/xx", O_CREATE) == -1);
	EXPECT(mkdir("dd/ff/xx") == -1);
	EXPECT(unlink("dd/ff") == 0 && unlink("dd/inner") == 0 && unlink("dd") == 0);
}

static void names_are_cut_at_14(void)
{
	EXPECT(mkdir("12345678901234") == 0);
	EXPECT(mkdir("12345678901234/123456789012345") == 0);
	EXPECT(mkdir("12345678901234/12345678901234") == -1);
	EXPECT(mkdir("123456789012345/12345678901234") == -1);
	EXPECT(unlink("123456789012345/12345678901234") == 0);
	EXPECT(unlink("12345678901234") == 0);
}

static int folder_count(const char *path, char first)
{
	struct dirent entry;
	int count = 0;
	int fd = open(path, O_RDONLY);
	while (read(fd, &entry, sizeof(entry)) == sizeof(entry)) {
		if (entry.inum != 0 && entry.name[0] == first)
			count++;
	}
	close(fd);
	return count;
}

static void folder_reads_as_entries(void)
{
	char name[] = "many/C0-longer.";
	EXPECT(mkdir("many") == 0);
	for (int i = 0; i < 40; i++) {
		name[6] = '0' + i;
		close(open(name, O_CREATE | O_RDWR));
	}
	EXPECT(folder_count("many", 'C') == 40);
	EXPECT(folder_count("many", '.') == 2);
	for (int i = 0; i < 40; i++) {
		name[6] = '0' + i;
		EXPECT(unlink(name) == 0);
	}
	EXPECT(folder_count("many", 'C') == 0);
	EXPECT(unlink("many") == 0);
}

static void offset_is_shared_after_fork(void)
{
	int fd = open("shared", O_CREATE | O_RDWR);
	int pid = fork();
	for (int i = 0; i < 100; i++)
		EXPECT(write(fd, pid == 0 ? "cccccccccc" : "pppppppppp", 10) == 10);
	if (pid == 0)
		exit(0);
	int status;
	EXPECT(wait(&status) == pid && status == 0);
	close(fd);
	int children = 0, parents = 0, got;
	fd = open("shared", O_RDONLY);
	while ((got = read(fd, buffer, sizeof(buffer))) > 0) {
		for (int i = 0; i < got; i++) {
			children += buffer[i] == 'c';
			parents += buffer[i] == 'p';
		}
	}
	close(fd);
	EXPECT(children == 1000 && parents == 1000);
	EXPECT(unlink("shared") == 0);
}

static void pipe_carries_bytes_in_order(void)
{
	int end[2];
	EXPECT(pipe(end) == 0);
	int pid = fork();
	if (pid == 0) {
		close(end[0]);
		int next = 0;
		for (int n = 0; n < 5; n++) {
			for (int i = 0; i < 1033; i++)
				buffer[i % 1024] = next++;
			EXPECT(write(end[1], buffer, 1024) == 1024);
		}
		exit(0);
	}
	close(end[1]);
	int total = 0, got;
	while ((got = read(end[0], buffer, 100)) > 0)
		total += got;
	EXPECT(total == 5 * 1024);
	int status;
	EXPECT(wait(&status) == pid && status == 0);
	close(end[0]);
	EXPECT(read(end[0], buffer, 1) == -1);
}

static void pipe_without_reader_fails(void)
{
	int end[2];
	EXPECT(pipe(end) == 0);
	close(end[0]);
	EXPECT(write(end[1], "x", 1) == -1);
}

static void descriptors_run_out(void)
{
	int fd, last = -1;
	while ((fd = dup(0)) >= 0)
		last = fd;
	EXPECT(last == NOFILE - 1);
	EXPECT(open("README", O_RDONLY) == -1);
	close(last);
	EXPECT(open("README", O_RDONLY) == last);
}

int main(void)
{
	static const struct check checks[] = {
		{"xv6_file_reads_what_was_written", file_reads_what_was_written},
		{"xv6_file_of_maxfile_blocks_keeps_them", big_file_keeps_its_blocks},
		{"xv6_file_truncated_while_open", truncate_while_open},
		{"xv6_file_unlinked_lives_while_open", unlinked_file_lives_while_open},
		{"xv6_link_counts", links_are_counted},
		{"xv6_folders_nest", folders_nest},
		{"xv6_names_are_cut_at_14", names_are_cut_at_14},
		{"xv6_folder_reads_as_entries", folder_reads_as_entries},
		{"xv6_offset_is_shared_after_fork", offset_is_shared_after_fork},
		{"xv6_pipe_carries_bytes_in_order", pipe_carries_bytes_in_order},
		{"xv6_pipe_without_reader_fails", pipe_without_reader_fails},
		{"xv6_descriptors_run_out_at_nofile", descriptors_run_out},
		{0, 0},
	};
	exit(checks_run(checks));
}
