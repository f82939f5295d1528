// What threads sleep on: events, named by a key (an address of the process) and counted by a
// generation that the process keeps in its own memory.
//
// A waker first changes the memory that the waiter looks at, then adds one to the generation, then
// wakes. A waiter first reads the generation, then looks, then waits with what it read. So a wake
// that comes between look and wait has a greater generation than the waiter's, which is answered at
// once; procd reads no memory of the process.
#include "fl/server.h"
#include "procd.h"

static uint64_t serial_last;

enum server_answer event_wait_call(struct process *process, struct fl_message *m)
{
	struct thread *thread = process->caller;
	if (process->generation > m->word[2] || !m->word[3]) {
		uint64_t is_over = !m->word[3];
		(void)server_reply_error(m, FL_OK);
		m->word[1] = is_over;
		return SERVER_REPLY;
	}
	thread->key = m->word[1];
	thread->serial = ++serial_last;
	thread_park(thread, THREAD_EVENT, m->token);
	timer_arm(&thread->timer, m->word[3]);
	return SERVER_PARKED;
}

static struct thread *waiter_first(const struct process *process, uint64_t key)
{
	struct thread *first = NULL;
	for (struct thread *thread = process->threads; thread; thread = thread->next) {
		if (thread->state == THREAD_EVENT && thread->key == key &&
		    (!first || thread->serial < first->serial))
			first = thread;
	}
	return first;
}

unsigned event_wake(struct process *process, uint64_t key, uint64_t count, uint64_t generation)
{
	unsigned woken = 0;
	struct thread *thread;
	if (process->generation < generation)
		process->generation = generation;
	while (woken < count && (thread = waiter_first(process, key))) {
		struct fl_message m = {.word = {FL_OK}};
		thread_answer(thread, &m);
		woken++;
	}
	return woken;
}

enum server_answer event_wake_call(struct process *process, struct fl_message *m)
{
	unsigned woken = event_wake(process, m->word[1], m->word[2], m->word[3]);
	(void)server_reply_error(m, FL_OK);
	m->word[1] = woken;
	return SERVER_REPLY;
}
