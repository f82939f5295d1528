// Signals: who is sent what, and what becomes of it.
//
// A signal to a process goes to one of its threads that does not block it; as long as there is none
// it is pending. Not here: entering and leaving handlers (handlers.c), faults (deaths.c).
#include "fl/server.h"
#include "procd.h"

#define BITS_ALL (~SIGNAL_BIT(0))
#define BITS_NEVER_BLOCKED (SIGNAL_BIT(SIGNAL_KILL) | SIGNAL_BIT(SIGNAL_STOP))
#define BITS_STOP                                                                                  \
	(SIGNAL_BIT(SIGNAL_STOP) | SIGNAL_BIT(SIGNAL_TERMINAL_STOP) | SIGNAL_BIT(SIGNAL_TERMINAL_IN) | \
	 SIGNAL_BIT(SIGNAL_TERMINAL_OUT))
#define BITS_NOTHING                                                                               \
	(SIGNAL_BIT(SIGNAL_URGENT) | SIGNAL_BIT(SIGNAL_CONTINUE) | SIGNAL_BIT(SIGNAL_CHILD) |          \
	 SIGNAL_BIT(SIGNAL_WINDOW))

// Of a set that is not empty. (There is no libgcc here for a builtin to call.)
static unsigned signal_first(uint32_t set)
{
	unsigned signal = 0;
	while (!(set & SIGNAL_BIT(signal)))
		signal++;
	return signal;
}

static bool signal_has_default(const struct process *process, unsigned signal)
{
	return !((process->actions.handled | process->actions.ignored) & SIGNAL_BIT(signal));
}

bool signal_is_fatal(const struct process *process, unsigned signal)
{
	return signal_has_default(process, signal) &&
	       !((BITS_STOP | BITS_NOTHING) & SIGNAL_BIT(signal));
}

static void origin_find(const struct thread *thread, unsigned signal, struct signal_origin *origin)
{
	const struct process *process = thread->process;
	if (thread->pending & SIGNAL_BIT(signal)) {
		*origin = (struct signal_origin){.value = process->pid, .code = SIGNAL_CODE_THREAD};
		return;
	}
	uint32_t pid = process->sender[signal];
	*origin = (struct signal_origin){
		.value = pid,
		.code = pid ? SIGNAL_CODE_USER : SIGNAL_CODE_TIMER,
	};
	const struct process *child = process_find(pid);
	if (signal != SIGNAL_CHILD)
		return;
	// A child that was waited for in the meantime tells no status any more.
	bool was_killed = child && child->state == PROCESS_ZOMBIE && child->end != PROCESS_EXITED;
	origin->code = was_killed ? SIGNAL_CODE_KILLED : SIGNAL_CODE_EXITED;
	origin->status = child ? child->status : 0;
}

static void process_halt(struct process *process)
{
	if (!process->parent)
		return; // without init nothing goes on
	for (struct thread *thread = process->threads; thread; thread = thread->next) {
		// One that hands its registers back stops when that is done (signal_resume_call).
		if (!thread->returning && thread_stop(thread))
			server_fatal("procd: a thread cannot be stopped");
	}
	process->stopped = true;
}

static void process_continue(struct process *process)
{
	process->pending &= ~BITS_STOP;
	if (!process->stopped)
		return;
	process->stopped = false;
	for (struct thread *thread = process->threads; thread; thread = thread->next) {
		if (!thread->returning && thread_start(thread))
			server_fatal("procd: a thread cannot be started");
	}
}

static bool thread_takes_signals(const struct thread *thread)
{
	return !thread->entering && !thread->returning && !thread->process->stopped;
}

void signals_take(struct thread *thread)
{
	struct process *process = thread->process;
	while (thread_takes_signals(thread)) {
		uint32_t ready = (thread->pending | process->pending) & ~thread->mask;
		if (!ready)
			return;
		unsigned signal = signal_first(ready);
		uint32_t bit = SIGNAL_BIT(signal);
		struct signal_origin origin;
		origin_find(thread, signal, &origin);
		if (thread->pending & bit)
			thread->pending &= ~bit;
		else
			process->pending &= ~bit;
		if (process->actions.handled & bit) {
			handler_enter(thread, signal, &origin);
		} else if (signal_is_fatal(process, signal)) {
			process_end(process, PROCESS_KILLED, signal, 0);
			return;
		} else if (signal_has_default(process, signal) && (BITS_STOP & bit)) {
			process_halt(process);
		}
	}
}

// A thread that waits for this very signal gets it as its answer.
static bool waiter_answer(struct thread *thread, unsigned signal)
{
	uint32_t bit = SIGNAL_BIT(signal);
	if (thread->state != THREAD_SIGNAL || !(thread->wait_pid & bit) ||
	    !((thread->pending | thread->process->pending) & bit))
		return false;
	struct signal_origin origin;
	origin_find(thread, signal, &origin);
	if (thread->pending & bit)
		thread->pending &= ~bit;
	else
		thread->process->pending &= ~bit;
	struct fl_message m = {
		.word = {FL_OK, signal, origin.code, origin.value, origin.status},
	};
	thread_answer(thread, &m);
	return true;
}

void signal_send(struct process *process, unsigned signal, uint32_t sender)
{
	uint32_t bit = SIGNAL_BIT(signal);
	if (signal == SIGNAL_KILL) {
		process_end(process, PROCESS_KILLED, signal, 0);
		return;
	}
	if (signal == SIGNAL_CONTINUE)
		process_continue(process);
	process->pending |= bit;
	process->sender[signal] = sender;
	for (struct thread *thread = process->threads; thread; thread = thread->next) {
		if (waiter_answer(thread, signal))
			return;
	}
	for (struct thread *thread = process->threads; thread; thread = thread->next) {
		if ((thread->mask & bit) || !thread_takes_signals(thread))
			continue;
		signals_take(thread);
		// The process may have ended, and its place may be free. One that goes on may have more to
		// do than this signal.
		if (signal != SIGNAL_CONTINUE || process->state != PROCESS_RUNNING)
			return;
	}
}

enum server_answer kill_call(struct process *process, struct fl_message *m)
{
	uint64_t signal = m->word[2];
	if (signal >= SIGNAL_END)
		return server_reply_error(m, FL_BAD_ARGUMENT);
	struct process *target = process_find(m->word[1]);
	if (!target)
		return server_reply_error(m, FL_NO_PROCESS);
	if (signal && !target->parent && signal_is_fatal(target, (unsigned)signal))
		return server_reply_error(m, FL_NO_RIGHT); // without init the machine stops
	// Answered first: a handler of the caller interrupts what follows the call, not the call.
	(void)server_reply_error(m, FL_OK);
	fl_error_t error = server_reply_now(m);
	(void)error; // it waits in this very call
	if (signal && target->state != PROCESS_ZOMBIE)
		signal_send(target, (unsigned)signal, process->pid);
	return SERVER_PARKED;
}

enum server_answer thread_kill_call(struct process *process, struct fl_message *m)
{
	uint64_t signal = m->word[2];
	struct thread *target = thread_find(process, m->word[1]);
	if (signal >= SIGNAL_END)
		return server_reply_error(m, FL_BAD_ARGUMENT);
	if (!target)
		return server_reply_error(m, FL_NO_PROCESS);
	if (signal && !process->parent && signal_is_fatal(process, (unsigned)signal))
		return server_reply_error(m, FL_NO_RIGHT);
	(void)server_reply_error(m, FL_OK);
	fl_error_t error = server_reply_now(m);
	(void)error;
	if (!signal)
		return SERVER_PARKED;
	if (signal == SIGNAL_KILL || signal == SIGNAL_CONTINUE) {
		signal_send(process, (unsigned)signal, process->pid); // these concern all threads
		return SERVER_PARKED;
	}
	target->pending |= SIGNAL_BIT(signal);
	if (!waiter_answer(target, (unsigned)signal))
		signals_take(target);
	return SERVER_PARKED;
}

static void bit_set(uint32_t *set, uint32_t bit, bool value)
{
	*set = value ? *set | bit : *set & ~bit;
}

enum server_answer signal_action_call(struct process *process, struct fl_message *m)
{
	struct signal_actions *actions = &process->actions;
	uint64_t signal = m->word[1];
	uint64_t action = m->word[2] & 0xff;
	uint64_t flags = m->word[2] >> 8;
	if (signal < 1 || signal >= SIGNAL_END || action > SIGNAL_ASK ||
	    (action != SIGNAL_ASK && (SIGNAL_BIT(signal) & BITS_NEVER_BLOCKED)))
		return server_reply_error(m, FL_BAD_ARGUMENT);
	uint32_t bit = SIGNAL_BIT(signal);
	enum signal_action before = actions->handled & bit   ? SIGNAL_HANDLE
	                            : actions->ignored & bit ? SIGNAL_IGNORE
	                                                     : SIGNAL_DEFAULT;
	if (action == SIGNAL_ASK)
		goto answer;
	bit_set(&actions->handled, bit, action == SIGNAL_HANDLE);
	bit_set(&actions->ignored, bit, action == SIGNAL_IGNORE);
	bit_set(&actions->on_stack, bit, flags & SIGNAL_ON_STACK);
	bit_set(&actions->no_defer, bit, flags & SIGNAL_NO_DEFER);
	bit_set(&actions->reset, bit, flags & SIGNAL_RESET);
	bit_set(&actions->restart, bit, flags & SIGNAL_RESTART);
	bit_set(&actions->no_wait, bit, flags & SIGNAL_NO_WAIT);
	actions->mask[signal] = (uint32_t)m->word[3] & BITS_ALL & ~BITS_NEVER_BLOCKED;
	actions->trampoline = m->word[4];
	// A pending signal that is ignored from now on is gone.
	if (action == SIGNAL_IGNORE || (action == SIGNAL_DEFAULT && (BITS_NOTHING & bit))) {
		process->pending &= ~bit;
		for (struct thread *thread = process->threads; thread; thread = thread->next)
			thread->pending &= ~bit;
	}
answer:
	(void)server_reply_error(m, FL_OK);
	m->word[1] = before;
	return SERVER_REPLY;
}

enum server_answer signal_mask_call(struct process *process, struct fl_message *m)
{
	struct thread *thread = process->caller;
	uint32_t before = thread->mask;
	uint32_t set = (uint32_t)m->word[2];
	switch (m->word[1]) {
	case SIGNAL_HOW_SET:
		thread->mask = set;
		break;
	case SIGNAL_HOW_BLOCK:
		thread->mask |= set;
		break;
	case SIGNAL_HOW_UNBLOCK:
		thread->mask &= ~set;
		break;
	case SIGNAL_HOW_READ:
		break;
	default:
		return server_reply_error(m, FL_BAD_ARGUMENT);
	}
	thread->mask &= BITS_ALL & ~BITS_NEVER_BLOCKED;
	(void)server_reply_error(m, FL_OK);
	m->word[1] = before;
	fl_error_t error = server_reply_now(m);
	(void)error; // it waits in this very call
	signals_take(thread);
	return SERVER_PARKED;
}

enum server_answer signal_pending_call(struct process *process, struct fl_message *m)
{
	uint32_t set = (process->pending | process->caller->pending) & process->caller->mask;
	(void)server_reply_error(m, FL_OK);
	m->word[1] = set;
	return SERVER_REPLY;
}

enum server_answer signal_suspend_call(struct process *process, struct fl_message *m)
{
	struct thread *thread = process->caller;
	if (m->word[1] > SIGNAL_SUSPEND_MASK)
		return server_reply_error(m, FL_BAD_ARGUMENT);
	thread_park(thread, THREAD_PAUSED, m->token);
	if (m->word[1] == SIGNAL_SUSPEND_MASK) {
		thread->suspended = true;
		thread->mask_saved = thread->mask;
		thread->mask = (uint32_t)m->word[2] & BITS_ALL & ~BITS_NEVER_BLOCKED;
	}
	signals_take(thread);
	return SERVER_PARKED;
}

// A thread that leaves sigsuspend has its own mask again.
void thread_unsuspend(struct thread *thread)
{
	if (thread->suspended)
		thread->mask = thread->mask_saved;
	thread->suspended = false;
}

enum server_answer signal_wait_call(struct process *process, struct fl_message *m)
{
	struct thread *thread = process->caller;
	uint64_t ns = m->word[2];
	thread->wait_pid = (uint32_t)m->word[1] & BITS_ALL;
	thread_park(thread, THREAD_SIGNAL, m->token);
	uint32_t ready = (thread->pending | process->pending) & thread->wait_pid;
	if (ready) {
		(void)waiter_answer(thread, signal_first(ready));
	} else if (!ns) {
		thread_park(thread, THREAD_RUNNING, 0);
		return server_reply_error(m, FL_AGAIN);
	} else {
		timer_arm(&thread->timer, ns);
	}
	return SERVER_PARKED;
}

enum server_answer signal_stack_call(struct process *process, struct fl_message *m)
{
	process->caller->stack_start = m->word[1];
	process->caller->stack_bytes = m->word[2];
	return server_reply_error(m, FL_OK);
}

// The new program has no handlers; what was ignored stays so.
void signals_exec(struct process *process)
{
	process->actions = (struct signal_actions){.ignored = process->actions.ignored};
	process->caller->stack_bytes = 0;
	process->caller->entering = 0;
	process->caller->returning = false;
}
