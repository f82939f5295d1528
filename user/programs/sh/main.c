// sh, the shell: where its text comes from. line.c parses it, run.c runs it.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jobs.h"
#include "line.h"
#include "run.h"

#define LINE_BYTES 1024
#define PROMPT "$ "

static const char help[] =
	"usage: sh [-c TEXT [NAME ARGUMENT ...] | FILE [ARGUMENT ...]]\n"
	"Runs the commands of TEXT or FILE, or asks for them. Programs are found in /bin or by path.\n"
	"A ; B    A, then B             A && B   B if A succeeded      'a b' \"a b\" \\x  quoting\n"
	"A &      A in the background   A || B   B if A failed         # comment\n"
	"A | B    B reads what A prints          < FILE  > FILE  >> FILE  2> FILE  2>&1\n"
	"N=VALUE  sets a variable       $N ${N}  its value     $? last status  $1 .. $@ $# arguments\n"
	"Of its own: cd [FOLDER], pwd, exit [STATUS], export [N[=VALUE] ...], unset N ...,\n"
	"wait [PID ...]. Status: 127 not found, 126 cannot be run, 128 + N ended by signal N,\n"
	"2 wrong use.\n";

static void text_run(struct shell *shell, const char *text, size_t length)
{
	const char *end = text + length;
	while (text < end && !shell->leaving) {
		struct line line;
		const char *error = "out of memory";
		switch (line_parse(text, end, &text, &line, &error)) {
		case LINE_PARSED:
			line_run(shell, &line);
			line_free(&line);
			break;
		case LINE_EMPTY:
			break;
		case LINE_WRONG:
		case LINE_NO_MEMORY:
			fprintf(stderr, "sh: %s\n", error);
			shell->status = STATUS_MISUSE;
			break;
		}
		jobs_collect();
	}
}

// The whole file is read before anything runs.
static int file_run(struct shell *shell, const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	struct stat about;
	if (fd < 0 || fstat(fd, &about) != 0) {
		fprintf(stderr, "sh: %s: %s\n", name, strerror(errno));
		return STATUS_NOT_FOUND;
	}
	size_t size = (size_t)about.st_size;
	char *text = malloc(size + 1);
	ssize_t got = text ? read(fd, text, size) : -1;
	if (got < 0) {
		fprintf(stderr, "sh: %s: %s\n", name, strerror(errno));
		shell->status = STATUS_CANNOT_RUN;
	} else {
		text_run(shell, text, (size_t)got);
	}
	(void)close(fd);
	free(text);
	return shell->status;
}

static int input_run(struct shell *shell)
{
	char text[LINE_BYTES];
	bool ask = isatty(STDIN_FILENO);
	while (!shell->leaving) {
		if (ask)
			printf(PROMPT);
		(void)fflush(stdout);
		if (!fgets(text, sizeof(text), stdin)) {
			if (ask)
				printf("\n");
			break;
		}
		size_t length = strlen(text);
		if (length == sizeof(text) - 1 && text[length - 1] != '\n') {
			fprintf(stderr, "sh: a line is longer than %d bytes\n", LINE_BYTES - 2);
			shell->status = STATUS_MISUSE;
			int byte;
			do
				byte = getchar();
			while (byte != '\n' && byte != EOF);
			continue;
		}
		text_run(shell, text, length);
	}
	return shell->status;
}

int main(int argc, char **argv)
{
	struct shell shell = {.argument_count = 1, .argument = argv};
	if (argc == 1)
		return input_run(&shell);
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		printf("%s", help);
		return EXIT_SUCCESS;
	}
	if (argc >= 3 && strcmp(argv[1], "-c") == 0) {
		if (argc > 3) {
			shell.argument_count = argc - 3;
			shell.argument = argv + 3;
		}
		text_run(&shell, argv[2], strlen(argv[2]));
		return shell.status;
	}
	if (argc >= 2 && argv[1][0] != '-') {
		shell.argument_count = argc - 1;
		shell.argument = argv + 1;
		return file_run(&shell, argv[1]);
	}
	fprintf(stderr, "%s", help);
	return STATUS_MISUSE;
}
