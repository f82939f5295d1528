// Fork, exit, wait, kill and deaths by fault: how processes begin and end.
#include "fl/server.h"
#include "fl/string.h"
#include "procd.h"
#include "proto/pager.h"
#include "proto/slots.h"

#define SIGNAL_MAX 31

// The registers that a call fills: as after a reply whose words are all 0 (FL_OK, pid 0).
static void context_answer(struct fl_context *context)
{
	static const uint8_t results[] = {5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 28}; // t0-t2, a0-a6, t3
	for (unsigned i = 0; i < sizeof results; i++)
		context->x[results[i]] = 0;
}

static fl_error_t thread_copy(const struct process *child, const struct process *parent)
{
	static struct fl_context context;
	fl_error_t error = fl_thread_context(process_thread_slot(parent), FL_CONTEXT_GET, &context);
	if (error)
		return error;
	context_answer(&context);
	error = fl_thread_context(process_thread_slot(child), FL_CONTEXT_SET, &context);
	if (error)
		return error;
	return fl_thread_control(process_thread_slot(child), FL_THREAD_START, 0);
}

enum server_answer fork_call(struct process *process, struct fl_message *m)
{
	struct process *child = process_create(process);
	if (!child)
		return server_reply_error(m, FL_LIMIT);
	fl_error_t error = memory_fork(child, process);
	if (error)
		goto free_process;
	error = thread_copy(child, process);
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

// Answers a parked wait if a child that it waits for has ended. A child stays a zombie if its
// parent could not be told.
static int wait_try(struct process *parent)
{
	if (parent->state != PROCESS_WAITING)
		return 0;
	struct process *child = wait_match(parent, parent->wait_pid, 1);
	if (!child)
		return 0;
	struct fl_message m = {
		.word = {FL_OK, child->pid, child->end, child->status, child->reason},
		.token = parent->token,
	};
	parent->state = PROCESS_RUNNING;
	parent->token = 0;
	if (server_reply_now(&m) == FL_OK)
		process_free(child);
	return 1;
}

enum server_answer wait_call(struct process *process, struct fl_message *m)
{
	uint64_t pid = m->word[1];
	uint64_t flags = m->word[2];
	if (pid > UINT32_MAX || (flags & ~PROCESS_WAIT_NOHANG))
		return server_reply_error(m, FL_BAD_ARGUMENT);
	if (!wait_match(process, (uint32_t)pid, 0))
		return server_reply_error(m, FL_NO_CHILD);
	process->state = PROCESS_WAITING;
	process->wait_pid = (uint32_t)pid;
	process->token = m->token;
	if (wait_try(process) || !(flags & PROCESS_WAIT_NOHANG))
		return SERVER_PARKED;
	process->state = PROCESS_RUNNING;
	process->token = 0;
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

void process_end(struct process *process, enum process_end end, unsigned status, unsigned reason)
{
	sleep_forget(process);
	memory_destroy(process);
	process->state = PROCESS_ZOMBIE;
	process->end = (uint8_t)end;
	process->status = status;
	process->reason = (uint8_t)reason;
	process->token = 0;
	if (!process->parent)
		init_died(process);
	// An answered wait frees its zombie, which may be this process: it is not touched after that.
	struct process *parent = process->parent;
	struct process *init = process_find(INIT_PID);
	process_adopt(process, init);
	(void)wait_try(parent);
	(void)wait_try(init);
}

enum server_answer exit_call(struct process *process, struct fl_message *m)
{
	process_end(process, PROCESS_EXITED, (uint32_t)m->word[1], 0);
	return SERVER_PARKED;
}

enum server_answer kill_call(struct process *process, struct fl_message *m)
{
	uint64_t signal = m->word[2];
	if (signal < 1 || signal > SIGNAL_MAX)
		return server_reply_error(m, FL_BAD_ARGUMENT);
	struct process *target = process_find(m->word[1]);
	if (!target)
		return server_reply_error(m, FL_NO_PROCESS);
	if (!target->parent) // without init the machine stops
		return server_reply_error(m, FL_NO_RIGHT);
	if (target->state != PROCESS_ZOMBIE)
		process_end(target, PROCESS_KILLED, (unsigned)signal, 0);
	if (target == process)
		return SERVER_PARKED;
	return server_reply_error(m, FL_OK);
}

static const char *reason_text(uint64_t reason)
{
	switch (reason) {
#define REASON_CASE(number, name, text)                                                            \
	case number:                                                                                   \
		return text;
		PAGER_REASONS(REASON_CASE)
#undef REASON_CASE
	default:
		return "unknown reason";
	}
}

static const char *access_text(uint64_t cause)
{
	switch (cause) {
	case FL_CAUSE_LOAD_MISALIGNED:
	case FL_CAUSE_LOAD_ACCESS:
	case FL_CAUSE_LOAD_PAGE:
		return "load";
	case FL_CAUSE_STORE_MISALIGNED:
	case FL_CAUSE_STORE_ACCESS:
	case FL_CAUSE_STORE_PAGE:
		return "store";
	default:
		return "fetch";
	}
}

void deaths_take(void)
{
	for (;;) {
		struct fl_message m = {.word = {PAGER_DEATH_NEXT}};
		fl_error_t error = pager_call(&m);
		if (error == FL_EMPTY)
			return;
		if (error)
			server_fatal("procd: the pager does not tell who died");
		// A process that was killed at the same time is gone already.
		struct process *process = process_of_space(m.word[1]);
		if (!process || !m.word[1])
			continue;
		uint64_t cause = m.word[3];
		uint64_t pc = m.word[5];
		unsigned reason = (uint32_t)m.word[2]; // above it the thread
		// For these stval is no address.
		int is_address = cause != FL_CAUSE_ILLEGAL && cause != FL_CAUSE_BREAKPOINT;
		server_log("%s (pid %u): %s: %s at 0x%lx, pc 0x%lx", process->name, process->pid,
		           reason_text(reason), access_text(cause), is_address ? m.word[4] : pc, pc);
		process_end(process, PROCESS_FAULTED, 0, reason);
	}
}
