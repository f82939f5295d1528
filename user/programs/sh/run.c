// Runs the commands of a line: builtins in the shell itself, programs in a child of their own.
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jobs.h"
#include "run.h"

#define NUMBER_BYTES 12

static int status_plain(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_SIGNAL + WTERMSIG(status);
}

// The word with the status in the place of each mark; a copy that only a child or a builtin keeps.
static char *word_expand(const char *word, int status)
{
	char number[NUMBER_BYTES];
	size_t digits = (size_t)snprintf(number, sizeof(number), "%d", status);
	size_t marks = 0;
	for (const char *at = word; (at = strchr(at, STATUS_MARK)); at++)
		marks++;
	char *copy = malloc(strlen(word) + marks * digits + 1);
	char *to = copy;
	for (; copy && *word; word++) {
		if (*word == STATUS_MARK) {
			memcpy(to, number, digits);
			to += digits;
		} else {
			*to++ = *word;
		}
	}
	if (copy)
		*to = '\0';
	return copy;
}

static bool words_expand(struct shell *shell, struct command *command, char **copy)
{
	for (char **word = command->word; *word; word++, copy++) {
		if (!strchr(*word, STATUS_MARK))
			continue;
		*copy = word_expand(*word, shell->status);
		if (!*copy)
			return false;
		*word = *copy;
	}
	return true;
}

static bool status_parse(const char *text, int *status)
{
	char *end;
	errno = 0;
	long value = strtol(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || value < 0 || value > INT32_MAX)
		return false;
	*status = (int)value;
	return true;
}

static int builtin_exit(struct shell *shell, char **word)
{
	int status = shell->status;
	if (word[1] && (word[2] || !status_parse(word[1], &status))) {
		fprintf(stderr, "sh: usage: exit [STATUS]\n");
		return STATUS_MISUSE;
	}
	shell->leaving = true;
	return status & 0xff;
}

static int builtin_wait(struct shell *shell, char **word)
{
	(void)shell;
	if (!word[1]) {
		jobs_wait_all();
		return 0;
	}
	int status = 0;
	for (word++; *word; word++) {
		int pid;
		if (!status_parse(*word, &pid)) {
			fprintf(stderr, "sh: usage: wait [PID ...]\n");
			return STATUS_MISUSE;
		}
		if (!job_wait(pid, &status)) {
			fprintf(stderr, "sh: wait: %s is not a child of this shell\n", *word);
			return STATUS_NOT_FOUND;
		}
	}
	return status_plain(status);
}

static const struct builtin {
	const char *name;
	int (*run)(struct shell *shell, char **word);
} builtins[] = {
	{"exit", builtin_exit},
	{"wait", builtin_wait},
};

static const struct builtin *builtin_find(const char *name)
{
	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
		if (strcmp(builtins[i].name, name) == 0)
			return &builtins[i];
	}
	return NULL;
}

// In a child: becomes the program, or says why not and ends.
static _Noreturn void program_become(char **word)
{
	(void)execvp(word[0], word);
	bool missing = errno == ENOENT || errno == ENOTDIR;
	fprintf(stderr, "sh: %s: %s\n", word[0], missing ? "not found" : strerror(errno));
	exit(missing ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN);
}

// As fork, but nothing printed before comes out twice, and failure is told.
static pid_t child_start(void)
{
	(void)fflush(stdout);
	(void)fflush(stderr);
	pid_t pid = fork();
	if (pid < 0)
		fprintf(stderr, "sh: cannot fork: %s\n", strerror(errno));
	if (pid == 0)
		jobs_forget();
	return pid;
}

static int program_run(char **word)
{
	pid_t pid = child_start();
	if (pid < 0)
		return STATUS_MISUSE;
	if (pid == 0)
		program_become(word);
	int status;
	if (waitpid(pid, &status, 0) != pid) {
		fprintf(stderr, "sh: wait: %s\n", strerror(errno));
		return STATUS_MISUSE;
	}
	return status_plain(status);
}

// `last`: this process has nothing to do afterwards, so it becomes the program itself.
static int command_run(struct shell *shell, struct command *command, bool last)
{
	size_t count = 0;
	while (command->word[count])
		count++;
	char **copy = calloc(count, sizeof(*copy)); // the words that had to be copied
	int status = STATUS_MISUSE;
	if (!copy || !words_expand(shell, command, copy)) {
		fprintf(stderr, "sh: out of memory\n");
	} else {
		const struct builtin *builtin = builtin_find(command->word[0]);
		if (builtin)
			status = builtin->run(shell, command->word);
		else if (last)
			program_become(command->word);
		else
			status = program_run(command->word);
	}
	for (size_t i = 0; copy && i < count; i++)
		free(copy[i]);
	free(copy);
	return status;
}

// Commands joined by && and ||: [first, last].
static void list_run(struct shell *shell, struct command *first, struct command *last,
                     bool then_leave)
{
	enum operator before = OPERATOR_THEN;
	for (struct command *command = first; command <= last && !shell->leaving; command++) {
		bool skip = (before == OPERATOR_AND && shell->status != 0) ||
		            (before == OPERATOR_OR && shell->status == 0);
		if (!skip)
			shell->status = command_run(shell, command, then_leave && command == last);
		before = command->next;
	}
}

static void list_run_background(struct shell *shell, struct command *first, struct command *last)
{
	pid_t pid = child_start();
	if (pid == 0) {
		list_run(shell, first, last, true);
		exit(shell->status);
	}
	if (pid > 0)
		job_add(pid);
	shell->status = pid > 0 ? 0 : STATUS_MISUSE;
}

void line_run(struct shell *shell, struct line *line)
{
	size_t first = 0;
	for (size_t i = 0; i < line->count && !shell->leaving; i++) {
		enum operator next = line->command[i].next;
		if (next == OPERATOR_AND || next == OPERATOR_OR)
			continue;
		if (next == OPERATOR_BACKGROUND)
			list_run_background(shell, &line->command[first], &line->command[i]);
		else
			list_run(shell, &line->command[first], &line->command[i], false);
		first = i + 1;
	}
}
