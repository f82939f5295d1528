// Test output in the Test Anything Protocol, version 13, for one test executable.
//
// A test is a function; the first expectation in it that fails is printed with both values, and the
// test counts as failed. Not here: crashes. The sanitizers and the exit status tell those.
#ifndef TAP_H
#define TAP_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct tap_test {
	const char *name; // object_situation_expected
	void (*run)(void);
};

// Of the test that runs.
static bool tap_failed;

static inline void tap_expect(const char *file, int line, const char *what, uint64_t actual,
                              uint64_t expected)
{
	if (actual == expected || tap_failed)
		return;
	tap_failed = true;
	printf("# %s:%d: %s: expected %" PRIu64 " (0x%" PRIx64 "), actual %" PRIu64 " (0x%" PRIx64
	       ")\n",
	       file, line, what, expected, expected, actual, actual);
}

#define EXPECT(actual, expected)                                                                   \
	tap_expect(__FILE__, __LINE__, #actual, (uint64_t)(actual), (uint64_t)(expected))

// The tests cannot be run at all.
static inline _Noreturn void tap_bail(const char *why, const char *detail)
{
	printf("Bail out! %s: %s\n", why, detail);
	exit(1);
}

static inline int tap_run(const struct tap_test *tests, unsigned count)
{
	unsigned failures = 0;
	printf("TAP version 13\n1..%u\n", count);
	for (unsigned index = 0; index < count; index++) {
		tap_failed = false;
		tests[index].run();
		failures += tap_failed;
		printf("%s %u - %s\n", tap_failed ? "not ok" : "ok", index + 1, tests[index].name);
		fflush(stdout);
	}
	return failures > 0;
}

#endif
