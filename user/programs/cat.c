// cat: copies files, or standard input, to standard output.
#include <fcntl.h>
#include <unistd.h>

#include "program.h"

static const char help[] = "usage: cat [FILE ...]\n"
						   "Prints the files one after the other. Without a file, or for a file\n"
						   "named -, it prints what it reads from standard input.\n";

static bool copy(int fd, const char *name)
{
	char buffer[512];
	ssize_t got;
	while ((got = read(fd, buffer, sizeof(buffer))) > 0) {
		for (ssize_t done = 0; done < got;) {
			ssize_t part = write(STDOUT_FILENO, buffer + done, (size_t)(got - done));
			if (part < 0) {
				fprintf(stderr, "cat: standard output: %s\n", strerror(errno));
				return false;
			}
			done += part;
		}
	}
	if (got < 0)
		fprintf(stderr, "cat: %s: %s\n", name, strerror(errno));
	return got == 0;
}

static bool file_print(const char *name)
{
	if (strcmp(name, "-") == 0)
		return copy(STDIN_FILENO, "standard input");
	int fd = open(name, O_RDONLY);
	if (fd < 0) {
		fprintf(stderr, "cat: %s: %s\n", name, strerror(errno));
		return false;
	}
	bool copied = copy(fd, name);
	(void)close(fd);
	return copied;
}

int main(int argc, char **argv)
{
	help_answer(argc, argv, help);
	bool all = true;
	if (argc == 1)
		all = file_print("-");
	for (int i = 1; i < argc; i++)
		all &= file_print(argv[i]);
	return all ? EXIT_SUCCESS : EXIT_FAILURE;
}
