// Opening files for a command, and putting the shell's own descriptors back.
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "redirect.h"
#include "run.h"
#include "variable.h"

#define UNTOUCHED (-2)
#define MODE_NEW 0666

// The descriptor that a redirection reads from or writes to; -1: errno says why not.
static int target_open(enum redirect_kind kind, const char *target)
{
	switch (kind) {
	case REDIRECT_READ:
		return open(target, O_RDONLY);
	case REDIRECT_WRITE:
		return open(target, O_WRONLY | O_CREAT | O_TRUNC, MODE_NEW);
	case REDIRECT_APPEND:
		return open(target, O_WRONLY | O_CREAT | O_APPEND, MODE_NEW);
	default:
		if (isdigit((unsigned char)target[0]) && target[1] == '\0')
			return target[0] - '0';
		errno = EBADF;
		return -1;
	}
}

static bool one_do(const struct redirect *redirect, const char *target,
                   struct descriptors_saved *saved)
{
	int from = target_open(redirect->kind, target);
	if (from < 0)
		return false;
	if (saved && saved->copy[redirect->fd] == UNTOUCHED && from != redirect->fd)
		saved->copy[redirect->fd] = fcntl(redirect->fd, F_DUPFD, DESCRIPTORS_REDIRECTED);
	bool done = from == redirect->fd || dup2(from, redirect->fd) >= 0;
	int error = errno;
	if (redirect->kind != REDIRECT_DUPLICATE && from != redirect->fd)
		(void)close(from);
	errno = error;
	return done;
}

bool redirect_do(struct shell *shell, const struct command *command,
                 struct descriptors_saved *saved)
{
	for (unsigned fd = 0; saved && fd < DESCRIPTORS_REDIRECTED; fd++)
		saved->copy[fd] = UNTOUCHED;
	(void)fflush(stdout);
	for (size_t i = 0; i < command->redirects; i++) {
		const struct redirect *redirect = &command->redirect[i];
		struct words words = {0};
		word_expand(shell, redirect->target, false, &words);
		bool done = !words.failed && one_do(redirect, words.word[0], saved);
		if (!done)
			fprintf(stderr, "sh: %s: %s\n", words.failed ? "<>" : words.word[0],
			        words.failed ? "out of memory" : strerror(errno));
		words_free(&words);
		if (!done)
			return false;
	}
	return true;
}

void redirect_undo(const struct descriptors_saved *saved)
{
	(void)fflush(stdout);
	(void)fflush(stderr);
	for (int fd = 0; fd < DESCRIPTORS_REDIRECTED; fd++) {
		if (saved->copy[fd] == UNTOUCHED)
			continue;
		if (saved->copy[fd] < 0) {
			(void)close(fd);
			continue;
		}
		(void)dup2(saved->copy[fd], fd);
		(void)close(saved->copy[fd]);
	}
}
