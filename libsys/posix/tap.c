// The TAP producer. Its counters are the process's own; nothing is allocated.
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fl/tap.h"

static unsigned planned;
static unsigned run;
static unsigned failed;

void tap_plan(unsigned count)
{
	planned = count;
	printf("TAP version 13\n");
	if (count > 0)
		printf("1..%u\n", count);
}

bool tap_ok(bool passed, const char *name)
{
	run++;
	failed += !passed;
	printf("%sok %u - %s\n", passed ? "" : "not ", run, name);
	return passed;
}

bool tap_equal(uint64_t expected, uint64_t got, const char *name)
{
	bool passed = tap_ok(expected == got, name);
	if (!passed)
		tap_note("expected %" PRIu64 " (0x%" PRIx64 "), got %" PRIu64 " (0x%" PRIx64 ")", expected,
		         expected, got, got);
	return passed;
}

bool tap_equal_text(const char *expected, const char *got, const char *name)
{
	bool passed = tap_ok(strcmp(expected, got) == 0, name);
	if (!passed)
		tap_note("expected \"%s\", got \"%s\"", expected, got);
	return passed;
}

void tap_skip(const char *name, const char *why)
{
	run++;
	printf("ok %u - %s # SKIP %s\n", run, name, why);
}

void tap_note(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	printf("# ");
	vprintf(format, arguments);
	printf("\n");
	va_end(arguments);
}

_Noreturn void tap_bail(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	printf("Bail out! ");
	vprintf(format, arguments);
	printf("\n");
	va_end(arguments);
	exit(EXIT_FAILURE);
}

int tap_finish(void)
{
	if (planned == 0) {
		planned = run;
		printf("1..%u\n", run);
	}
	if (run != planned)
		tap_note("planned %u results, gave %u", planned, run);
	return run == planned && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
