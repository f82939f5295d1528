// Time: timers in the order of their deadlines, the machine's timer for the first of them. A thread
// has one for what it is parked in, a process one for its alarm.
#include "fl/server.h"
#include "procd.h"
#include "proto/slots.h"

#define NS_PER_SECOND 1000000000ul
#define NEVER UINT64_MAX

static uint64_t timebase_hz;
static struct timer *timers; // the next to fire first

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
	if (fl_irq_control(SLOT_IRQ, 0, FL_IRQ_TIMER, timers ? timers->deadline : NEVER))
		server_fatal("procd: the timer cannot be set");
}

void timer_arm(struct timer *timer, uint64_t ns)
{
	uint64_t now = fl_time();
	uint64_t ticks = ticks_from_ns(ns);
	timer_drop(timer);
	if (ns == PROCESS_FOR_EVER)
		return;
	// One tick more, because the present one has begun already.
	timer->deadline = ticks < NEVER - now - 1 ? now + ticks + 1 : NEVER;
	timer->armed = true;
	struct timer **at = &timers;
	while (*at && (*at)->deadline <= timer->deadline)
		at = &(*at)->next;
	timer->next = *at;
	*at = timer;
	if (timers == timer)
		timer_set();
}

// The machine's timer may fire once for nobody after that, which is harmless.
void timer_drop(struct timer *timer)
{
	if (!timer->armed)
		return;
	struct timer **at = &timers;
	while (*at != timer)
		at = &(*at)->next;
	*at = timer->next;
	timer->armed = false;
}

enum server_answer sleep_call(struct process *process, struct fl_message *m)
{
	if (!m->word[1])
		return server_reply_error(m, FL_OK);
	thread_park(process->caller, THREAD_SLEEPING, m->token);
	timer_arm(&process->caller->timer, m->word[1]);
	return SERVER_PARKED;
}

static uint64_t alarm_left(const struct process *process)
{
	uint64_t now = fl_time();
	if (!process->alarm.armed)
		return 0;
	// An alarm that is due has not rung yet, so what is left is not nothing.
	return ns_from_ticks(process->alarm.deadline > now ? process->alarm.deadline - now : 1);
}

enum server_answer alarm_call(struct process *process, struct fl_message *m)
{
	uint64_t left = alarm_left(process);
	uint64_t interval = ns_from_ticks(process->alarm_interval);
	timer_drop(&process->alarm);
	process->alarm_interval = ticks_from_ns(m->word[2]);
	if (m->word[1])
		timer_arm(&process->alarm, m->word[1]);
	(void)server_reply_error(m, FL_OK);
	m->word[1] = left;
	m->word[2] = interval;
	return SERVER_REPLY;
}

enum server_answer uptime_call(struct process *process, struct fl_message *m)
{
	(void)process;
	(void)server_reply_error(m, FL_OK);
	m->word[1] = ns_from_ticks(fl_time());
	return SERVER_REPLY;
}

static void thread_time_is_up(struct thread *thread)
{
	struct fl_message m = {.word = {FL_OK}};
	if (thread->state == THREAD_EVENT)
		m.word[1] = 1;
	else if (thread->state == THREAD_SIGNAL)
		m.word[0] = FL_AGAIN;
	thread_answer(thread, &m);
}

static void alarm_ring(struct process *process)
{
	if (process->alarm_interval)
		timer_arm(&process->alarm, ns_from_ticks(process->alarm_interval));
	signal_send(process, SIGNAL_ALARM, 0);
}

void timers_fire(void)
{
	while (timers && timers->deadline <= fl_time()) {
		struct timer *timer = timers;
		timer_drop(timer);
		if (timer->thread)
			thread_time_is_up(timer->thread);
		else
			alarm_ring(timer->process);
	}
	timer_set();
}
