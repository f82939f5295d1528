// Variables and expansion. Those that programs see are the environment; the others are kept here.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "line.h"
#include "run.h"
#include "variable.h"

#define NUMBER_BYTES 12

struct variable {
	struct variable *next;
	char *value;
	char name[];
};

static struct variable *first;

static struct variable **variable_find(const char *name)
{
	struct variable **link = &first;
	while (*link && strcmp((*link)->name, name) != 0)
		link = &(*link)->next;
	return link;
}

bool variable_set(const char *name, const char *value)
{
	if (getenv(name))
		return setenv(name, value, 1) == 0;
	char *copy = strdup(value);
	struct variable *variable = *variable_find(name);
	if (!copy)
		return false;
	if (!variable) {
		size_t bytes = strlen(name) + 1;
		variable = malloc(sizeof(*variable) + bytes);
		if (!variable) {
			free(copy);
			return false;
		}
		*variable = (struct variable){.next = first};
		memcpy(variable->name, name, bytes);
		first = variable;
	}
	free(variable->value);
	variable->value = copy;
	return true;
}

static void variable_remove(struct variable **link)
{
	struct variable *variable = *link;
	*link = variable->next;
	free(variable->value);
	free(variable);
}

bool variable_export(const char *name, const char *value)
{
	struct variable **link = variable_find(name);
	if (!value)
		value = *link ? (*link)->value : getenv(name);
	if (setenv(name, value ? value : "", 1) != 0)
		return false;
	if (*link)
		variable_remove(link);
	return true;
}

void variable_unset(const char *name)
{
	struct variable **link = variable_find(name);
	if (*link)
		variable_remove(link);
	(void)unsetenv(name);
}

void variables_print(void)
{
	for (char **entry = environ; *entry; entry++)
		printf("export %s\n", *entry);
}

size_t assignment_name(const char *word)
{
	size_t length = name_length(word, word + strlen(word));
	return length > 0 && word[length] == '=' ? length : 0;
}

// A word under construction.
struct builder {
	struct words *words;
	char *text;
	size_t used;
	size_t room;
	bool open; // it is one, even if it is empty so far
};

static void put(struct builder *b, char c)
{
	if (b->used == b->room) {
		size_t room = b->room ? 2 * b->room : 64;
		char *text = realloc(b->text, room);
		if (!text) {
			b->words->failed = true;
			return;
		}
		b->text = text;
		b->room = room;
	}
	b->text[b->used++] = c;
}

static void word_end(struct builder *b)
{
	struct words *words = b->words;
	if (!b->open)
		return;
	put(b, '\0');
	char **list = realloc(words->word, (words->count + 2) * sizeof(*list));
	if (list)
		words->word = list;
	char *copy = list && !words->failed ? strdup(b->text) : NULL;
	words->failed |= !copy;
	if (copy) {
		words->word[words->count++] = copy;
		words->word[words->count] = NULL;
	}
	b->used = 0;
	b->open = false;
}

static void value_put(struct builder *b, const char *value, bool split)
{
	b->open |= !split;
	for (; *value; value++) {
		if (split && strchr(" \t\n", *value)) {
			word_end(b);
		} else {
			put(b, *value);
			b->open = true;
		}
	}
}

// What the shell itself knows: status, arguments, its pid.
static void special_put(struct builder *b, const struct shell *shell, char name, bool split)
{
	char number[NUMBER_BYTES] = "";
	int count = shell->argument_count; // the script's name is argument 0
	if (name == '@') {
		for (int i = 1; i < count; i++) {
			value_put(b, shell->argument[i], split);
			if (i + 1 < count)
				value_put(b, " ", split);
		}
		return;
	}
	if (name >= '0' && name <= '9') {
		value_put(b, name - '0' < count ? shell->argument[name - '0'] : "", split);
		return;
	}
	int value = name == '?' ? shell->status : name == '#' ? count - 1 : (int)getpid();
	(void)snprintf(number, sizeof(number), "%d", value);
	value_put(b, number, split);
}

static const char *name_put(struct builder *b, const struct shell *shell, const char *at,
                            bool split)
{
	const char *end = strchr(at, MARK_END);
	if (name_length(at, end) == 0) {
		special_put(b, shell, *at, split);
		return end;
	}
	char *name = strndup(at, (size_t)(end - at));
	if (name) {
		struct variable *variable = *variable_find(name);
		const char *value = variable ? variable->value : getenv(name);
		value_put(b, value ? value : "", split);
	}
	b->words->failed |= !name;
	free(name);
	return end;
}

void word_expand(const struct shell *shell, const char *word, bool split, struct words *words)
{
	struct builder b = {.words = words, .open = !split};
	for (; *word; word++) {
		switch (*word) {
		case MARK_VALUE:
			word = name_put(&b, shell, word + 1, split);
			break;
		case MARK_QUOTED_VALUE:
			word = name_put(&b, shell, word + 1, false);
			break;
		case MARK_QUOTE:
			b.open = true;
			break;
		default:
			put(&b, *word);
			b.open = true;
		}
	}
	word_end(&b);
	free(b.text);
}

void words_free(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->word[i]);
	free(words->word);
	*words = (struct words){0};
}
