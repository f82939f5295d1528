// Time: sleepers in the order of their deadlines, one timer for the first of them.
#include "fl/server.h"
#include "procd.h"
#include "proto/slots.h"

#define NS_PER_SECOND 1000000000ul
#define NEVER UINT64_MAX

static uint64_t timebase_hz;
static struct process *sleepers; // the next to wake first

void sleep_start(const struct fl_bootinfo *boot)
{
	timebase_hz = boot->timebase_hz;
	if (!timebase_hz || timebase_hz > 10 * NS_PER_SECOND)
		server_fatal("procd: the timebase is out of range");
	if (fl_irq_control(SLOT_IRQ, 0, FL_IRQ_BIND, SLOT_IRQ_NOTIFY))
		server_fatal("procd: the timer cannot be bound");
}

// Rounds up; what cannot be told is NEVER. Seconds and the rest apart: their products fit 64 bits.
static uint64_t ticks_from_ns(uint64_t ns)
{
	uint64_t seconds = ns / NS_PER_SECOND;
	uint64_t rest = ns % NS_PER_SECOND;
	if (seconds > (NEVER - timebase_hz) / timebase_hz)
		return NEVER;
	return seconds * timebase_hz + (rest * timebase_hz + NS_PER_SECOND - 1) / NS_PER_SECOND;
}

static uint64_t ns_from_ticks(uint64_t ticks)
{
	uint64_t seconds = ticks / timebase_hz;
	uint64_t rest = ticks % timebase_hz;
	return seconds * NS_PER_SECOND + rest * NS_PER_SECOND / timebase_hz;
}

static void timer_set(void)
{
	if (fl_irq_control(SLOT_IRQ, 0, FL_IRQ_TIMER, sleepers ? sleepers->deadline : NEVER))
		server_fatal("procd: the timer cannot be set");
}

enum server_answer sleep_call(struct process *process, struct fl_message *m)
{
	uint64_t now = fl_time();
	uint64_t ticks = ticks_from_ns(m->word[1]);
	if (!ticks)
		return server_reply_error(m, FL_OK);
	// One tick more, because the present one has begun already.
	process->deadline = ticks < NEVER - now - 1 ? now + ticks + 1 : NEVER;
	process->state = PROCESS_SLEEPING;
	process->token = m->token;
	struct process **at = &sleepers;
	while (*at && (*at)->deadline <= process->deadline)
		at = &(*at)->sleep_next;
	process->sleep_next = *at;
	*at = process;
	if (sleepers == process)
		timer_set();
	return SERVER_PARKED;
}

enum server_answer uptime_call(struct process *process, struct fl_message *m)
{
	(void)process;
	(void)server_reply_error(m, FL_OK);
	m->word[1] = ns_from_ticks(fl_time());
	return SERVER_REPLY;
}

// A timer that was set for a process that leaves fires for nobody, which is harmless.
void sleep_forget(struct process *process)
{
	struct process **at = &sleepers;
	while (*at && *at != process)
		at = &(*at)->sleep_next;
	if (*at)
		*at = process->sleep_next;
}

void sleep_wake(void)
{
	while (sleepers && sleepers->deadline <= fl_time()) {
		struct process *process = sleepers;
		struct fl_message m = {.token = process->token};
		sleepers = process->sleep_next;
		process->state = PROCESS_RUNNING;
		process->token = 0;
		// A sleeper that was cancelled meanwhile does not wait for this answer any more.
		fl_error_t error = server_reply_now(&m);
		(void)error;
	}
	timer_set();
}
