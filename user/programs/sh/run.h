// Running parsed commands; the shell's state.
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>
#include <sys/types.h>

#include "line.h"

#define STATUS_MISUSE 2
#define STATUS_CANNOT_RUN 126
#define STATUS_NOT_FOUND 127
#define STATUS_SIGNAL 128 // and the signal's number

struct shell {
	int status;   // of the last command
	bool leaving; // exit was called
	int argument_count;
	char **argument; // $0, $1 ...
};

// As fork, but nothing printed before comes out twice, and failure is told.
pid_t child_start(void);

// What a shell calls a wait status: the exit status, or STATUS_SIGNAL and the signal.
int status_plain(int status);

void line_run(struct shell *shell, struct line *line);

// Waits for background commands that have ended, without blocking, so that none stays a zombie.
void jobs_collect(void);

#endif
