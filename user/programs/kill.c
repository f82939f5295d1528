// kill: sends processes a signal.
#include <signal.h>
#include <stdint.h>

#include "program.h"

static const char help[] = "usage: kill [-SIGNAL] PID ...\n"
						   "Sends the signal (a number, 1 .. 31; default 15) to the processes.\n";

int main(int argc, char **argv)
{
	help_answer(argc, argv, help);
	long signal = SIGTERM;
	int first = 1;
	if (argc > 1 && argv[1][0] == '-') {
		if (!number_parse(argv[1] + 1, 1, 31, &signal))
			usage_fail(help);
		first = 2;
	}
	if (argc == first)
		usage_fail(help);
	int status = EXIT_SUCCESS;
	for (int i = first; i < argc; i++) {
		long pid;
		if (!number_parse(argv[i], 1, INT32_MAX, &pid))
			usage_fail(help);
		if (kill((pid_t)pid, (int)signal) != 0) {
			fprintf(stderr, "kill: %ld: %s\n", pid, strerror(errno));
			status = EXIT_FAILURE;
		}
	}
	return status;
}
