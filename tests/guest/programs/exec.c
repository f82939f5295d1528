// exec: arguments of any number and size up to the limit, and everything that must be refused.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fl/file.h"
#include "guest.h"
#include "proto/files.h"
#include "proto/slots.h"

#define MANY 1000
#define NAME_BYTES 80

static const struct cost nothing;

// A number that depends on every argument and every byte of it.
static int arguments_hash(int argc, char **argv)
{
	uint32_t hash = (uint32_t)argc;
	for (int i = 0; i < argc; i++) {
		for (const char *at = argv[i]; *at; at++)
			hash = hash * 31 + (unsigned char)*at;
		hash = hash * 31 + 7;
	}
	return (int)(hash & 0x7fffffff);
}

static int hash_helper(int argc, char **argv)
{
	return argv[argc] == NULL ? arguments_hash(argc, argv) : -1;
}

struct image {
	const char *path;
	char **argv;
	char **envp;
};

static int image_run(void *context)
{
	const struct image *image = context;
	(void)execve(image->path, image->argv, image->envp);
	return -errno;
}

static char self_path[64];

static int self_run(char **argv)
{
	static char *no_environment[] = {NULL};
	struct image image = {self_path, argv, no_environment};
	return child_run(image_run, &image);
}

static char **vector(unsigned count)
{
	char **argv = (char **)heap_take(((count + 4) * sizeof(char *) >> FL_PAGE_SHIFT) + 1);
	argv[0] = self_path;
	argv[1] = "run";
	argv[2] = "hash";
	return argv;
}

static void arguments(void)
{
	(void)snprintf(self_path, sizeof(self_path), "/bin/%s", guest_self);
	char *none[] = {NULL};
	tap_equal(0, (uint64_t)self_run(none), "exec_without_arguments_gives_argc_0");
	char *empty[] = {self_path, "run", "hash", "", "a b", "", NULL};
	tap_equal((uint64_t)arguments_hash(4, empty + 2), (uint64_t)self_run(empty),
	          "exec_keeps_empty_arguments_and_spaces");
	char **argv = vector(MANY);
	char *text = heap_take((8 * MANY >> FL_PAGE_SHIFT) + 1);
	for (unsigned i = 3; i < MANY; i++, text += 8) {
		(void)snprintf(text, 8, "a%u", i);
		argv[i] = text;
	}
	argv[MANY] = NULL;
	tap_equal((uint64_t)arguments_hash(MANY - 2, argv + 2), (uint64_t)self_run(argv),
	          "exec_keeps_1000_arguments");
}

static void limits(void)
{
	(void)snprintf(self_path, sizeof(self_path), "/bin/%s", guest_self);
	// argc, four pointers, two times NULL; three strings with their ends.
	size_t words = 7 * sizeof(uint64_t);
	size_t strings = strlen(self_path) + 1 + strlen("run") + 1 + strlen("hash") + 1;
	size_t longest = PROCESS_ARGS_MAX - words - strings - 1;
	char *text = heap_take((PROCESS_ARGS_MAX >> FL_PAGE_SHIFT) + 1);
	memset(text, 'x', longest + 1);
	char **argv = vector(2);
	argv[3] = text;
	argv[4] = NULL;
	text[longest] = '\0';
	tap_equal((uint64_t)arguments_hash(2, argv + 2), (uint64_t)self_run(argv),
	          "exec_with_arguments_at_limit_succeeds");
	text[longest] = 'x';
	text[longest + 1] = '\0';
	tap_equal((uint64_t)-E2BIG, (uint64_t)self_run(argv), "exec_with_one_byte_more_fails");
	text[longest] = '\0';
	argv[4] = "";
	argv[5] = NULL;
	tap_equal((uint64_t)-E2BIG, (uint64_t)self_run(argv), "exec_with_one_argument_more_fails");
}

static void refused(const char *path, int expected, const char *name)
{
	static char *argv[] = {"x", NULL};
	errno = 0;
	int result = execv(path, argv);
	if (!tap_ok(result == -1 && errno == expected, name))
		tap_note("%s: expected errno %d, got %d", path, expected, errno);
}

static void bad_files(void)
{
	refused("/bin/no-such-program", ENOENT, "exec_missing_file_fails");
	refused("/no-such-folder/x", ENOENT, "exec_missing_folder_fails");
	refused("/bin/sh/x", ENOTDIR, "exec_file_as_folder_fails");
	refused("/bin", EACCES, "exec_folder_fails");
	refused("", ENOENT, "exec_empty_path_fails");
	refused("/README", EACCES, "exec_file_without_permission_fails");
	char longest[FILES_NAME_MAX + 8] = "/bin/";
	memset(longest + 5, 'x', FILES_NAME_MAX + 1);
	refused(longest, ENAMETOOLONG, "exec_long_name_fails");
	longest[5 + FILES_NAME_MAX] = '\0';
	refused(longest, ENOENT, "exec_longest_name_is_looked_for");
}

// Every file of /bad is an ELF that is wrong in the way its name says.
static void bad_programs(void)
{
	struct dirent *entry;
	char path[NAME_BYTES], name[NAME_BYTES];
	DIR *folder = opendir("/bad");
	if (!folder)
		tap_bail("there is no folder /bad");
	unsigned count = 0;
	char *argv[] = {"program", NULL};
	char *envp[] = {NULL};
	struct image good = {"/good/program", argv, envp};
	tap_equal(7, (uint64_t)child_run(image_run, &good), "exec_smallest_good_program_runs");
	struct measurement m;
	measure_begin(&m);
	while ((entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "/bad/%.60s", entry->d_name);
		(void)snprintf(name, sizeof(name), "exec_elf_with_%.60s_fails", entry->d_name);
		refused(path, ENOEXEC, name);
		count++;
	}
	measure_end(&m);
	tap_ok(count >= 40, "exec_bad_programs_are_many");
	tap_equal(0, m.stat[STAT_FAULTS_FATAL], "exec_bad_program_is_no_fatal_fault");
}

static int raw_exec(uint64_t file, uint64_t block, uint64_t bytes)
{
	struct fl_message m = {.word = {PROCESS_EXEC, file, block, bytes}};
	fl_error_t error = fl_call(SLOT_PROCESS, &m);
	return error != FL_OK ? -1 : (int)m.word[0];
}

static void bad_blocks(void)
{
	struct file_status program;
	if (file_walk("/bin/true", &program) != FL_OK)
		tap_bail("there is no /bin/true");
	uint64_t file = program.file;
	char *memory = heap_take(2);
	uint64_t block = (uint64_t)memory;
	pages_store(memory, 2, 1, 0);
	tap_equal(FL_TOO_BIG, (uint64_t)raw_exec(file, block, PROCESS_ARGS_MAX + 1),
	          "exec_block_above_limit_fails");
	tap_equal(FL_TOO_BIG, (uint64_t)raw_exec(file, block, UINT64_MAX), "exec_block_of_all_fails");
	tap_equal(FL_BAD_ARGUMENT, (uint64_t)raw_exec(file, block, 0), "exec_block_of_0_fails");
	tap_equal(FL_BAD_ARGUMENT, (uint64_t)raw_exec(file, block, 8), "exec_block_misaligned_fails");
	tap_equal(FL_BAD_ARGUMENT, (uint64_t)raw_exec(file, block + 16, 4096),
	          "exec_block_at_misaligned_address_fails");
	tap_equal(FL_BAD_ARGUMENT, (uint64_t)raw_exec(file, 0, 4096), "exec_block_at_null_fails");
	tap_equal(FL_BAD_ARGUMENT, (uint64_t)raw_exec(file, 1ul << 63, 4096),
	          "exec_block_at_kernel_address_fails");
	tap_equal(FL_BAD_ARGUMENT, (uint64_t)raw_exec(file, LAYOUT_STACK_TOP - 4096, 8192),
	          "exec_block_past_stack_top_fails");
	tap_equal(FL_BAD_ADDRESS, (uint64_t)raw_exec(file, LAYOUT_MMAP_START, 4096),
	          "exec_block_in_hole_fails");
	tap_equal(FL_BAD_ADDRESS, (uint64_t)raw_exec(file, block, 3 * 4096),
	          "exec_block_past_break_fails");
	tap_equal(FL_NO_FILE, (uint64_t)raw_exec(UINT64_MAX, block, 4096), "exec_unknown_file_fails");
	tap_ok(pages_hold(memory, 2, 1, 0), "exec_failures_leave_callers_memory");
	struct measurement m;
	measure_begin(&m);
	(void)raw_exec(file, block, 3 * 4096);
	measure_end(&m);
	cost_equal(&m, &nothing, "exec_failure_in_pager_costs_no_frame");
}

const struct guest_case guest_cases[] = {
	{"exec_arguments", arguments},   {"exec_limits", limits},
	{"exec_bad_files", bad_files},   {"exec_bad_programs", bad_programs},
	{"exec_bad_blocks", bad_blocks}, {NULL, NULL},
};

const struct guest_helper guest_helpers[] = {{"hash", hash_helper}, {NULL, NULL}};
