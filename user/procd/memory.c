// The space of a process: made by the pager, given its handles here.
//
// Not here: its threads (thread.c), what is in it (exec.c says it, the pager does it).
#include "fl/server.h"
#include "procd.h"
#include "proto/files.h"
#include "proto/pager.h"
#include "proto/slots.h"

// The badge that the servers see is the pid. The handle to the pager is the pager's own gift.
static fl_error_t handles_give(const struct process *process)
{
	static const struct {
		fl_slot_t to;
		fl_slot_t from;
	} gifts[] = {
		{SLOT_FILES, SLOT_FILES},
		{SLOT_CONSOLE, SLOT_CONSOLE},
	};
	for (unsigned i = 0; i < sizeof gifts / sizeof gifts[0]; i++) {
		fl_error_t error = fl_handle_copy(process_space_slot(process), gifts[i].to, gifts[i].from,
		                                  FL_RIGHT_CALL, process->pid, 0);
		if (error)
			return error;
	}
	return FL_OK;
}

// Sends the message that makes a space, then completes it. On failure the process has no space.
static fl_error_t space_create(struct process *process, uint64_t label,
                               const struct process *parent)
{
	struct fl_message m = {
		.word = {label, parent ? parent->space : 0},
		.receive = process_space_slot(process),
	};
	fl_error_t error = pager_call(&m);
	if (error)
		return error;
	process->space = m.word[1];
	struct thread *thread;
	error = m.handle ? handles_give(process) : FL_BAD_HANDLE;
	if (!error)
		error = thread_create(process, &thread);
	if (!error && parent)
		error = files_process(FILES_FORK, parent->pid, process->pid, process->space);
	else if (!error)
		error = files_process(FILES_CREATE, process->pid, process->space, 0);
	if (error)
		memory_destroy(process);
	return error;
}

fl_error_t memory_create(struct process *process)
{
	return space_create(process, PAGER_SPACE_CREATE, NULL);
}

// The thread that forks may call by a handle of its own, and does so in the child too, where it is
// the first.
static fl_error_t caller_equip(struct process *child, const struct thread *by)
{
	struct thread *thread = child->threads;
	thread->mask = by->mask;
	thread->stack_start = by->stack_start;
	thread->stack_bytes = by->stack_bytes;
	if (!by->index)
		return FL_OK;
	return fl_handle_copy(process_space_slot(child), SLOT_THREAD(by->index), SLOT_OWN,
	                      FL_RIGHT_CALL, PROCESS_BADGE(child->pid, 0), 0);
}

fl_error_t memory_fork(struct process *child, const struct thread *by)
{
	fl_error_t error = space_create(child, PAGER_SPACE_FORK, by->process);
	if (error)
		return error;
	error = caller_equip(child, by);
	if (error)
		memory_destroy(child);
	return error;
}

void memory_destroy(struct process *process)
{
	// Before the space goes: the file server must not touch the window after that. A process that
	// never came so far is unknown there, which is no harm.
	fl_error_t error = files_process(FILES_EXIT, process->pid, 0, 0);
	threads_forget(process);
	fl_handle_close(0, process_space_slot(process));
	do {
		struct fl_message m = {.word = {PAGER_SPACE_DESTROY, process->space}};
		error = pager_call(&m);
	} while (error == FL_AGAIN);
	if (error)
		server_log("procd: the pager keeps the space of pid %u (error %d)", process->pid, error);
	process->space = 0;
}
