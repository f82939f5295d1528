// ls: names of files and of what lies in folders, in the order of the file server.
#include <inttypes.h>

#include "fl/file.h"
#include "fl/kernel.h"
#include "program.h"

static const char help[] = "usage: ls [-l] [PATH ...]\n"
						   "Lists folders (/ if none is named) and files.\n"
						   "-l: kind (d folder, - file), permission bits, size in bytes, name.\n";

static bool fail(const char *name, fl_error_t error)
{
	const char *text = "cannot be read";
	if (error == FL_NO_FILE)
		text = "no such file or directory";
	else if (error == FL_NOT_DIRECTORY)
		text = "a part of the path is not a directory";
	else if (error == FL_TOO_BIG)
		text = "name too long";
	fprintf(stderr, "ls: %s: %s\n", name, text);
	return false;
}

static void line_print(bool details, const struct file_status *status, const char *name)
{
	if (details)
		printf("%c %03o %8" PRIu64 " ", status->kind == FILES_FOLDER ? 'd' : '-', status->mode,
		       status->size);
	printf("%s\n", name);
}

static bool folder_list(bool details, uint64_t folder)
{
	for (uint64_t i = 0;; i++) {
		char name[FILES_NAME_MAX + 1];
		struct file_status status = {0};
		fl_error_t error = file_entry(folder, i, name, &status.file);
		if (error == FL_EMPTY)
			return true;
		if (error == FL_OK && details)
			error = file_status_read(status.file, &status);
		if (error != FL_OK)
			return fail("folder entry", error);
		line_print(details, &status, name);
	}
}

static bool path_list(bool details, const char *path, bool title)
{
	struct file_status status;
	fl_error_t error = file_walk(path, &status);
	if (error != FL_OK)
		return fail(path, error);
	if (status.kind != FILES_FOLDER) {
		line_print(details, &status, path);
		return true;
	}
	if (title)
		printf("%s:\n", path);
	return folder_list(details, status.file);
}

int main(int argc, char **argv)
{
	help_answer(argc, argv, help);
	bool details = argc > 1 && strcmp(argv[1], "-l") == 0;
	int first = details ? 2 : 1;
	if (argc > first && argv[first][0] == '-')
		usage_fail(help);
	if (argc == first)
		return path_list(details, "/", false) ? EXIT_SUCCESS : EXIT_FAILURE;
	bool all = true;
	for (int i = first; i < argc; i++)
		all &= path_list(details, argv[i], argc > first + 1);
	return all ? EXIT_SUCCESS : EXIT_FAILURE;
}
