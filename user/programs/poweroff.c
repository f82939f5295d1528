// poweroff: ends the machine.
#include "fl/process.h"
#include "program.h"

static const char help[] = "usage: poweroff [STATUS]\n"
						   "Ends the machine with this exit status, 0 .. 255 (default 0).\n";

int main(int argc, char **argv)
{
	help_answer(argc, argv, help);
	long status = 0;
	if (argc > 2 || (argc == 2 && !number_parse(argv[1], 0, 255, &status)))
		usage_fail(help);
	(void)fflush(stdout);
	fl_error_t error = machine_poweroff((unsigned)status);
	fprintf(stderr, "poweroff: the machine cannot be stopped (error %d)\n", (int)error);
	return EXIT_FAILURE;
}
