// What most programs here share: --help, the usage error, numbers as arguments.
#ifndef PROGRAM_H
#define PROGRAM_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USAGE_STATUS 2

// `text` is the whole help: a usage line, then what the program does, each line ended.
static inline void help_answer(int argc, char **argv, const char *text)
{
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		(void)fputs(text, stdout);
		exit(EXIT_SUCCESS);
	}
}

static inline _Noreturn void usage_fail(const char *text)
{
	(void)fputs(text, stderr);
	exit(USAGE_STATUS);
}

// A whole decimal number within [low, high], nothing before or after it.
static inline bool number_parse(const char *text, long low, long high, long *value)
{
	char *end;
	errno = 0;
	*value = strtol(text, &end, 10);
	return end != text && *end == '\0' && errno == 0 && *value >= low && *value <= high;
}

#endif
