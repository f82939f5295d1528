// main of the guest test programs: runs one case, or hands all of them to the driver.
//
// Not here: what the cases share (support.c), starting and auditing them (driver.c).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

#define CASES_MAX 32

enum guest_size guest_size = SIZE_NORMAL;
const char *guest_self;

static int run(int argc, char **argv)
{
	for (const struct guest_case *c = guest_cases; c->name; c++) {
		if (strcmp(c->name, argv[0]) != 0)
			continue;
		if (argc > 1)
			guest_size = strcmp(argv[1], "full") == 0 ? SIZE_FULL : SIZE_SMALL;
		tap_plan(0);
		c->run();
		return tap_finish();
	}
	for (const struct guest_helper *h = guest_helpers; h->name; h++) {
		if (strcmp(h->name, argv[0]) == 0)
			return h->run(argc, argv);
	}
	fprintf(stderr, "%s: there is no case %s\n", guest_self, argv[0]);
	return EXIT_FAILURE;
}

// The driver's arguments: this program, what was given, and if no case was, all cases.
static int drive(int argc, char **argv)
{
	char *arguments[CASES_MAX + 4] = {"t-driver", argv[0]};
	int count = 2;
	for (int i = 1; i < argc && count < CASES_MAX; i++)
		arguments[count++] = argv[i];
	bool size_only = argc == 2 && (strcmp(argv[1], "full") == 0 || strcmp(argv[1], "small") == 0);
	if (argc == 1 || size_only) {
		for (const struct guest_case *c = guest_cases; c->name && count < CASES_MAX; c++)
			arguments[count++] = (char *)c->name;
	}
	(void)execvp(arguments[0], arguments);
	fprintf(stderr, "%s: t-driver cannot be started\n", argv[0]);
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	if (argc < 1)
		return 0; // only the test of exec without arguments does that
	guest_self = argv[0];
	if (argc > 2 && strcmp(argv[1], "run") == 0)
		return run(argc - 2, argv + 2);
	return drive(argc, argv);
}
