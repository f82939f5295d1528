// The table of background commands.
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>

#include "jobs.h"
#include "run.h"

#define JOBS 64

struct job {
	pid_t pid; // 0: free
	bool ended;
	int status; // wait status, once it has ended
};

static struct job table[JOBS]; // oldest first
static size_t count;

static void job_remove(size_t place)
{
	memmove(&table[place], &table[place + 1], (count - place - 1) * sizeof(table[0]));
	count--;
}

static struct job *job_find(pid_t pid)
{
	for (size_t i = 0; i < count; i++) {
		if (table[i].pid == pid)
			return &table[i];
	}
	return NULL;
}

static void job_end(pid_t pid, int status)
{
	struct job *job = job_find(pid);
	if (job) {
		job->ended = true;
		job->status = status;
	}
}

void job_add(pid_t pid)
{
	for (size_t i = 0; count == JOBS && i < count; i++) {
		if (table[i].ended)
			job_remove(i);
	}
	// With 64 of them running, one more is not noted: `wait` without a pid still waits for it.
	if (count < JOBS)
		table[count++] = (struct job){.pid = pid};
}

void jobs_collect(void)
{
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		job_end(pid, status);
}

bool job_wait(pid_t pid, int *status)
{
	struct job *job = job_find(pid);
	if (!job)
		return false;
	if (!job->ended && waitpid(pid, &job->status, 0) != pid)
		return false;
	*status = job->status;
	job_remove((size_t)(job - table));
	return true;
}

void jobs_wait_all(void)
{
	while (waitpid(-1, NULL, 0) > 0)
		continue;
	count = 0;
}

void jobs_forget(void)
{
	count = 0;
}
