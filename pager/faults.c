// Fault messages; faults.h has the contracts. The decision is the core's (fault.h).
//
// Of the fault, sp and thread are asked for only if it cannot be met. Nothing copies them before:
// an answer with one entry, or with a vector, leaves the words 3 and 4 of the message alone, and
// the kernel gives them back as they were if it refuses the answer.
#include "faults.h"

#include "client.h"
#include "deaths.h"

#define WORD_SP 3
#define WORD_THREAD 4

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
	service->fault.sp = m->word[WORD_SP];
	service->fault.thread = m->word[WORD_THREAD];
	m->word[3] = plan->entry[1].va;
	m->word[4] = plan->entry[1].frame;
}

// The words as they were before answer_make.
static void answer_undo(struct service *service, struct fl_message *m)
{
	if (service->plan.count != FL_MAP_ENTRIES_INLINE)
		return;
	m->word[WORD_SP] = service->fault.sp;
	m->word[WORD_THREAD] = service->fault.thread;
}

// The fault cannot be met. A load or store in the rescue range goes on at its exit: true, *m is the
// answer. Else it is a death.
CORE_COLD static bool fault_refuse(struct service *service, struct fl_message *m, uint64_t reason)
{
	const struct space *space = service->faulted->space;
	struct fl_fault *fault = &service->fault;
	fault->sp = m->word[WORD_SP];
	fault->thread = m->word[WORD_THREAD];
	bool access = fault->cause == FL_CAUSE_LOAD_PAGE || fault->cause == FL_CAUSE_STORE_PAGE;
	if (!access || !space_rescues(space, fault->pc)) {
		death_record(service, reason);
		return false;
	}
	service->plan.count = 0;
	m->token = service->token;
	m->word[0] = FL_RESOLVE_ACTION(FL_RESOLVE_REDIRECT, 0);
	m->word[1] = space->rescue.exit;
	m->word[2] = fault->sp;
	m->word[3] = fault->stval;
	m->word[4] = reason;
	m->word[5] = 0;
	return true;
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
	if (service->plan.reason)
		return fault_refuse(service, m, service->plan.reason);
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
	answer_undo(service, m);
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
	if (error == FL_STALE)
		return false;
	service->core.stat[STAT_FAULTS_FATAL]++;
	return fault_refuse(service, m, REASON_NO_MEMORY);
}
