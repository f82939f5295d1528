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
	[PROCESS_FORK] = fork_call,         [PROCESS_EXEC] = exec_call,
	[PROCESS_EXIT] = exit_call,         [PROCESS_WAIT] = wait_call,
	[PROCESS_KILL] = kill_call,         [PROCESS_GETPID] = getpid_call,
	[PROCESS_SLEEP] = sleep_call,       [PROCESS_UPTIME] = uptime_call,
	[PROCESS_INFO] = info_call,         [PROCESS_REGION] = region_call,
	[PROCESS_PTE] = pte_call,           [PROCESS_STAT] = stat_call,
	[PROCESS_MEMORY] = memory_call,     [PROCESS_AUDIT] = audit_call,
	[PROCESS_POWEROFF] = poweroff_call,
};
#define PROCESS_CALLS (sizeof process_calls / sizeof process_calls[0])

static enum server_answer procd_call(struct fl_message *m)
{
	struct process *process = process_find(m->badge);
	if (!process || process->state == PROCESS_ZOMBIE)
		return server_reply_error(m, FL_NO_PROCESS);
	if (m->word[0] >= PROCESS_CALLS || !process_calls[m->word[0]])
		return server_reply_error(m, FL_BAD_CALL);
	if (process->token) // a process has one thread, and that waits already
		return server_reply_error(m, FL_BUSY);
	return process_calls[m->word[0]](process, m);
}

static void procd_bits(uint64_t bits)
{
	if (bits & BITS_IRQ)
		sleep_wake();
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
