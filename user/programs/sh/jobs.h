// Background commands: which are running, and how those ended that nobody has asked about yet.
#ifndef JOBS_H
#define JOBS_H

#include <stdbool.h>
#include <sys/types.h>

// Notes a started background command. If too many are noted, the oldest that has ended is
// forgotten; its process was waited for all the same.
void job_add(pid_t pid);

// Blocks until that command has ended. False: it is not a background command of this shell.
bool job_wait(pid_t pid, int *status);

void jobs_wait_all(void);

// In a child of the shell, which has no jobs of its own yet.
void jobs_forget(void);

#endif
