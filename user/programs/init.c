// init, process 1: runs the command of /etc/command and powers off, or a shell again and again.
// Every process whose parent has ended becomes its child; it waits for all of them.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fl/process.h"
#include "program.h"
#include "proto/console.h"

#define COMMAND "/etc/command"
#define SHELL "/bin/sh"
#define SHORT_LIFE_NS 1000000000ull

// What a shell would call the status: the exit status, or 128 and the signal.
static int status_plain(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Runs a shell and waits for it and for whoever else ends meanwhile. `script` may be NULL.
static int shell_run(const char *script)
{
	pid_t shell = fork();
	if (shell == 0) {
		char *arguments[] = {"sh", (char *)script, NULL};
		(void)execv(SHELL, arguments);
		fprintf(stderr, "init: %s: %s\n", SHELL, strerror(errno));
		exit(127);
	}
	if (shell < 0) {
		fprintf(stderr, "init: fork: %s\n", strerror(errno));
		return 127;
	}
	for (;;) {
		int status;
		pid_t ended = wait(&status);
		if (ended == shell)
			return status_plain(status);
		if (ended < 0 && errno != EINTR) {
			fprintf(stderr, "init: wait: %s\n", strerror(errno));
			return 127;
		}
	}
}

static void command_run(void)
{
	printf("%cbegin\n", CONSOLE_RECORD);
	int status = shell_run(COMMAND);
	printf("%cend %d\n", CONSOLE_RECORD, status);
	(void)fflush(stdout);
	fl_error_t error = machine_poweroff((unsigned)status);
	fprintf(stderr, "init: the machine cannot be stopped (error %d)\n", (int)error);
}

int main(void)
{
	struct stat present;
	if (stat(COMMAND, &present) == 0)
		command_run();
	for (;;) {
		uint64_t start = uptime_ns();
		(void)shell_run(NULL);
		// A shell that cannot run must not keep the machine busy.
		if (uptime_ns() - start < SHORT_LIFE_NS)
			(void)sleep(1);
	}
}
