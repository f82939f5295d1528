// Running parsed commands; the shell's state.
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>

#include "line.h"

#define STATUS_MISUSE 2
#define STATUS_CANNOT_RUN 126
#define STATUS_NOT_FOUND 127
#define STATUS_SIGNAL 128 // and the signal's number

struct shell {
	int status;   // of the last command
	bool leaving; // exit was called
};

void line_run(struct shell *shell, struct line *line);

// Waits for background commands that have ended, without blocking, so that none stays a zombie.
void jobs_collect(void);

#endif
