// cd, exit, export, pwd, unset, wait.
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "builtin.h"
#include "jobs.h"
#include "line.h"
#include "run.h"
#include "variable.h"

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

static int builtin_cd(struct shell *shell, char **word)
{
	(void)shell;
	const char *folder = word[1] ? word[1] : "/";
	if (chdir(folder) == 0)
		return 0;
	fprintf(stderr, "sh: cd: %s: %s\n", folder, strerror(errno));
	return EXIT_FAILURE;
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

static bool name_whole(const char *text)
{
	size_t length = strlen(text);
	return length > 0 && name_length(text, text + length) == length;
}

static int builtin_export(struct shell *shell, char **word)
{
	(void)shell;
	if (!word[1])
		variables_print();
	for (word++; *word; word++) {
		char *value = strchr(*word, '=');
		if (value)
			*value++ = '\0';
		if (!name_whole(*word)) {
			fprintf(stderr, "sh: export: %s is not a name\n", *word);
			return STATUS_MISUSE;
		}
		if (!variable_export(*word, value)) {
			fprintf(stderr, "sh: out of memory\n");
			return STATUS_MISUSE;
		}
	}
	return 0;
}

static int builtin_pwd(struct shell *shell, char **word)
{
	char path[PATH_MAX];
	(void)shell;
	(void)word;
	if (!getcwd(path, sizeof(path))) {
		fprintf(stderr, "sh: pwd: %s\n", strerror(errno));
		return EXIT_FAILURE;
	}
	printf("%s\n", path);
	return 0;
}

static int builtin_unset(struct shell *shell, char **word)
{
	(void)shell;
	for (word++; *word; word++)
		variable_unset(*word);
	return 0;
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

static const struct builtin builtins[] = {
	{"cd", builtin_cd},   {"exit", builtin_exit},   {"export", builtin_export},
	{"pwd", builtin_pwd}, {"unset", builtin_unset}, {"wait", builtin_wait},
};

const struct builtin *builtin_find(const char *name)
{
	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
		if (strcmp(builtins[i].name, name) == 0)
			return &builtins[i];
	}
	return NULL;
}
