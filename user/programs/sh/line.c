// The shell's parser: words with quotes and variables, comments, redirections, the operators
// ; & && || and |.
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"

struct parser {
	const char *at;
	const char *end;
	char *text;  // where the next byte of a word goes
	char **word; // where the next pointer goes
	struct redirect *redirect;
	const char *error;
};

static const char operators[] = ";&|<>()";

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

// Where the line ends: a newline outside quotes. Escapes and comments as in word_read.
static const char *line_end(const char *at, const char *end)
{
	char quote = '\0';
	bool word = false; // a # inside a word is no comment
	for (; at < end; at++) {
		if (*at == '\\' && quote != '\'' && at + 1 < end) {
			at++;
			word |= *at != '\n';
		} else if (quote) {
			quote = *at == quote ? '\0' : quote;
		} else if (*at == '\n') {
			break;
		} else if (*at == '#' && !word) {
			at = memchr(at, '\n', (size_t)(end - at));
			return at ? at : end;
		} else {
			quote = *at == '\'' || *at == '"' ? *at : '\0';
			word = !blank(*at) && !strchr(operators, *at);
		}
	}
	return at;
}

size_t name_length(const char *text, const char *end)
{
	const char *at = text;
	while (at < end && (*at == '_' || isalpha((unsigned char)*at) ||
	                    (at > text && isdigit((unsigned char)*at))))
		at++;
	return (size_t)(at - text);
}

// $NAME, ${NAME}, or one of the shell's own: $? $# $$ $@ $0 to $9. Any other $ stands for itself.
static void value_read(struct parser *p, bool quoted)
{
	const char *name = p->at + 1;
	bool brace = name < p->end && *name == '{';
	name += brace;
	size_t length = name_length(name, p->end);
	if (length == 0 && name < p->end && (isdigit((unsigned char)*name) || strchr("?#$@", *name)))
		length = 1;
	if (brace && (length == 0 || name + length >= p->end || name[length] != '}')) {
		p->error = "${ needs a name and a }";
		p->at = p->end;
		return;
	}
	if (length == 0) {
		*p->text++ = *p->at++;
		return;
	}
	*p->text++ = quoted ? MARK_QUOTED_VALUE : MARK_VALUE;
	memcpy(p->text, name, length);
	p->text += length;
	*p->text++ = MARK_END;
	p->at = name + length + brace;
}

// One byte of a word outside single quotes: a backslash takes the next byte as it is.
static void byte_read(struct parser *p, bool quoted)
{
	if (*p->at == '\\' && p->at + 1 < p->end && (!quoted || strchr("\"\\$\n", p->at[1]))) {
		p->at++;
		if (*p->at == '\n')
			p->at++; // a joined line
		else
			*p->text++ = *p->at++;
	} else if (*p->at == '$') {
		value_read(p, quoted);
	} else {
		*p->text++ = *p->at++;
	}
}

static bool quoted_read(struct parser *p)
{
	char quote = *p->at++;
	*p->text++ = MARK_QUOTE;
	while (p->at < p->end && *p->at != quote) {
		if (quote == '\'')
			*p->text++ = *p->at++;
		else
			byte_read(p, true);
	}
	if (p->at >= p->end) {
		p->error = "a quote is not closed";
		return false;
	}
	p->at++;
	return true;
}

// Reads a word's text; NULL: it is wrong.
static char *word_read(struct parser *p)
{
	char *start = p->text;
	while (p->at < p->end && !blank(*p->at) && !strchr(operators, *p->at)) {
		if (*p->at == '\'' || *p->at == '"') {
			if (!quoted_read(p))
				return NULL;
		} else {
			byte_read(p, false);
		}
	}
	*p->text++ = '\0';
	return p->error ? NULL : start;
}

static void blanks_skip(struct parser *p)
{
	for (;;) {
		if (p->at < p->end && blank(*p->at))
			p->at++;
		else if (p->at + 1 < p->end && p->at[0] == '\\' && p->at[1] == '\n')
			p->at += 2; // a joined line
		else
			break;
	}
}

// A digit right before < or > says which descriptor is meant.
static bool redirect_ahead(const struct parser *p)
{
	bool digit = isdigit((unsigned char)*p->at);
	return p->at + digit < p->end && strchr("<>", p->at[digit]);
}

static bool redirect_read(struct parser *p, struct command *command)
{
	struct redirect *redirect = p->redirect++;
	command->redirects++;
	redirect->fd = -1;
	if (isdigit((unsigned char)*p->at))
		redirect->fd = *p->at++ - '0';
	bool in = *p->at++ == '<';
	if (redirect->fd < 0)
		redirect->fd = in ? 0 : 1;
	redirect->kind = in ? REDIRECT_READ : REDIRECT_WRITE;
	if (p->at < p->end && *p->at == '&') {
		redirect->kind = REDIRECT_DUPLICATE;
		p->at++;
	} else if (!in && p->at < p->end && *p->at == '>') {
		redirect->kind = REDIRECT_APPEND;
		p->at++;
	}
	blanks_skip(p);
	if (p->at >= p->end || strchr(operators, *p->at)) {
		p->error = "< and > need a file";
		return false;
	}
	redirect->target = word_read(p);
	return redirect->target != NULL;
}

static bool operator_read(struct parser *p, enum operator* next)
{
	char first = *p->at;
	bool twice = p->at + 1 < p->end && p->at[1] == first;
	p->at += 1 + (twice && first != ';');
	if (first == ';')
		*next = OPERATOR_THEN;
	else if (first == '&')
		*next = twice ? OPERATOR_AND : OPERATOR_BACKGROUND;
	else if (first == '|')
		*next = twice ? OPERATOR_OR : OPERATOR_PIPE;
	else
		p->error = "( ) are not supported";
	return p->error == NULL;
}

// Words and redirections up to an operator or the end.
static bool command_read(struct parser *p, struct command *command)
{
	*command = (struct command){.word = p->word, .redirect = p->redirect, .next = OPERATOR_END};
	for (blanks_skip(p); p->at < p->end; blanks_skip(p)) {
		if (*p->at == '#') {
			p->at = p->end;
		} else if (redirect_ahead(p)) {
			if (!redirect_read(p, command))
				return false;
		} else if (strchr(operators, *p->at)) {
			if (!operator_read(p, &command->next))
				return false;
			break;
		} else {
			char *word = word_read(p);
			if (!word)
				return false;
			*p->word++ = word;
		}
	}
	bool empty = p->word == command->word && command->redirects == 0;
	*p->word++ = NULL;
	if (empty && command->next != OPERATOR_END)
		p->error = "an operator has no command before it";
	return p->error == NULL;
}

static bool commands_read(struct parser *p, struct line *line)
{
	enum operator last;
	do {
		struct command *command = &line->command[line->count];
		if (!command_read(p, command))
			return false;
		last = command->next;
		if (command->word[0] || command->redirects > 0)
			line->count++;
		else if (line->count > 0 && line->command[line->count - 1].next >= OPERATOR_AND)
			p->error = "an operator has no command behind it";
	} while (last != OPERATOR_END && p->error == NULL);
	return p->error == NULL;
}

// Each command and each word takes at least one byte of the line, and the last command may be
// empty; each word adds a NUL to the text, each command a NULL to the words.
static bool line_allocate(struct line *line, size_t bytes)
{
	*line = (struct line){
		.command = calloc(bytes + 2, sizeof(struct command)),
		.words = calloc(2 * bytes + 4, sizeof(char *)),
		.text = calloc(2 * bytes + 2, 1),
		.redirect = calloc(bytes + 1, sizeof(struct redirect)),
	};
	return line->command && line->words && line->text && line->redirect;
}

enum line_result line_parse(const char *start, const char *end, const char **next,
                            struct line *line, const char **error)
{
	struct parser p = {.at = start, .end = line_end(start, end)};
	size_t bytes = (size_t)(p.end - start);
	*next = p.end < end ? p.end + 1 : end;
	for (const char *at = start; at < p.end; at++) {
		if (strchr(MARKS, *at)) { // finds NUL too
			*error = "this is not text";
			return LINE_WRONG;
		}
	}
	enum line_result result = LINE_NO_MEMORY;
	if (line_allocate(line, bytes)) {
		p.text = line->text;
		p.word = line->words;
		p.redirect = line->redirect;
		if (!commands_read(&p, line)) {
			*error = p.error;
			result = LINE_WRONG;
		} else {
			result = line->count > 0 ? LINE_PARSED : LINE_EMPTY;
		}
	}
	if (result != LINE_PARSED)
		line_free(line);
	return result;
}

void line_free(struct line *line)
{
	free(line->command);
	free(line->words);
	free(line->text);
	free(line->redirect);
	*line = (struct line){0};
}
