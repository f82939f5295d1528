// exec: finds the file, builds the argument block (proto/process.h) and asks procd for the rest. A
// failed exec leaves this process as it was.
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "fl/file.h"
#include "proto/pager.h"
#include "proto/process.h"
#include "service.h"

// The block is built here, page by page as it grows, and the pages move to the new stack. Memory
// that is never written costs no frames.
static _Alignas(FL_PAGE_SIZE) char block[PROCESS_ARGS_MAX];

// What fits is known before anything is written. Counts the pointers and string bytes of a vector.
static void vector_measure(char *const *vector, size_t *count, size_t *bytes)
{
	for (*count = 0; vector[*count]; (*count)++)
		*bytes += strlen(vector[*count]) + 1;
}

// Writes pointers (as they will be at `base`, the block's final address) and the strings behind
// *text; returns the word after the terminating 0.
static uint64_t *vector_write(uint64_t *word, char *const *vector, uint64_t base, char **text)
{
	for (; *vector; vector++) {
		size_t bytes = strlen(*vector) + 1;
		memcpy(*text, *vector, bytes);
		*word++ = base + (uint64_t)(*text - block);
		*text += bytes;
	}
	*word++ = 0;
	return word;
}

static fl_error_t block_build(char *const *argv, char *const *envp, size_t *block_bytes)
{
	size_t argc, envc, strings = 0;
	vector_measure(argv, &argc, &strings);
	vector_measure(envp, &envc, &strings);
	size_t words = 1 + argc + 1 + envc + 1;
	if (words > sizeof(block) / 8 || strings > sizeof(block) - words * 8)
		return FL_TOO_BIG;

	// The pager moves whole pages so that the last one ends at the stack's top.
	*block_bytes = (words * 8 + strings + FL_PAGE_SIZE - 1) & ~(FL_PAGE_SIZE - 1);
	uint64_t base = LAYOUT_STACK_TOP - *block_bytes;
	char *text = block + words * 8;
	uint64_t *word = (uint64_t *)block;
	*word++ = argc;
	word = vector_write(word, argv, base, &text);
	(void)vector_write(word, envp, base, &text);
	// An earlier, failed exec may have left longer strings here; the new program gets only its own.
	memset(text, 0, (size_t)(block + *block_bytes - text));
	return FL_OK;
}

int execve(const char *path, char *const argv[], char *const envp[])
{
	struct file_status status;
	fl_error_t error = file_walk(path, &status);
	if (error != FL_OK)
		return error_return(error);
	if (status.kind != FILES_REGULAR || (status.mode & 0111) == 0) {
		errno = EACCES;
		return -1;
	}
	size_t bytes;
	error = block_build(argv, envp, &bytes);
	if (error != FL_OK)
		return error_return(error);

	struct fl_message m = {.word = {PROCESS_EXEC, status.file, (uintptr_t)block, bytes}};
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	memcpy(&m.word[4], name, strnlen(name, PROCESS_NAME_BYTES));
	return error_return(service_call(SLOT_PROCESS, &m)); // comes back only when it failed
}

int execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

// A name without a slash is looked for in /bin only: there is no PATH.
int execvp(const char *file, char *const argv[])
{
	static const char folder[] = "/bin/";
	if (strchr(file, '/'))
		return execv(file, argv);
	size_t length = strlen(file);
	if (length == 0)
		return error_return(FL_NO_FILE);
	if (length > FILES_NAME_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	char path[sizeof(folder) + FILES_NAME_MAX];
	memcpy(path, folder, sizeof(folder) - 1);
	memcpy(path + sizeof(folder) - 1, file, length + 1);
	return execv(path, argv);
}
