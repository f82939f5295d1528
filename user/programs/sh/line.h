// One line of shell text as commands with operators between them. Parsing only: nothing runs here.
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>

// What stands behind a command.
enum operator{
	OPERATOR_END,
	OPERATOR_THEN,
	OPERATOR_BACKGROUND,
	OPERATOR_AND, // from here on: a command must follow
	OPERATOR_OR,
	OPERATOR_PIPE
};

// Bytes in a word with a meaning of their own: values are known only when the command runs. A name
// stands between the first or second and MARK_END.
#define MARK_VALUE '\x01'        // $NAME; what it gives is split at blanks
#define MARK_QUOTED_VALUE '\x02' // "$NAME"
#define MARK_END '\x03'
#define MARK_QUOTE '\x04' // a quote was here: the word is one even if it is empty
#define MARKS "\x01\x02\x03\x04"

enum redirect_kind { REDIRECT_READ, REDIRECT_WRITE, REDIRECT_APPEND, REDIRECT_DUPLICATE };

struct redirect {
	int fd;
	enum redirect_kind kind;
	char *target; // a word: file, or the number of a descriptor
};

struct command {
	char **word; // argv with marks, NULL-terminated; empty only if there are redirects
	struct redirect *redirect;
	size_t redirects;
	enum operator next;
};

struct line {
	struct command *command;
	size_t count;
	// What the commands point into.
	char **words;
	char *text;
	struct redirect *redirect;
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

// How long the name of a variable is that the text starts with; 0: it starts with none.
size_t name_length(const char *text, const char *end);

#endif
