// The process server: who calls, and which handler answers.
//
// procd calls the pager, the file server and the console; none of them ever calls procd, and procd
// never waits for a client. So its loop always comes back.
#include "procd.h"
#include "fl/server.h"
#include "proto/slots.h"

static enum server_answer getpid_call(struct process *process, struct fl_message *m)
{
	(void)server_reply_error(m, FL_OK);
	m->word[1] = process->pid;
	m->word[2] = process->parent ? process->parent->pid : 0;
	return SERVER_REPLY;
}

static enum server_answer poweroff_call(struct process *process, struct fl_message *m)
{
	(void)process;
	if (m->word[1] > 255)
		return server_reply_error(m, FL_BAD_ARGUMENT);
	machine_off((unsigned)m->word[1]);
}

typedef enum server_answer (*process_call_fn)(struct process *process, struct fl_message *m);

static const process_call_fn process_calls[] = {
	[PROCESS_FORK] = fork_call,
	[PROCESS_EXEC] = exec_call,
	[PROCESS_EXIT] = exit_call,
	[PROCESS_WAIT] = wait_call,
	[PROCESS_KILL] = kill_call,
	[PROCESS_GETPID] = getpid_call,
	[PROCESS_SLEEP] = sleep_call,
	[PROCESS_UPTIME] = uptime_call,
	[PROCESS_INFO] = info_call,
	[PROCESS_REGION] = region_call,
	[PROCESS_PTE] = pte_call,
	[PROCESS_STAT] = stat_call,
	[PROCESS_MEMORY] = memory_call,
	[PROCESS_AUDIT] = audit_call,
	[PROCESS_POWEROFF] = poweroff_call,
	[PROCESS_SIGNAL_ACTION] = signal_action_call,
	[PROCESS_SIGNAL_MASK] = signal_mask_call,
	[PROCESS_SIGNAL_PENDING] = signal_pending_call,
	[PROCESS_SIGNAL_SUSPEND] = signal_suspend_call,
	[PROCESS_SIGNAL_WAIT] = signal_wait_call,
	[PROCESS_SIGNAL_STACK] = signal_stack_call,
	[PROCESS_SIGNAL_TAKE] = signal_take_call,
	[PROCESS_SIGNAL_RETURN] = signal_return_call,
	[PROCESS_SIGNAL_STAGE] = signal_stage_call,
	[PROCESS_SIGNAL_RESUME] = signal_resume_call,
	[PROCESS_ALARM] = alarm_call,
	[PROCESS_THREAD_CREATE] = thread_create_call,
	[PROCESS_THREAD_EXIT] = thread_exit_call,
	[PROCESS_THREAD_KILL] = thread_kill_call,
	[PROCESS_EVENT_WAIT] = event_wait_call,
	[PROCESS_EVENT_WAKE] = event_wake_call,
};
#define PROCESS_CALLS (sizeof process_calls / sizeof process_calls[0])

static enum server_answer procd_call(struct fl_message *m)
{
	struct process *process = process_find(m->badge & UINT32_MAX);
	if (!process || process->state == PROCESS_ZOMBIE)
		return server_reply_error(m, FL_NO_PROCESS);
	if (m->word[0] >= PROCESS_CALLS || !process_calls[m->word[0]])
		return server_reply_error(m, FL_BAD_CALL);
	struct thread *thread = thread_find(process, m->badge >> 32);
	if (!thread)
		return server_reply_error(m, FL_NO_PROCESS);
	if (thread->token) // another thread used its handle while it waits
		return server_reply_error(m, FL_BUSY);
	process->caller = thread;
	return process_calls[m->word[0]](process, m);
}

static void procd_bits(uint64_t bits)
{
	if (bits & BITS_IRQ)
		timers_fire();
	if (bits & BITS_DEATH)
		deaths_take();
}

void server_main(const struct fl_bootinfo *boot)
{
	static const struct server_handlers handlers = {.call = procd_call, .bits = procd_bits};
	services_start(boot);
	exec_start(boot);
	sleep_start(boot);
	init_start();
	server_loop(&handlers);
}
