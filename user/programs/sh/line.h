// One line of shell text as commands with operators between them. Parsing only: nothing runs here.
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>

// What stands behind a command.
enum operator{ OPERATOR_END, OPERATOR_THEN, OPERATOR_BACKGROUND, OPERATOR_AND, OPERATOR_OR };

// In a word, this byte stands for $?: its value is known only when the command runs.
#define STATUS_MARK '\x01'

struct command {
	char **word; // argv, NULL-terminated, never empty
	enum operator next;
};

struct line {
	struct command *command;
	size_t count;
	// What the commands point into.
	char **words;
	char *text;
};

enum line_result {
	LINE_PARSED,
	LINE_EMPTY, // no command in it
	LINE_WRONG, // *error says why
	LINE_NO_MEMORY
};

// Parses from `start` to the first newline outside quotes, or to `end`; *next is behind that
// newline. LINE_PARSED only: free with line_free.
enum line_result line_parse(const char *start, const char *end, const char **next,
                            struct line *line, const char **error);

void line_free(struct line *line);

#endif
