// The list of suites: a file NAME_test.c each, one boot each (meson.build has the same names).
#ifndef SUITES_H
#define SUITES_H

#include "harness.h"

#define SUITES(X)                                                                                  \
	X(harness)                                                                                     \
	X(slots)                                                                                       \
	X(arguments)                                                                                   \
	X(control)                                                                                     \
	X(map)                                                                                         \
	X(vector)                                                                                      \
	X(range)                                                                                       \
	X(run)                                                                                         \
	X(handle)                                                                                      \
	X(answer)                                                                                      \
	X(ipc)                                                                                         \
	X(cancel)                                                                                      \
	X(fault)                                                                                       \
	X(context)                                                                                     \
	X(registers)                                                                                   \
	X(schedule)                                                                                    \
	X(space)                                                                                       \
	X(fuzz_plain)                                                                                  \
	X(fuzz_root)

#define SUITE_DECLARE(name) extern const struct suite suite_##name;
SUITES(SUITE_DECLARE)
#undef SUITE_DECLARE

// The text after `key=` in the boot arguments, or NULL.
const char *argument_find(const char *key);

// Prints the benchmark rows.
void bench_run(void);

#endif
