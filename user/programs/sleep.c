// sleep: waits.
#include <ctype.h>
#include <stdint.h>
#include <time.h>

#include "program.h"

#define NS_PER_SECOND 1000000000l

static const char help[] = "usage: sleep SECONDS\n"
						   "Waits at least this long; a fraction such as 0.25 is allowed.\n";

// Digits, then perhaps a point and up to nine digits.
static bool duration_parse(const char *text, struct timespec *duration)
{
	long seconds = 0;
	const char *digit = text;
	for (; isdigit((unsigned char)*digit); digit++) {
		seconds = seconds * 10 + (*digit - '0');
		if (seconds > INT32_MAX)
			return false;
	}
	if (digit == text)
		return false;
	long ns = 0;
	if (*digit == '.') {
		digit++;
		for (long unit = NS_PER_SECOND / 10; isdigit((unsigned char)*digit) && unit > 0; unit /= 10)
			ns += (*digit++ - '0') * unit;
	}
	*duration = (struct timespec){.tv_sec = seconds, .tv_nsec = ns};
	return *digit == '\0';
}

int main(int argc, char **argv)
{
	help_answer(argc, argv, help);
	struct timespec duration;
	if (argc != 2 || !duration_parse(argv[1], &duration))
		usage_fail(help);
	if (nanosleep(&duration, NULL) != 0) {
		fprintf(stderr, "sleep: %s\n", strerror(errno));
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
