// fork, wait, kill and the other calls to procd that POSIX names. exec is in exec.c, what POSIX
// does not know in inspect.c.
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fl/process.h"
#include "service.h"
#include "thread.h"
#include "window.h"

_Noreturn void _exit(int status)
{
	struct fl_message m = {.word = {PROCESS_EXIT, (uint64_t)(int64_t)status}};
	(void)!service_call(SLOT_PROCESS, &m);
	__builtin_trap(); // procd did not take it: nothing is left but to die of a fault
}

pid_t fork(void)
{
	struct fl_message m = {.word = {PROCESS_FORK}};
	fork_begin();
	fl_error_t error = service_call_persist(SLOT_PROCESS, &m);
	bool is_child = error == FL_OK && m.word[1] == 0;
	if (is_child)
		window_forget();
	fork_end(is_child);
	return error == FL_OK ? (pid_t)m.word[1] : error_return(error);
}

fl_error_t process_wait(pid_t pid, unsigned flags, struct process_ending *ending)
{
	struct fl_message m = {.word = {PROCESS_WAIT, (uint64_t)pid, flags}};
	fl_error_t error = service_call(SLOT_PROCESS, &m);
	if (error != FL_OK)
		return error;
	*ending = (struct process_ending){
		.pid = (pid_t)m.word[1],
		.end = (enum process_end)m.word[2],
		.value = (int)m.word[3],
		.reason = (unsigned)m.word[4],
	};
	return FL_OK;
}

int reason_signal(unsigned reason)
{
	switch (reason) {
	case REASON_ILLEGAL:
		return SIGILL;
	case REASON_BREAKPOINT:
		return SIGTRAP;
	case REASON_MISALIGNED:
	case REASON_ACCESS_FAULT:
	case REASON_IO:
		return SIGBUS;
	case REASON_NO_MEMORY:
		return SIGKILL;
	default:
		return SIGSEGV;
	}
}

int process_ending_status(const struct process_ending *ending)
{
	switch (ending->end) {
	case PROCESS_EXITED:
		return (ending->value & 0xff) << 8;
	case PROCESS_KILLED:
		return ending->value & 0x7f;
	default:
		return reason_signal(ending->reason) | (int)(ending->reason & 0xff) << 16;
	}
}

// No process groups here: pid is a child, or -1 for any.
pid_t waitpid(pid_t pid, int *status, int options)
{
	if (pid == 0 || pid < -1 || (options & ~WNOHANG) != 0)
		return error_return(FL_BAD_ARGUMENT);
	struct process_ending ending;
	fl_error_t error =
		process_wait(pid == -1 ? 0 : pid, options & WNOHANG ? PROCESS_WAIT_NOHANG : 0, &ending);
	if (error != FL_OK)
		return error_return(error);
	if (ending.pid != 0 && status)
		*status = process_ending_status(&ending);
	return ending.pid;
}

pid_t wait(int *status)
{
	return waitpid(-1, status, 0);
}

int kill(pid_t pid, int signal)
{
	if (pid <= 0 || signal < 0 || signal > 31)
		return error_return(FL_BAD_ARGUMENT);
	struct fl_message m = {.word = {PROCESS_KILL, (uint64_t)pid, (uint64_t)signal}};
	fl_error_t error = service_call(SLOT_PROCESS, &m);
	return error == FL_OK ? 0 : error_return(error);
}

// An index in the reply: 1 = own pid, 2 = the parent's. Neither can fail in POSIX.
static pid_t identity(unsigned word)
{
	struct fl_message m = {.word = {PROCESS_GETPID}};
	fl_error_t error = service_call(SLOT_PROCESS, &m);
	return error == FL_OK ? (pid_t)m.word[word] : error_return(error);
}

pid_t getpid(void)
{
	return identity(1);
}

pid_t getppid(void)
{
	return identity(2);
}
