// The scheduler; see sched.h.
#include "sched.h"

void sched_ready(struct thread *thread)
{
	struct hart *hart = this_hart();
	thread->state = THREAD_READY;
	list_append(&hart->ready[thread->priority], &thread->link);
	hart->ready_mask |= 1u << thread->priority;
}

void sched_remove(struct thread *thread)
{
	struct hart *hart = this_hart();
	list_remove(&thread->link);
	if (list_is_empty(&hart->ready[thread->priority]))
		hart->ready_mask &= ~(1u << thread->priority);
}

void sched_clear(void)
{
	this_hart()->current = NULL;
}

// Is something more urgent than this priority ready?
static bool is_outranked(const struct hart *hart, unsigned priority)
{
	return hart->ready_mask >> priority > 1;
}

void sched_switch(struct thread *thread)
{
	struct hart *hart = this_hart();
	if (hart->current || is_outranked(hart, thread->priority)) {
		sched_ready(thread);
		return;
	}
	thread->state = THREAD_READY;
	hart->current = thread;
}

void sched_yield(void)
{
	struct hart *hart = this_hart();
	struct thread *thread = hart->current;
	if (thread && hart->ready_mask & 1u << thread->priority) {
		hart->current = NULL;
		sched_ready(thread);
	}
}

static struct thread *sched_pick(struct hart *hart)
{
	if (!hart->ready_mask)
		return NULL;
	unsigned priority = FL_PRIORITY_COUNT - 1;
	while (!(hart->ready_mask >> priority & 1))
		priority--;
	struct thread *thread = list_first(&hart->ready[priority], struct thread, link);
	sched_remove(thread);
	return thread;
}

struct thread *sched_next(void)
{
	struct hart *hart = this_hart();
	struct thread *thread = hart->current;
	if (thread && is_outranked(hart, thread->priority)) {
		// It was interrupted, it did not wait: it stays the first of its priority.
		sched_ready(thread);
		list_remove(&thread->link);
		list_append(hart->ready[thread->priority].next, &thread->link);
		thread = NULL;
	}
	if (!thread)
		thread = sched_pick(hart);
	hart->current = thread;
	return thread;
}
