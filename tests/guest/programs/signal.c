// Signals: handlers and their registers, masks, pending signals, interrupted calls, waits for
// signals, alarms, actions over fork and exec, stop and continue.
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

#define NAP_US 20000

static volatile sig_atomic_t runs;
static volatile siginfo_t last;
static volatile int order[8];

static void note(int signal, siginfo_t *info, void *context)
{
	(void)context;
	if (runs < 8)
		order[runs] = signal;
	last = *info;
	runs++;
}

static void action_set(int signal, int flags, sigset_t mask)
{
	struct sigaction action = {
		.sa_sigaction = note,
		.sa_flags = SA_SIGINFO | flags,
		.sa_mask = mask,
	};
	if (sigaction(signal, &action, NULL) != 0)
		tap_bail("sigaction failed");
	runs = 0;
}

static int exit_with(void *context)
{
	return (int)(intptr_t)context;
}

static void handlers(void)
{
	action_set(SIGUSR2, 0, 0);
	tap_ok(raise(SIGUSR2) == 0 && runs == 1, "raise_runs_handler_before_it_returns");
	tap_ok(last.si_signo == SIGUSR2 && last.si_pid == getpid(), "handler_gets_signal_and_sender");
	tap_ok(kill(getpid(), SIGUSR2) == 0 && runs == 2 && last.si_code == SI_USER,
	       "kill_self_runs_handler_before_it_returns");
	struct sigaction old;
	tap_ok(sigaction(SIGUSR2, NULL, &old) == 0 && old.sa_sigaction == note &&
	           old.sa_flags == SA_SIGINFO,
	       "sigaction_tells_what_was_set");
	action_set(SIGUSR1, SA_RESETHAND, 0);
	(void)raise(SIGUSR1);
	tap_ok(sigaction(SIGUSR1, NULL, &old) == 0 && old.sa_handler == SIG_DFL && runs == 1,
	       "handler_with_resethand_runs_once");
	struct sigaction action = {.sa_handler = SIG_IGN};
	tap_ok(sigaction(SIGKILL, &action, NULL) == -1 && errno == EINVAL &&
	           sigaction(SIGSTOP, &action, NULL) == -1 && sigaction(0, &action, NULL) == -1 &&
	           sigaction(NSIG, &action, NULL) == -1,
	       "sigaction_refuses_kill_stop_and_unknown");
	tap_ok(signal(SIGUSR1, SIG_IGN) == SIG_DFL && raise(SIGUSR1) == 0,
	       "ignored_signal_does_nothing");
	tap_ok(raise(NSIG) == -1 && errno == EINVAL && raise(0) == 0, "raise_checks_its_signal");
}

static void masks(void)
{
	sigset_t set, old, pending;
	action_set(SIGUSR1, 0, 0);
	action_set(SIGUSR2, 0, 0);
	(void)sigemptyset(&set);
	tap_ok(sigaddset(&set, SIGUSR2) == 0 && set == 1ul << 31 && sigismember(&set, SIGUSR2) == 1 &&
	           sigismember(&set, SIGUSR1) == 0 && sigaddset(&set, NSIG) == -1,
	       "sigaddset_sets_one_bit");
	(void)sigaddset(&set, SIGUSR1);
	tap_ok(sigprocmask(SIG_BLOCK, &set, &old) == 0 && old == 0, "sigprocmask_tells_old_mask");
	(void)kill(getpid(), SIGUSR2);
	(void)kill(getpid(), SIGUSR1);
	(void)kill(getpid(), SIGUSR1);
	tap_ok(runs == 0 && sigpending(&pending) == 0 && pending == set, "blocked_signals_are_pending");
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	tap_ok(runs == 2 && sigpending(&pending) == 0 && pending == 0,
	       "unblocked_signals_are_taken_once_each");
	(void)sigfillset(&set);
	(void)sigprocmask(SIG_SETMASK, &set, NULL);
	(void)sigprocmask(SIG_SETMASK, &old, &set);
	tap_ok(!sigismember(&set, SIGKILL) && !sigismember(&set, SIGSTOP) && sigismember(&set, SIGUSR1),
	       "kill_and_stop_cannot_be_blocked");
	tap_ok(sigprocmask(7, &set, NULL) == -1 && errno == EINVAL,
	       "sigprocmask_with_unknown_how_fails");
}

static volatile int depth, deepest;

static void nest(int signal)
{
	depth++;
	if (depth > deepest)
		deepest = depth;
	runs++;
	if (runs < 4)
		(void)raise(signal);
	depth--;
}

static void nesting(void)
{
	struct sigaction action = {.sa_handler = nest};
	(void)sigaction(SIGUSR1, &action, NULL);
	(void)raise(SIGUSR1);
	tap_ok(runs == 4 && deepest == 1, "signal_is_blocked_while_its_handler_runs");
	action.sa_flags = SA_NODEFER;
	(void)sigaction(SIGUSR1, &action, NULL);
	runs = deepest = 0;
	(void)raise(SIGUSR1);
	tap_ok(runs == 4 && deepest == 4, "handler_with_nodefer_nests");
	sigset_t mask;
	(void)sigprocmask(SIG_SETMASK, NULL, &mask);
	tap_ok(mask == 0, "mask_is_as_before_after_handlers");
}

static sigjmp_buf jump_buffer;

static void jump(int signal)
{
	siglongjmp(jump_buffer, signal);
}

static void jumps(void)
{
	volatile unsigned times = 0;
	(void)signal(SIGUSR1, jump);
	for (times = 0; times < 3;) {
		int value = sigsetjmp(jump_buffer, 1);
		if (value == 0) {
			(void)raise(SIGUSR1);
			break;
		}
		times += value == SIGUSR1;
	}
	sigset_t mask;
	(void)sigprocmask(SIG_SETMASK, NULL, &mask);
	tap_ok(times == 3 && mask == 0, "siglongjmp_leaves_handler_and_unblocks");
}

// Fills every register that a compiler may use, raises nothing itself: the alarm comes at any
// instruction of the loop. Gives the number of rounds in which a register had lost its value.
uint64_t registers_spin(volatile sig_atomic_t *stop);
__asm__(".text\n"
        ".globl registers_spin\n"
        "registers_spin:\n"
        "	addi sp, sp, -224\n"
        "	.irp n, 1, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27\n"
        "	sd x\\n, (8 * (\\n - 1))(sp)\n"
        "	.endr\n"
        "	sd gp, 8(sp)\n"
        "	sd tp, 16(sp)\n"
        // x10 = stop, x5 = scratch, x6 = errors
        "	li x6, 0\n"
        "	.irp n, 1, 3, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, "
        "27, 28, 29, 30, 31\n"
        "	li x\\n, 0x5a5a0000 + \\n\n"
        "	.endr\n"
        "	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31\n"
        "	li x5, 0x3c3c0000 + \\n\n"
        "	fmv.d.x f\\n, x5\n"
        "	.endr\n"
        "1:\n"
        "	.irp n, 1, 3, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, "
        "27, 28, 29, 30, 31\n"
        "	li x5, 0x5a5a0000 + \\n\n"
        "	sub x5, x5, x\\n\n"
        "	snez x5, x5\n"
        "	add x6, x6, x5\n"
        "	.endr\n"
        "	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31\n"
        "	fmv.x.d x5, f\\n\n"
        "	addi x5, x5, -\\n\n"
        "	srli x5, x5, 16\n"
        "	xori x5, x5, 0x3c\n"
        "	srli x5, x5, 8\n"
        "	addi x5, x5, -0x3c\n"
        "	snez x5, x5\n"
        "	add x6, x6, x5\n"
        "	.endr\n"
        "	lw x5, 0(x10)\n"
        "	beqz x5, 1b\n"
        "	.irp n, 1, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27\n"
        "	ld x\\n, (8 * (\\n - 1))(sp)\n"
        "	.endr\n"
        "	ld gp, 8(sp)\n"
        "	mv x10, x6\n"
        "	addi sp, sp, 224\n"
        "	ret\n");

static volatile sig_atomic_t stop;

static void clobber(int signal)
{
	(void)signal;
	__asm__ volatile(
		".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31\n"
		"fmv.d.x f\\n, zero\n"
		".endr\n"
		".irp n, 5, 6, 7, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31\n"
		"li x\\n, -1\n"
		".endr\n" ::
			: "t0", "t1", "t2", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t3", "t4", "t5", "t6",
			  "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fa0", "fa1", "fa2", "fa3",
			  "fa4", "fa5", "fa6", "fa7", "ft8", "ft9", "ft10", "ft11");
	// Stopped here: on a slow machine the next ring comes before the loop goes on.
	const struct itimerval never = {{0, 0}, {0, 0}};
	if (++runs < 50)
		return;
	stop = 1;
	(void)setitimer(ITIMER_REAL, &never, NULL);
}

static void registers(void)
{
	struct itimerval timer = {{0, 1000}, {0, 1000}};
	(void)signal(SIGALRM, clobber);
	(void)setitimer(ITIMER_REAL, &timer, NULL);
	tap_equal(0, registers_spin(&stop), "handlers_keep_all_registers_of_what_they_interrupt");
	tap_ok(runs >= 50, "interval_timer_rings_again_and_again");
}

static int wake_parent(void *context)
{
	state_wait(getppid(), PROCESS_SLEEPING);
	(void)kill(getppid(), (int)(intptr_t)context);
	return 0;
}

static int wake_waiting_parent(void *context)
{
	state_wait(getppid(), PROCESS_WAITING);
	(void)kill(getppid(), (int)(intptr_t)context);
	(void)usleep(NAP_US);
	return 9;
}

static void interruptions(void)
{
	action_set(SIGUSR1, 0, 0);
	pid_t child = child_start(wake_parent, (void *)SIGUSR1);
	struct timespec request = {1000, 0}, left = {0, 0};
	tap_ok(nanosleep(&request, &left) == -1 && errno == EINTR && runs == 1 && left.tv_sec >= 900,
	       "handler_interrupts_sleep");
	(void)child_wait(child);
	child = child_start(wake_waiting_parent, (void *)SIGUSR1);
	tap_ok(waitpid(child, NULL, 0) == -1 && errno == EINTR && runs == 2, "handler_interrupts_wait");
	tap_equal(9, (uint64_t)child_wait(child).value, "interrupted_wait_loses_no_child");
	action_set(SIGUSR1, SA_RESTART, 0);
	child = child_start(wake_waiting_parent, (void *)SIGUSR1);
	int status;
	tap_ok(waitpid(child, &status, 0) == child && runs == 1 && WEXITSTATUS(status) == 9,
	       "wait_restarts_after_handler_with_restart");
	(void)signal(SIGUSR1, SIG_IGN);
	child = child_start(wake_waiting_parent, (void *)SIGUSR1);
	tap_ok(waitpid(child, &status, 0) == child, "ignored_signal_does_not_interrupt");
}

static void suspends(void)
{
	sigset_t blocked = 1ul << SIGUSR1 | 1ul << SIGUSR2, mask;
	action_set(SIGUSR1, 0, 0);
	(void)sigprocmask(SIG_SETMASK, &blocked, NULL);
	(void)kill(getpid(), SIGUSR1);
	sigset_t meanwhile = 1ul << SIGUSR2;
	tap_ok(sigsuspend(&meanwhile) == -1 && errno == EINTR && runs == 1,
	       "sigsuspend_takes_pending_signal");
	(void)sigprocmask(SIG_SETMASK, NULL, &mask);
	tap_ok(mask == blocked, "sigsuspend_puts_mask_back");
	pid_t child = child_start(wake_parent, (void *)SIGUSR1);
	tap_ok(sigsuspend(&meanwhile) == -1 && runs == 2, "sigsuspend_waits_for_signal");
	(void)child_wait(child);
	(void)kill(getpid(), SIGUSR2);
	int signal = 0;
	tap_ok(sigwait(&blocked, &signal) == 0 && signal == SIGUSR2, "sigwait_takes_pending_signal");
	siginfo_t info;
	child = child_start(wake_parent, (void *)SIGUSR1);
	tap_ok(sigwaitinfo(&blocked, &info) == SIGUSR1 && info.si_pid == child && runs == 2,
	       "sigwaitinfo_waits_and_runs_no_handler");
	(void)child_wait(child);
	struct timespec soon = {0, 1000000};
	tap_ok(sigtimedwait(&blocked, &info, &soon) == -1 && errno == EAGAIN, "sigtimedwait_gives_up");
	(void)sigprocmask(SIG_UNBLOCK, &blocked, NULL);
	child = child_start(wake_parent, (void *)SIGUSR1);
	tap_ok(pause() == -1 && errno == EINTR && runs == 3, "pause_ends_with_handler");
	(void)child_wait(child);
}

static void alarms(void)
{
	action_set(SIGALRM, 0, 0);
	tap_equal(0, alarm(1000), "first_alarm_has_no_predecessor");
	tap_equal(1000, alarm(0), "alarm_0_tells_rest_and_cancels");
	uint64_t start = uptime_ns();
	(void)ualarm(NAP_US, 0);
	(void)pause();
	tap_ok(runs == 1 && uptime_ns() - start >= NAP_US * 1000ull, "alarm_ends_pause_in_time");
	struct itimerval bad = {{0, 0}, {0, 1000000}};
	tap_ok(setitimer(ITIMER_REAL, &bad, NULL) == -1 && errno == EINVAL, "setitimer_checks_times");
}

static void children(void)
{
	action_set(SIGCHLD, SA_RESTART, 0);
	pid_t child = child_start(exit_with, (void *)7);
	tap_ok(child_wait(child).value == 7, "child_is_waited_for_with_sigchld_handler");
	tap_ok(runs == 1 && last.si_signo == SIGCHLD && last.si_pid == child &&
	           last.si_code == CLD_EXITED,
	       "sigchld_tells_child");
	(void)signal(SIGCHLD, SIG_IGN);
	unsigned before = process_count();
	child = child_start(exit_with, (void *)7);
	tap_ok(waitpid(child, NULL, 0) == -1 && errno == ECHILD, "ignored_sigchld_leaves_no_zombie");
	tap_equal(before, process_count(), "ignored_sigchld_frees_process");
	(void)signal(SIGCHLD, SIG_DFL);
}

static int raise_in_child(void *context)
{
	runs = 0;
	(void)raise((int)(intptr_t)context);
	return 100 + runs;
}

static _Noreturn int abort_in_child(void *context)
{
	(void)context;
	abort();
}

static int helper_actions(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	struct sigaction one, two;
	sigset_t mask;
	(void)sigaction(SIGUSR1, NULL, &one);
	(void)sigprocmask(SIG_SETMASK, NULL, &mask);
	(void)raise(SIGUSR2);
	(void)sigaction(SIGUSR2, NULL, &two);
	return one.sa_handler == SIG_DFL && two.sa_handler == SIG_IGN && mask == 1ul << SIGTERM ? 0 : 1;
}

static void inheritance(void)
{
	action_set(SIGUSR1, 0, 0);
	tap_equal(101, (uint64_t)child_run(raise_in_child, (void *)SIGUSR1), "fork_keeps_handlers");
	struct process_ending ending = child_wait(child_start(raise_in_child, (void *)SIGTERM));
	tap_ok(ending.end == PROCESS_KILLED && ending.value == SIGTERM, "default_action_ends_process");
	ending = child_wait(child_start(abort_in_child, NULL));
	tap_ok(ending.end == PROCESS_KILLED && ending.value == SIGABRT, "abort_ends_with_sigabrt");
	sigset_t mask = 1ul << SIGTERM;
	(void)signal(SIGUSR2, SIG_IGN);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	tap_equal(0, (uint64_t)child_wait(helper_start("actions", NULL)).value,
	          "exec_keeps_mask_and_ignored_and_drops_handlers");
	mask = 0;
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
}

static _Noreturn int spin_counting(void *context)
{
	(void)context;
	for (;;)
		(void)usleep(1000);
}

static void stops(void)
{
	pid_t child = child_start(spin_counting, NULL);
	state_wait(child, PROCESS_SLEEPING);
	(void)kill(child, SIGSTOP);
	state_wait(child, PROCESS_STOPPED);
	(void)usleep(NAP_US);
	struct process_info info;
	tap_ok(process_next(child, &info) == FL_OK && info.state == PROCESS_STOPPED,
	       "stopped_process_does_not_run");
	(void)kill(child, SIGCONT);
	state_wait(child, PROCESS_SLEEPING);
	tap_ok(true, "continued_process_runs");
	(void)kill(child, SIGSTOP);
	process_remove(child);
	tap_ok(true, "stopped_process_can_be_killed");
}

const struct guest_case guest_cases[] = {
	{"signal_handlers", handlers},   {"signal_masks", masks},
	{"signal_nesting", nesting},     {"signal_jumps", jumps},
	{"signal_registers", registers}, {"signal_interruptions", interruptions},
	{"signal_suspend", suspends},    {"signal_alarm", alarms},
	{"signal_children", children},   {"signal_inheritance", inheritance},
	{"signal_stop", stops},          {NULL, NULL},
};

const struct guest_helper guest_helpers[] = {{"actions", helper_actions}, {NULL, NULL}};
