// Fork, exit and wait: how processes begin and end.
#include "fl/server.h"
#include "fl/string.h"
#include "procd.h"

// The registers that a call fills: as after a reply whose words are all 0 (FL_OK, pid 0).
static void context_answer(struct fl_context *context)
{
	static const uint8_t results[] = {5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 28}; // t0-t2, a0-a6, t3
	for (unsigned i = 0; i < sizeof results; i++)
		context->x[results[i]] = 0;
}

static fl_error_t thread_copy(struct thread *child, const struct thread *parent)
{
	static struct fl_context context;
	fl_error_t error = fl_thread_context(thread_slot(parent), FL_CONTEXT_GET, &context);
	if (error)
		return error;
	context_answer(&context);
	error = fl_thread_context(thread_slot(child), FL_CONTEXT_SET, &context);
	return error ? error : thread_start(child);
}

enum server_answer fork_call(struct process *process, struct fl_message *m)
{
	struct process *child = process_create(process);
	if (!child)
		return server_reply_error(m, FL_LIMIT);
	child->actions = process->actions;
	child->generation = process->generation;
	fl_error_t error = memory_fork(child, process->caller);
	if (error)
		goto free_process;
	error = thread_copy(child->threads, process->caller);
	if (error)
		goto destroy_memory;
	(void)server_reply_error(m, FL_OK);
	m->word[1] = child->pid;
	return SERVER_REPLY;

destroy_memory:
	memory_destroy(child);
free_process:
	process_free(child);
	return server_reply_error(m, error);
}

static struct process *wait_match(struct process *parent, uint32_t pid, int zombie)
{
	for (struct process *child = parent->child; child; child = child->sibling) {
		if ((!pid || child->pid == pid) && (!zombie || child->state == PROCESS_ZOMBIE))
			return child;
	}
	return NULL;
}

// Answers a thread's parked wait if a child that it waits for has ended. A child stays a zombie if
// its parent could not be told.
static int wait_try(struct thread *thread)
{
	if (thread->state != THREAD_WAITING)
		return 0;
	struct process *child = wait_match(thread->process, thread->wait_pid, 1);
	if (!child)
		return 0;
	struct fl_message m = {
		.word = {FL_OK, child->pid, child->end, child->status, child->reason},
		.token = thread->token,
	};
	thread_park(thread, THREAD_RUNNING, 0);
	if (server_reply_now(&m) == FL_OK)
		process_free(child);
	return 1;
}

// Some threads may wait for what is not there any more.
static void waits_review(struct process *parent)
{
	for (struct thread *thread = parent->threads; thread; thread = thread->next) {
		if (wait_try(thread) || thread->state != THREAD_WAITING ||
		    wait_match(parent, thread->wait_pid, 0))
			continue;
		struct fl_message m = {.word = {FL_NO_CHILD}};
		thread_answer(thread, &m);
	}
}

enum server_answer wait_call(struct process *process, struct fl_message *m)
{
	struct thread *thread = process->caller;
	uint64_t pid = m->word[1];
	uint64_t flags = m->word[2];
	if (pid > UINT32_MAX || (flags & ~PROCESS_WAIT_NOHANG))
		return server_reply_error(m, FL_BAD_ARGUMENT);
	if (!wait_match(process, (uint32_t)pid, 0))
		return server_reply_error(m, FL_NO_CHILD);
	thread->wait_pid = (uint32_t)pid;
	thread_park(thread, THREAD_WAITING, m->token);
	if (wait_try(thread) || !(flags & PROCESS_WAIT_NOHANG))
		return SERVER_PARKED;
	thread_park(thread, THREAD_RUNNING, 0);
	return server_reply_error(m, FL_OK);
}

static _Noreturn void init_died(const struct process *init)
{
	server_log("procd: init (pid %u) ended: %s %u", init->pid,
	           init->end == PROCESS_EXITED   ? "exit status"
	           : init->end == PROCESS_KILLED ? "signal"
	                                         : "fault, reason",
	           init->end == PROCESS_FAULTED ? init->reason : init->status);
	machine_off(STATUS_INIT_DIED);
}

// A wait comes first: it is answered, not interrupted by the signal that tells the same.
static void parent_tell(struct process *process, struct process *parent)
{
	const uint32_t bit = SIGNAL_BIT(SIGNAL_CHILD);
	const uint32_t pid = process->pid;
	bool leaves_nothing = (parent->actions.ignored | parent->actions.no_wait) & bit;
	if (leaves_nothing)
		process_free(process);
	waits_review(parent);
	signal_send(parent, SIGNAL_CHILD, pid);
}

void process_end(struct process *process, enum process_end end, unsigned status, unsigned reason)
{
	timer_drop(&process->alarm);
	memory_destroy(process);
	process->state = PROCESS_ZOMBIE;
	process->end = (uint8_t)end;
	process->status = status;
	process->reason = (uint8_t)reason;
	if (!process->parent)
		init_died(process);
	// An answered wait frees its zombie, which may be this process: it is not touched after that.
	struct process *parent = process->parent;
	struct process *init = process_find(INIT_PID);
	process_adopt(process, init);
	parent_tell(process, parent);
	waits_review(init);
}

enum server_answer exit_call(struct process *process, struct fl_message *m)
{
	process_end(process, PROCESS_EXITED, (uint32_t)m->word[1], 0);
	return SERVER_PARKED;
}
