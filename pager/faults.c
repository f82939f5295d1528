// Fault messages; faults.h has the contracts. The decision is the core's (fault.h).
#include "faults.h"

#include "client.h"
#include "deaths.h"

static void answer_make(struct service *service, struct fl_message *m)
{
	const struct plan *plan = &service->plan;
	m->token = service->token;
	m->word[0] = FL_RESOLVE_ACTION(FL_RESOLVE_RESUME, plan->count);
	if (plan->count > FL_MAP_ENTRIES_INLINE) {
		m->word[1] = (uintptr_t)plan->entry;
		return;
	}
	m->word[1] = plan->entry[0].va;
	m->word[2] = plan->entry[0].frame;
	if (plan->count == 1)
		return;
	m->word[3] = plan->entry[1].va;
	m->word[4] = plan->entry[1].frame;
}

bool fault_receive(struct service *service, struct fl_message *m)
{
	struct space *space = space_find(&service->core, m->badge);
	CORE_ASSERT(space); // a space's threads end before it does, and their faults with them
	service->faulted = client_of(space);
	service->token = m->token;
	service->fault.cause = m->word[0];
	service->fault.stval = m->word[1];
	service->fault.pc = m->word[2];
	fault_plan(&service->core, space, m->word[0], m->word[1], &service->plan);
	if (service->plan.reason) {
		death_record(service, service->faulted, service->plan.reason, &service->fault);
		return false;
	}
	answer_make(service, m);
	return true;
}

// The plan will not be carried out. What was mapped at its pages before may be a frame that the
// page has no claim on any more.
static void plan_drop(struct service *service)
{
	const struct pager_effects *effects = &service->effects;
	const struct plan *plan = &service->plan;
	for (unsigned i = 0; i < plan->count; i++)
		effects->unmap(effects->context, service->faulted->space, plan->entry[i].va, 1);
}

CORE_COLD bool fault_retry(struct service *service, struct fl_message *m, fl_error_t error)
{
	if (error == FL_NO_TABLE) {
		error = client_table_feed(service, service->faulted);
		if (!error) {
			// One more, ahead of the next fault that would lack it.
			error = client_table_feed(service, service->faulted);
			(void)error; // short of frames, that can wait
			answer_make(service, m);
			return true;
		}
	}
	plan_drop(service);
	// FL_STALE: the thread was stopped meanwhile, so nobody waits for the answer.
	if (error != FL_STALE) {
		service->core.stat[STAT_FAULTS_FATAL]++;
		death_record(service, service->faulted, REASON_NO_MEMORY, &service->fault);
	}
	return false;
}
