// From the entry of a program to main: thread-local storage, constructors, argument vector.
//
// Not here: what runs at exit. picolibc's exit calls the atexit functions, then the destructors
// (stream.c flushes there), then _exit.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef void (*initializer_t)(int argc, char **argv, char **envp);

// From boot/program.ld.
extern const char tls_pattern[];
extern const char tls_pattern_bytes[]; // the address is the value
extern char tls_block[];
extern const initializer_t __preinit_array_start[], __preinit_array_end[];
extern const initializer_t __init_array_start[], __init_array_end[];

int main(int argc, char **argv, char **envp);
_Noreturn void program_main(uint64_t *block);

static void initializers_run(const initializer_t *next, const initializer_t *end, int argc,
                             char **argv, char **envp)
{
	for (; next < end; next++)
		(*next)(argc, argv, envp);
}

_Noreturn void program_main(uint64_t *block)
{
	// The block at tp is zero (bss) beyond the initialised part, which is often empty.
	memcpy(tls_block, tls_pattern, (uintptr_t)tls_pattern_bytes);

	int argc = (int)block[0];
	char **argv = (char **)&block[1];
	char **envp = &argv[argc + 1];
	environ = envp;

	initializers_run(__preinit_array_start, __preinit_array_end, argc, argv, envp);
	initializers_run(__init_array_start, __init_array_end, argc, argv, envp);
	exit(main(argc, argv, envp));
}
