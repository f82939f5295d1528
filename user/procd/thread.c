// The thread table: which threads a process has, their handles, and what they are parked in.
//
// Not here: the frames of a kernel thread (the pager's), signals (signals.c, handlers.c).
#include "fl/string.h"
#include "procd.h"
#include "proto/pager.h"
#include "proto/slots.h"

static struct thread thread_table[THREADS_MAX];

fl_slot_t thread_slot(const struct thread *thread)
{
	return (fl_slot_t)(SLOT_SERVER_FREE + PROCESS_MAX + (thread - thread_table));
}

struct thread *thread_find(const struct process *process, uint64_t index)
{
	struct thread *thread = process->threads;
	while (thread && thread->index != index)
		thread = thread->next;
	return thread;
}

struct thread *thread_of_number(const struct process *process, uint64_t number)
{
	struct thread *thread = process->threads;
	while (thread && thread->number != number)
		thread = thread->next;
	return thread;
}

static struct thread *place_find(void)
{
	for (unsigned i = 0; i < THREADS_MAX; i++) {
		if (!thread_table[i].process)
			return &thread_table[i];
	}
	return NULL;
}

// The handle by which this very thread calls. Who has left one at the slot is gone.
static fl_error_t handle_give(const struct process *process, uint32_t index)
{
	fl_slot_t to = index ? SLOT_THREAD(index) : SLOT_PROCESS;
	fl_handle_close(process_space_slot(process), to);
	return fl_handle_copy(process_space_slot(process), to, SLOT_OWN, FL_RIGHT_CALL,
	                      PROCESS_BADGE(process->pid, index), 0);
}

static fl_error_t kernel_thread_destroy(const struct thread *thread)
{
	fl_handle_close(0, thread_slot(thread));
	struct fl_message m = {
		.word = {PAGER_THREAD_DESTROY, thread->process->space, thread->number},
	};
	return pager_call(&m);
}

fl_error_t thread_create(struct process *process, struct thread **out)
{
	uint32_t index = 0;
	while (index < THREADS_PER_PROCESS && thread_find(process, index))
		index++;
	struct thread *thread = place_find();
	if (!thread || index == THREADS_PER_PROCESS)
		return FL_LIMIT;
	struct fl_message m = {
		.word = {PAGER_THREAD_CREATE, process->space, PROGRAM_PRIORITY},
		.receive = thread_slot(thread),
	};
	fl_error_t error = pager_call(&m);
	if (error)
		return error;
	*thread = (struct thread){
		.process = process,
		.number = m.word[1],
		.index = index,
		.state = THREAD_RUNNING,
		.timer.thread = thread,
	};
	error = m.handle ? handle_give(process, index) : FL_BAD_HANDLE;
	if (error) {
		// If the pager keeps it, it goes with its space.
		fl_error_t kept = kernel_thread_destroy(thread);
		(void)kept;
		thread->process = NULL;
		return error;
	}
	thread->next = process->threads;
	process->threads = thread;
	*out = thread;
	return FL_OK;
}

static void thread_forget(struct thread *thread)
{
	struct thread **at = &thread->process->threads;
	while (*at != thread)
		at = &(*at)->next;
	*at = thread->next;
	timer_drop(&thread->timer);
	*thread = (struct thread){.process = NULL};
}

void thread_destroy(struct thread *thread)
{
	fl_error_t error = kernel_thread_destroy(thread);
	if (error)
		server_log("procd: the pager keeps a thread of pid %u (error %d)", thread->process->pid,
		           error);
	thread_forget(thread);
}

void threads_forget(struct process *process)
{
	while (process->threads) {
		fl_handle_close(0, thread_slot(process->threads));
		thread_forget(process->threads);
	}
}

void threads_others_destroy(struct thread *thread)
{
	for (struct thread *next, *at = thread->process->threads; at; at = next) {
		next = at->next;
		if (at != thread)
			thread_destroy(at);
	}
	if (!thread->index)
		return;
	fl_handle_close(process_space_slot(thread->process), SLOT_THREAD(thread->index));
	thread->index = 0;
}

fl_error_t thread_stop(struct thread *thread)
{
	timer_drop(&thread->timer);
	thread_unsuspend(thread);
	thread->state = THREAD_RUNNING;
	thread->token = 0;
	return fl_thread_control(thread_slot(thread), FL_THREAD_STOP, 0);
}

fl_error_t thread_start(struct thread *thread)
{
	return thread->process->stopped ? FL_OK
	                                : fl_thread_control(thread_slot(thread), FL_THREAD_START, 0);
}

void thread_park(struct thread *thread, enum thread_state state, uint64_t token)
{
	thread->state = (uint8_t)state;
	thread->token = token;
}

void thread_answer(struct thread *thread, struct fl_message *m)
{
	m->token = thread->token;
	timer_drop(&thread->timer);
	thread->state = THREAD_RUNNING;
	thread->token = 0;
	// A thread that was cancelled meanwhile does not wait for this answer any more.
	fl_error_t error = server_reply_now(m);
	(void)error;
}

enum server_answer thread_create_call(struct process *process, struct fl_message *m)
{
	static struct fl_context context;
	struct thread *thread;
	fl_error_t error = thread_create(process, &thread);
	if (error)
		return server_reply_error(m, error);
	thread->mask = ~0u;
	memset(&context, 0, sizeof context);
	context.pc = m->word[1];
	context.x[2] = m->word[2];
	context.x[4] = m->word[3];
	context.x[10] = m->word[4];
	context.x[11] = thread->index;
	context.x[12] = process->caller->mask;
	error = fl_thread_context(thread_slot(thread), FL_CONTEXT_SET, &context);
	if (!error)
		error = thread_start(thread);
	uint32_t index = thread->index;
	if (error)
		thread_destroy(thread);
	(void)server_reply_error(m, error);
	m->word[1] = index;
	return SERVER_REPLY;
}

enum server_answer thread_exit_call(struct process *process, struct fl_message *m)
{
	struct thread *thread = process->caller;
	if (process->threads == thread && !thread->next) {
		process_end(process, PROCESS_EXITED, 0, 0);
		return SERVER_PARKED;
	}
	uint32_t index = thread->index;
	thread_destroy(thread);
	if (index)
		fl_handle_close(process_space_slot(process), SLOT_THREAD(index));
	(void)event_wake(process, m->word[1], UINT64_MAX, m->word[2]);
	return SERVER_PARKED;
}
