// echo: prints its arguments, a space between, a newline after them (not with -n).
#include "program.h"

static const char help[] = "usage: echo [-n] [WORD ...]\n"
						   "Prints the words, one space between them; -n: no newline at the end.\n";

int main(int argc, char **argv)
{
	help_answer(argc, argv, help);
	int first = 1;
	bool newline = true;
	if (argc > 1 && strcmp(argv[1], "-n") == 0) {
		newline = false;
		first = 2;
	}
	for (int i = first; i < argc; i++)
		printf("%s%s", i > first ? " " : "", argv[i]);
	if (newline)
		printf("\n");
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
