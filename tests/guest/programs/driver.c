// Starts the cases of a test program one by one and audits each: t-driver PROGRAM [full | small]
// CASE ... It is a program of its own so that the last page of a case's image goes with the case.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fl/measure.h"

#define NAME_BYTES 96

static pid_t case_start(char *program, char *name, char *size)
{
	(void)fflush(stdout);
	pid_t child = fork();
	if (child < 0)
		tap_bail("%s: fork failed", name);
	if (child == 0) {
		char *arguments[] = {program, "run", name, size, NULL};
		(void)execvp(program, arguments);
		_exit(EXIT_FAILURE);
	}
	return child;
}

static void case_run(char *program, char *name, char *size)
{
	struct leak_audit audit;
	struct process_ending ending;
	char result[NAME_BYTES];
	leak_audit_begin(&audit);
	if (process_wait(case_start(program, name, size), 0, &ending) != FL_OK)
		tap_bail("%s: wait failed", name);
	(void)snprintf(result, sizeof(result), "%s_case_exits_with_success", name);
	if (!tap_ok(ending.end == PROCESS_EXITED && ending.value == 0, result))
		tap_note("end %d, value %d, %s", (int)ending.end, ending.value, reason_text(ending.reason));
	leak_audit_end(&audit, name);
}

// The first result. It also brings in the pages that giving results takes, before frames count.
static void start_check(const char *program)
{
	char name[NAME_BYTES];
	bool sound = false;
	fl_error_t error = pager_audit(&sound);
	(void)snprintf(name, sizeof(name), "pager_at_start_of_%s_is_sound", program);
	tap_equal(1, error == FL_OK && sound, name);
}

int main(int argc, char **argv)
{
	tap_plan(0);
	if (argc < 3)
		tap_bail("usage: t-driver PROGRAM [full | small] CASE ...");
	int first = 2;
	char *size = NULL;
	if (strcmp(argv[first], "full") == 0 || strcmp(argv[first], "small") == 0)
		size = argv[first++];
	start_check(argv[1]);
	for (int i = first; i < argc; i++)
		case_run(argv[1], argv[i], size);
	return tap_finish();
}
