// The shell's variables, and what $NAME stands for.
#ifndef VARIABLE_H
#define VARIABLE_H

#include <stdbool.h>
#include <stddef.h>

struct shell;

// Sets a variable; one that programs see (export) stays one. False: out of memory.
bool variable_set(const char *name, const char *value);
// Lets programs see it from now on. value may be NULL: the one it has, or an empty one.
bool variable_export(const char *name, const char *value);
void variable_unset(const char *name);
void variables_print(void); // those that programs see

// If the word (with marks) is NAME=VALUE, how long the name is; else 0.
size_t assignment_name(const char *word);

struct words {
	char **word; // NULL-terminated, each on the heap
	size_t count;
	bool failed; // out of memory
};

// Adds what a word gives: no word, one or several. Unsplit: exactly one, whatever the values hold.
void word_expand(const struct shell *shell, const char *word, bool split, struct words *words);
void words_free(struct words *words);

#endif
