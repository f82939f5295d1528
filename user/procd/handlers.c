// How a thread gets into a handler and back.
//
// In: the thread is stopped, only pc and sp of its registers are changed, and it goes on in the
// program's trampoline, which saves all others on the stack that sp names. Then it asks for what
// was changed and why (TAKE). Out: the trampoline hands mask and pc over (RETURN), then the five
// registers that a call needs itself (STAGE), fills all others and calls a last time (RESUME), from
// where it goes on with exactly these.
#include "fl/server.h"
#include "fl/string.h"
#include "procd.h"

#define SP 2
#define STACK_ALIGN 16ul

static struct fl_context context;

static uint64_t stack_choose(const struct thread *thread, unsigned signal)
{
	uint64_t sp = context.x[SP];
	bool is_on_it = sp - thread->stack_start <= thread->stack_bytes;
	bool wants_it = thread->process->actions.on_stack & SIGNAL_BIT(signal);
	if (wants_it && thread->stack_bytes && !is_on_it)
		sp = thread->stack_start + thread->stack_bytes;
	return sp & ~(STACK_ALIGN - 1);
}

void handler_enter(struct thread *thread, unsigned signal, const struct signal_origin *origin)
{
	struct signal_actions *actions = &thread->process->actions;
	const uint32_t bit = SIGNAL_BIT(signal);
	uint32_t mask_back = thread->suspended ? thread->mask_saved : thread->mask;
	uint32_t mask = thread->mask;
	fl_error_t error = thread_stop(thread);
	if (!error)
		error = fl_thread_context(thread_slot(thread), FL_CONTEXT_GET, &context);
	thread->pc = context.pc;
	thread->sp = context.x[SP];
	context.x[SP] = stack_choose(thread, signal);
	context.pc = actions->trampoline;
	if (!error)
		error = fl_thread_context(thread_slot(thread), FL_CONTEXT_SET, &context);
	if (!error)
		error = thread_start(thread);
	if (error)
		server_fatal("procd: a thread cannot be sent to its handler");

	thread->entering = (uint8_t)signal;
	thread->entering_restarts = actions->restart & bit;
	thread->why = *origin;
	thread->mask_saved = mask_back;
	thread->mask = mask | actions->mask[signal] | (actions->no_defer & bit ? 0 : bit);
	if (actions->reset & bit)
		actions->handled &= ~bit;
}

enum server_answer signal_take_call(struct process *process, struct fl_message *m)
{
	struct thread *thread = process->caller;
	if (!thread->entering)
		return server_reply_error(m, FL_EMPTY);
	m->word[0] = FL_OK;
	m->word[1] = SIGNAL_TAKEN(thread->entering, thread->why.code, thread->entering_restarts,
	                          thread->mask_saved);
	m->word[2] = thread->why.value;
	m->word[3] = thread->pc;
	m->word[4] = thread->sp;
	m->word[5] = thread->why.status;
	thread->entering = 0;
	fl_error_t error = server_reply_now(m);
	(void)error; // it waits in this very call
	signals_take(thread);
	return SERVER_PARKED;
}

enum server_answer signal_return_call(struct process *process, struct fl_message *m)
{
	struct thread *thread = process->caller;
	if (thread->entering || thread->returning)
		return server_reply_error(m, FL_BUSY);
	thread->returning = true;
	thread->mask_saved = (uint32_t)m->word[1];
	thread->pc = m->word[2];
	return server_reply_error(m, FL_OK);
}

enum server_answer signal_stage_call(struct process *process, struct fl_message *m)
{
	struct thread *thread = process->caller;
	if (!thread->returning)
		return server_reply_error(m, FL_EMPTY);
	memcpy(thread->staged, &m->word[1], sizeof thread->staged);
	return server_reply_error(m, FL_OK);
}

enum server_answer signal_resume_call(struct process *process, struct fl_message *m)
{
	static const uint8_t registers[] = {10, 11, 17, 5, 6}; // a0, a1, a7, t0, t1
	struct thread *thread = process->caller;
	if (!thread->returning)
		return server_reply_error(m, FL_EMPTY);
	fl_error_t error = thread_stop(thread);
	if (!error)
		error = fl_thread_context(thread_slot(thread), FL_CONTEXT_GET, &context);
	for (unsigned i = 0; i < sizeof registers; i++)
		context.x[registers[i]] = thread->staged[i];
	context.pc = thread->pc;
	if (!error)
		error = fl_thread_context(thread_slot(thread), FL_CONTEXT_SET, &context);
	if (!error)
		error = thread_start(thread);
	if (error)
		server_fatal("procd: a thread cannot leave its handler");
	thread->returning = false;
	thread->mask = thread->mask_saved;
	signals_take(thread);
	return SERVER_PARKED;
}
