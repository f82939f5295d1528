// Deaths; deaths.h has the rules.
#include "deaths.h"

#include "client.h"

static void queue(struct service *service, struct client_thread *thread)
{
	thread->is_dying = true;
	thread->next_death = NULL;
	if (service->first_death)
		service->last_death->next_death = thread;
	else
		service->first_death = thread;
	service->last_death = thread;
}

void death_record(struct service *service, uint64_t reason)
{
	const struct fl_fault *fault = &service->fault;
	struct client_thread *thread = client_thread_find(service->faulted, fault->thread);
	CORE_ASSERT(thread); // faults of a thread end with it
	thread->death = (struct death){.reason = reason,
	                               .token = service->token,
	                               .cause = fault->cause,
	                               .stval = fault->stval,
	                               .pc = fault->pc};
	if (!thread->is_dying)
		queue(service, thread);
	fl_error_t error = fl_notify(SLOT_NOTIFY);
	(void)error; // without procd root has stopped the machine
}

// An answer that the kernel refuses for what it says reaches no thread, but tells whether one
// waits.
static bool fault_is_open(uint64_t token)
{
	struct fl_message m = {.word = {FL_RESOLVE_ACTION(FL_RESOLVE_REDIRECT, 1)}, .token = token};
	return fl_resolve(SLOT_OWN, &m) != FL_STALE;
}

const struct client_thread *death_next(struct service *service)
{
	struct client_thread *thread;
	while ((thread = service->first_death)) {
		service->first_death = thread->next_death;
		thread->is_dying = false;
		if (fault_is_open(thread->death.token))
			return thread;
	}
	return NULL;
}

void death_forget(struct service *service, struct client_thread *thread)
{
	struct client_thread *previous = NULL;
	struct client_thread *at = service->first_death;
	while (at && at != thread) {
		previous = at;
		at = at->next_death;
	}
	if (!at)
		return;
	if (previous)
		previous->next_death = thread->next_death;
	else
		service->first_death = thread->next_death;
	if (service->last_death == thread)
		service->last_death = previous;
}
