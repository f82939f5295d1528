// The frame of a guest test program: starts each case in a process of its own and audits it.
//
// Not here: what the cases share (support.c).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

#define RUN "run" // first argument of a process that this program started
#define NAME_BYTES 96

bool guest_full;
const char *guest_self;

static const struct guest_case *case_find(const char *name)
{
	for (const struct guest_case *c = guest_cases; c->name; c++) {
		if (strcmp(c->name, name) == 0)
			return c;
	}
	return NULL;
}

static int run(int argc, char **argv)
{
	const struct guest_case *c = case_find(argv[0]);
	if (c) {
		guest_full = argc > 1;
		tap_plan(0);
		c->run();
		return tap_finish();
	}
	for (const struct guest_helper *h = guest_helpers; h->name; h++) {
		if (strcmp(h->name, argv[0]) == 0)
			return h->run(argc, argv);
	}
	return EXIT_FAILURE;
}

static void case_start(const struct guest_case *c)
{
	struct leak_audit audit;
	char name[NAME_BYTES];
	leak_audit_begin(&audit);
	(void)fflush(stdout);
	pid_t child = fork();
	if (child < 0)
		tap_bail("%s: fork failed", c->name);
	if (child == 0) {
		char *arguments[] = {(char *)guest_self, RUN, (char *)c->name, guest_full ? "full" : NULL,
		                     NULL};
		(void)execvp(guest_self, arguments);
		_exit(EXIT_FAILURE);
	}
	struct process_ending ending;
	if (process_wait(child, 0, &ending) != FL_OK)
		tap_bail("%s: wait failed", c->name);
	(void)snprintf(name, sizeof(name), "%s_case_exits_with_success", c->name);
	if (!tap_ok(ending.end == PROCESS_EXITED && ending.value == 0, name))
		tap_note("end %d, value %d, %s", (int)ending.end, ending.value,
		         reason_text(ending.reason));
	leak_audit_end(&audit, c->name);
}

int main(int argc, char **argv)
{
	if (argc < 1)
		return 0; // only the test of exec without arguments does that
	guest_self = argv[0];
	if (argc > 2 && strcmp(argv[1], RUN) == 0)
		return run(argc - 2, argv + 2);
	tap_plan(0);
	int first = 1;
	if (argc > 1 && strcmp(argv[1], "full") == 0) {
		guest_full = true;
		first = 2;
	}
	for (const struct guest_case *c = guest_cases; argc == first && c->name; c++)
		case_start(c);
	for (int i = first; i < argc; i++) {
		const struct guest_case *c = case_find(argv[i]);
		if (!c)
			tap_bail("there is no case %s", argv[i]);
		case_start(c);
	}
	return tap_finish();
}
