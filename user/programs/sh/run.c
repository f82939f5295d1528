// Runs the commands of a line: builtins in the shell itself, programs and the parts of a pipeline
// in children.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "builtin.h"
#include "jobs.h"
#include "redirect.h"
#include "run.h"
#include "variable.h"

int status_plain(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_SIGNAL + WTERMSIG(status);
}

// In a child: becomes the program, or says why not and ends.
static _Noreturn void program_become(char **word)
{
	(void)execvp(word[0], word);
	bool missing = errno == ENOENT || errno == ENOTDIR;
	fprintf(stderr, "sh: %s: %s\n", word[0], missing ? "not found" : strerror(errno));
	exit(missing ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN);
}

pid_t child_start(void)
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

static int child_wait(pid_t pid)
{
	int status;
	while (waitpid(pid, &status, 0) != pid) {
		if (errno == EINTR)
			continue;
		fprintf(stderr, "sh: wait: %s\n", strerror(errno));
		return STATUS_MISUSE;
	}
	return status_plain(status);
}

// NAME=VALUE words before the command: variables of the shell, or, before a program, of that alone.
static bool assignments_do(struct shell *shell, char **assignment, size_t count, bool exported)
{
	bool done = true;
	for (size_t i = 0; i < count && done; i++) {
		size_t length = assignment_name(assignment[i]);
		struct words value = {0};
		word_expand(shell, assignment[i] + length + 1, false, &value);
		char *name = strndup(assignment[i], length);
		done = name && !value.failed &&
		       (exported ? variable_export : variable_set)(name, value.word[0]);
		free(name);
		words_free(&value);
	}
	if (!done)
		fprintf(stderr, "sh: out of memory\n");
	return done;
}

struct expanded {
	char **assignment;
	size_t assignments;
	struct words words;
};

// `own`: this process is a child, or has nothing to do afterwards.
static int program_run(struct shell *shell, const struct command *command,
                       const struct expanded *expanded, bool own)
{
	pid_t pid = own ? 0 : child_start();
	if (pid < 0)
		return STATUS_MISUSE;
	if (pid > 0)
		return child_wait(pid);
	if (!redirect_do(shell, command, NULL) ||
	    !assignments_do(shell, expanded->assignment, expanded->assignments, true))
		exit(EXIT_FAILURE);
	program_become(expanded->words.word);
}

// Builtins, assignments alone and redirections alone change the shell, not a child.
static int shell_run(struct shell *shell, const struct command *command,
                     const struct expanded *expanded, const struct builtin *builtin)
{
	struct descriptors_saved saved;
	int status = EXIT_FAILURE;
	if (redirect_do(shell, command, &saved) &&
	    assignments_do(shell, expanded->assignment, expanded->assignments, false))
		status = builtin ? builtin->run(shell, expanded->words.word) : 0;
	redirect_undo(&saved);
	return status;
}

static int command_run(struct shell *shell, const struct command *command, bool own)
{
	struct expanded expanded = {.assignment = command->word};
	char **word = command->word;
	int status = STATUS_MISUSE;
	for (; *word && assignment_name(*word) > 0; word++)
		expanded.assignments++;
	for (; *word; word++)
		word_expand(shell, *word, true, &expanded.words);
	if (expanded.words.failed) {
		fprintf(stderr, "sh: out of memory\n");
	} else if (expanded.words.count == 0) {
		status = shell_run(shell, command, &expanded, NULL);
	} else {
		const struct builtin *builtin = builtin_find(expanded.words.word[0]);
		status = builtin ? shell_run(shell, command, &expanded, builtin)
		                 : program_run(shell, command, &expanded, own);
	}
	words_free(&expanded.words);
	return status;
}

// In a child: reads from `in`, writes to `out`, closes what else the pipeline has open here.
static _Noreturn void part_become(struct shell *shell, const struct command *command, int in,
                                  int out, int unused)
{
	if (unused >= 0)
		(void)close(unused);
	if ((in != STDIN_FILENO && (dup2(in, STDIN_FILENO) < 0 || close(in) != 0)) ||
	    (out != STDOUT_FILENO && (dup2(out, STDOUT_FILENO) < 0 || close(out) != 0))) {
		fprintf(stderr, "sh: |: %s\n", strerror(errno));
		exit(EXIT_FAILURE);
	}
	exit(command_run(shell, command, true));
}

// Starts one part; *in is then what the next part reads from. The pid, or -1.
static pid_t part_start(struct shell *shell, const struct command *command, int *in, bool last)
{
	int ends[2] = {-1, STDOUT_FILENO};
	if (!last && pipe(ends) != 0) {
		fprintf(stderr, "sh: |: %s\n", strerror(errno));
		return -1;
	}
	pid_t pid = child_start();
	if (pid == 0)
		part_become(shell, command, *in, ends[1], ends[0]);
	if (!last)
		(void)close(ends[1]);
	if (*in != STDIN_FILENO)
		(void)close(*in);
	*in = ends[0];
	return pid;
}

// Commands [first, last] joined by |. The status is the last one's.
static int pipeline_run(struct shell *shell, struct command *first, struct command *last, bool own)
{
	if (first == last)
		return command_run(shell, first, own);
	size_t count = (size_t)(last - first) + 1;
	pid_t *part = calloc(count, sizeof(*part));
	int in = STDIN_FILENO;
	int status = STATUS_MISUSE;
	size_t started = 0;
	while (part && started < count) {
		pid_t pid = part_start(shell, &first[started], &in, started + 1 == count);
		if (pid < 0)
			break;
		part[started++] = pid;
	}
	if (in > STDIN_FILENO)
		(void)close(in);
	for (size_t i = 0; i < started; i++) {
		int ended = child_wait(part[i]);
		if (i + 1 == count)
			status = ended;
	}
	free(part);
	return status;
}

// Pipelines joined by && and ||: [first, last].
static void list_run(struct shell *shell, struct command *first, struct command *last,
                     bool then_leave)
{
	enum operator before = OPERATOR_THEN;
	for (struct command *command = first; command <= last && !shell->leaving; command++) {
		struct command *start = command;
		while (command->next == OPERATOR_PIPE)
			command++;
		bool skip = (before == OPERATOR_AND && shell->status != 0) ||
		            (before == OPERATOR_OR && shell->status == 0);
		if (!skip)
			shell->status = pipeline_run(shell, start, command, then_leave && command == last);
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
		if (next >= OPERATOR_AND)
			continue;
		if (next == OPERATOR_BACKGROUND)
			list_run_background(shell, &line->command[first], &line->command[i]);
		else
			list_run(shell, &line->command[first], &line->command[i], false);
		first = i + 1;
	}
}
