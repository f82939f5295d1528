// ls: names of files and of what lies in folders, in the order of the file server.
#include <dirent.h>
#include <sys/stat.h>

#include "program.h"

#define PATH_BYTES 1300

static const char help[] =
	"usage: ls [-l] [PATH ...]\n"
	"Lists folders (the working one if none is named) and files.\n"
	"-l: kind (d folder, - file, c device), permission bits, size in bytes, name.\n";

static bool fail(const char *name)
{
	fprintf(stderr, "ls: %s: %s\n", name, strerror(errno));
	return false;
}

static bool line_print(bool details, const char *path, const char *name)
{
	struct stat about;
	if (details) {
		if (stat(path, &about) != 0)
			return fail(path);
		char kind = S_ISDIR(about.st_mode) ? 'd' : S_ISREG(about.st_mode) ? '-' : 'c';
		printf("%c %03o %8lld ", kind, (unsigned)about.st_mode & 0777, (long long)about.st_size);
	}
	printf("%s\n", name);
	return true;
}

// Names that begin with a dot are left out.
static bool folder_list(bool details, const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	bool all = true;
	if (!folder)
		return fail(path);
	errno = 0;
	while ((entry = readdir(folder))) {
		char name[PATH_BYTES];
		(void)snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.')
			all &= line_print(details, name, entry->d_name);
		errno = 0;
	}
	if (errno != 0)
		all = fail(path);
	(void)closedir(folder);
	return all;
}

static bool path_list(bool details, const char *path, bool title)
{
	struct stat about;
	if (stat(path, &about) != 0)
		return fail(path);
	if (!S_ISDIR(about.st_mode))
		return line_print(details, path, path);
	if (title)
		printf("%s:\n", path);
	return folder_list(details, path);
}

int main(int argc, char **argv)
{
	help_answer(argc, argv, help);
	bool details = argc > 1 && strcmp(argv[1], "-l") == 0;
	int first = details ? 2 : 1;
	if (argc > first && argv[first][0] == '-')
		usage_fail(help);
	if (argc == first)
		return path_list(details, ".", false) ? EXIT_SUCCESS : EXIT_FAILURE;
	bool all = true;
	for (int i = first; i < argc; i++)
		all &= path_list(details, argv[i], argc > first + 1);
	return all ? EXIT_SUCCESS : EXIT_FAILURE;
}
