// Commands that the shell does itself.
#ifndef BUILTIN_H
#define BUILTIN_H

struct shell;

struct builtin {
	const char *name;
	int (*run)(struct shell *shell, char **word); // returns the status
};

// NULL: it is a program's name.
const struct builtin *builtin_find(const char *name);

#endif
