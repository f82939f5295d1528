// The list of suites: a file NAME_test.c each, one boot each (meson.build has the same names).
#ifndef SUITES_H
#define SUITES_H

#include "harness.h"

#define SUITES(X)                                                                                  \
	X(harness) X(fuzz_root) X(fuzz_plain) X(space) X(schedule) X(registers) X(context) X(cancel) X(ipc) X(fault) X(answer) X(handle) X(run) X(range) X(vector) X(map) X(control) X(arguments) X(slots)

#define SUITE_DECLARE(name) extern const struct suite suite_##name;
SUITES(SUITE_DECLARE)
#undef SUITE_DECLARE

// The text after `key=` in the boot arguments, or NULL.
const char *argument_find(const char *key);

// Prints the benchmark rows.
void bench_run(void);

#endif
