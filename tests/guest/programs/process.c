// Processes: identity, exit statuses, wait, kill, orphans, time, the limit on their number.
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

#define MANY 8
#define STATUS 0x12345678
#define NAP_NS 20000000ull
#define READINGS 1000

static int exit_with(void *context)
{
	return (int)(intptr_t)context;
}

static int park(void *context)
{
	(void)context;
	process_park();
}

static int spin(void *context)
{
	volatile bool *never = context;
	while (!*never)
		continue;
	return 0;
}

static int read_console(void *context)
{
	char byte;
	(void)context;
	return (int)read(STDIN_FILENO, &byte, 1);
}

static int wait_for_child(void *context)
{
	(void)context;
	(void)child_wait(child_start(park, NULL));
	return 0;
}

static int parent_is(void *context)
{
	pid_t pid = getpid();
	return !(getppid() == (pid_t)(intptr_t)context && pid != getppid() && pid == getpid());
}

static void identity(void)
{
	pid_t own = getpid();
	tap_equal(0, (uint64_t)child_run(parent_is, (void *)(intptr_t)own),
	          "fork_child_has_own_pid_and_parent");
	tap_equal((uint64_t)own, (uint64_t)getpid(), "fork_parent_keeps_pid");
	pid_t child = child_start(park, NULL);
	struct process_info info;
	tap_ok(child > own && process_next(child, &info) == FL_OK && info.pid == child &&
	           info.parent == own,
	       "fork_returns_childs_pid");
	process_remove(child);
	tap_ok(process_next(child, &info) == FL_EMPTY || info.pid != child, "wait_frees_pid");
}

static void statuses(void)
{
	int status;
	tap_equal(STATUS, (uint64_t)child_run(exit_with, (void *)STATUS), "exit_status_is_whole_int");
	pid_t child = child_start(exit_with, (void *)0x1ff);
	tap_ok(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0xff,
	       "wait_status_has_low_8_bits");
	child = child_start(exit_with, (void *)-1);
	tap_equal((uint64_t)-1, (uint64_t)child_wait(child).value, "exit_status_may_be_negative");
}

static void wait_order(void)
{
	pid_t child[MANY];
	for (unsigned i = 0; i < MANY; i++)
		child[i] = child_start(exit_with, (void *)(uintptr_t)(100 + i));
	unsigned good = 0;
	for (unsigned i = MANY; i-- > MANY / 2;) {
		struct process_ending ending = child_wait(child[i]);
		good += ending.pid == child[i] && ending.value == 100 + (int)i;
	}
	tap_equal(MANY / 2, good, "wait_for_pid_in_any_order_gives_its_status");
	unsigned seen = 0;
	for (unsigned k = 0; k < MANY / 2; k++) {
		struct process_ending ending = child_wait(0);
		for (unsigned i = 0; i < MANY / 2; i++) {
			if (ending.pid == child[i] && ending.value == 100 + (int)i)
				seen |= 1u << i;
		}
	}
	tap_equal((1u << MANY / 2) - 1, seen, "wait_for_any_gives_each_child_once");
	errno = 0;
	tap_ok(wait(NULL) == -1 && errno == ECHILD, "wait_without_child_fails");
	errno = 0;
	tap_ok(waitpid(child[0], NULL, 0) == -1 && errno == ECHILD, "wait_for_reaped_child_fails");
	tap_ok(waitpid(1, NULL, 0) == -1 && errno == ECHILD, "wait_for_foreign_process_fails");
	tap_ok(waitpid(-1, NULL, 1 << 20) == -1 && errno == EINVAL, "wait_with_unknown_option_fails");
}

static void no_hang(void)
{
	struct process_ending ending;
	pid_t gate = gate_create();
	tap_ok(process_wait(gate, PROCESS_WAIT_NOHANG, &ending) == FL_OK && ending.pid == 0,
	       "wait_nohang_with_running_child_gives_0");
	tap_ok(waitpid(-1, NULL, WNOHANG) == 0, "wait_nohang_for_any_gives_0");
	(void)kill(gate, SIGTERM);
	tap_ok(process_wait(gate, PROCESS_WAIT_NOHANG, &ending) == FL_OK && ending.pid == gate &&
	           ending.end == PROCESS_KILLED && ending.value == SIGTERM,
	       "wait_nohang_with_ended_child_gives_it");
	tap_ok(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "wait_nohang_without_child_fails");
}

static void killed(int (*body)(void *), enum process_state state, int signal, const char *name)
{
	static bool never;
	pid_t child = child_start(body, &never);
	state_wait(child, state);
	(void)usleep(NAP_NS / 1000); // most likely it has reached its read or its loop by now
	int result = kill(child, signal);
	struct process_ending ending = child_wait(child);
	tap_ok(result == 0 && ending.pid == child && ending.end == PROCESS_KILLED &&
	           ending.value == signal && WIFSIGNALED(process_ending_status(&ending)) &&
	           WTERMSIG(process_ending_status(&ending)) == signal,
	       name);
}

static int kill_self(void *context)
{
	(void)context;
	(void)kill(getpid(), SIGTERM);
	return 1;
}

static void kills(void)
{
	unsigned processes = process_count();
	killed(spin, PROCESS_RUNNING, SIGKILL, "kill_running_ends_it");
	killed(park, PROCESS_SLEEPING, SIGTERM, "kill_sleeping_ends_it");
	killed(read_console, PROCESS_RUNNING, SIGINT, "kill_reading_ends_it");
	killed(wait_for_child, PROCESS_WAITING, 31, "kill_waiting_ends_it");
	process_count_wait(processes + 1); // the sleeper, whose parent was killed
	struct process_info info;
	for (int from = getpid() + 1; process_next(from, &info) == FL_OK; from = info.pid + 1)
		(void)kill(info.pid, SIGKILL);
	process_count_wait(processes);
	struct process_ending ending = child_wait(child_start(kill_self, NULL));
	tap_ok(ending.end == PROCESS_KILLED && ending.value == SIGTERM, "kill_self_ends_it");
	pid_t child = child_start(exit_with, (void *)5);
	state_wait(child, PROCESS_ZOMBIE);
	int result = kill(child, SIGKILL);
	ending = child_wait(child);
	tap_ok(result == 0 && ending.end == PROCESS_EXITED && ending.value == 5,
	       "kill_zombie_leaves_its_status");
	tap_ok(kill(child, SIGKILL) == -1 && errno == ESRCH, "kill_absent_fails");
	tap_ok(kill(1, SIGKILL) == -1 && errno == EPERM, "kill_init_fails");
	tap_ok(kill(getpid(), 0) == 0 && kill(getpid(), 32) == -1 && errno == EINVAL,
	       "kill_with_unknown_signal_fails");
	tap_ok(kill(-1, SIGKILL) == -1 && errno == EINVAL, "kill_all_fails");
}

// Leaves a child behind and tells its pid.
static int leave_orphan(void *context)
{
	(void)context;
	return child_start(park, NULL);
}

static void orphans(void)
{
	unsigned processes = process_count();
	pid_t orphan = child_run(leave_orphan, NULL);
	struct process_info info;
	tap_ok(process_next(orphan, &info) == FL_OK && info.pid == orphan && info.parent == 1,
	       "exit_of_parent_gives_children_to_init");
	tap_ok(waitpid(orphan, NULL, WNOHANG) == -1 && errno == ECHILD, "wait_for_grandchild_fails");
	(void)kill(orphan, SIGKILL);
	process_count_wait(processes);
	tap_ok(process_next(orphan, &info) == FL_EMPTY || info.pid != orphan,
	       "orphan_that_ended_is_reaped_by_init");
}

static void time_passes(void)
{
	uint64_t last = uptime_ns();
	bool monotone = last > 0;
	for (unsigned i = 0; i < READINGS; i++) {
		uint64_t now = uptime_ns();
		monotone &= now >= last;
		last = now;
	}
	tap_ok(monotone, "uptime_never_goes_back");
	uint64_t start = uptime_ns();
	(void)usleep(NAP_NS / 1000);
	tap_ok(uptime_ns() - start >= NAP_NS, "sleep_lasts_at_least_as_long_as_asked");
	tap_equal(0, (uint64_t)usleep(0), "sleep_of_0_returns");
	struct fl_message m = {.word = {PROCESS_SLEEP, UINT64_MAX}};
	pid_t child = fork();
	if (child == 0)
		_exit((int)fl_call(3, &m));
	state_wait(child, PROCESS_SLEEPING);
	process_remove(child);
	tap_ok(true, "sleep_for_ever_can_be_killed");
}

static int forks_to_limit(void *context)
{
	unsigned *made = context;
	for (*made = 0; *made <= PROCESS_MAX; ++*made) {
		pid_t child = fork();
		if (child < 0)
			return errno;
		if (child == 0)
			process_park();
	}
	return 0;
}

static void limit(void)
{
	unsigned processes = process_count();
	unsigned made;
	pid_t own = getpid();
	for (unsigned times = 0; times < 2; times++) {
		tap_equal(EAGAIN, (uint64_t)forks_to_limit(&made), "fork_without_free_slot_fails");
		tap_equal(PROCESS_MAX - processes, made, "fork_succeeds_until_slots_are_used");
		unsigned ended = 0;
		struct process_info info;
		for (int from = own + 1; process_next(from, &info) == FL_OK; from = info.pid + 1)
			ended += info.parent == own && kill(info.pid, SIGKILL) == 0;
		unsigned reaped = 0;
		while (wait(NULL) > 0)
			reaped++;
		tap_ok(ended == made && reaped == made, "fork_limit_children_are_all_reaped");
		tap_equal(processes, process_count(), "fork_limit_leaves_no_process");
	}
}

const struct guest_case guest_cases[] = {
	{"process_identity", identity}, {"process_status", statuses}, {"process_wait", wait_order},
	{"process_nohang", no_hang},    {"process_kill", kills},      {"process_orphan", orphans},
	{"process_time", time_passes},  {"process_limit", limit},     {NULL, NULL},
};

const struct guest_helper guest_helpers[] = {{NULL, NULL}};
