// Calls; calls.h has the contract. The sender is checked before anything else is looked at.
#include "calls.h"

#include "client.h"
#include "deaths.h"
#include "exec.h"
#include "heap.h"
#include "mapping.h"

static fl_error_t call_sbrk(struct service *service, struct space *space, struct fl_message *m)
{
	return heap_sbrk(&service->core, space, (int64_t)m->word[1], m->word[2], &m->word[1]);
}

static fl_error_t call_mmap(struct service *service, struct space *space, struct fl_message *m)
{
	return mapping_create(&service->core, space, m->word[1], m->word[2], m->word[3], &m->word[1]);
}

static fl_error_t call_munmap(struct service *service, struct space *space, struct fl_message *m)
{
	return mapping_remove(&service->core, space, m->word[1], m->word[2]);
}

static fl_error_t call_mprotect(struct service *service, struct space *space, struct fl_message *m)
{
	return mapping_protect(&service->core, space, m->word[1], m->word[2], m->word[3]);
}

static fl_error_t call_madvise(struct service *service, struct space *space, struct fl_message *m)
{
	return mapping_advise(&service->core, space, m->word[1], m->word[2], m->word[3]);
}

static fl_error_t call_mincore(struct service *service, struct space *space, struct fl_message *m)
{
	(void)service;
	return mapping_resident(space, m->word[1], m->word[2], &m->word[1]);
}
_Static_assert(MAPPING_RESIDENT_WORDS <= FL_MESSAGE_WORDS - 1, "the bits fit into the reply");

static fl_error_t call_rescue(struct service *service, struct space *space, struct fl_message *m)
{
	(void)service;
	return space_rescue_set(space, m->word[1], m->word[2], m->word[3]);
}

// A copy of one of our handles goes out with the reply; it may control the object, no more.
static fl_error_t handle_offer(struct fl_message *m, fl_slot_t slot)
{
	(void)fl_handle_close(0, SLOT_OFFER); // the one before
	m->handle = SLOT_OFFER;
	return fl_handle_copy(0, SLOT_OFFER, slot, FL_RIGHT_CONTROL, 0, 0);
}

static fl_error_t client_offer(struct service *service, struct client *client, struct fl_message *m)
{
	fl_error_t error = handle_offer(m, client->slot);
	if (error)
		client_destroy(service, client);
	else
		m->word[1] = client->space->number;
	return error;
}

static fl_error_t call_space_create(struct service *service, struct space *space,
                                    struct fl_message *m)
{
	(void)space;
	struct client *client;
	fl_error_t error = client_create(service, &client);
	return error ? error : client_offer(service, client, m);
}

static fl_error_t call_space_fork(struct service *service, struct space *parent,
                                  struct fl_message *m)
{
	struct client *child;
	fl_error_t error = client_create(service, &child);
	if (error)
		return error;
	error = space_fork(&service->core, parent, child->space);
	if (error) {
		client_destroy(service, child);
		return error;
	}
	return client_offer(service, child, m);
}

static fl_error_t call_space_destroy(struct service *service, struct space *space,
                                     struct fl_message *m)
{
	(void)m;
	client_destroy(service, client_of(space));
	return FL_OK;
}

static fl_error_t call_thread_create(struct service *service, struct space *space,
                                     struct fl_message *m)
{
	fl_slot_t slot;
	fl_error_t error =
		client_thread_create(service, client_of(space), m->word[2], &m->word[1], &slot);
	// If the offer fails, the thread stays with its space, stopped, and goes with it.
	return error ? error : handle_offer(m, slot);
}

static fl_error_t call_thread_destroy(struct service *service, struct space *space,
                                      struct fl_message *m)
{
	return client_thread_destroy(service, client_of(space), m->word[2]);
}

static fl_error_t call_exec_region(struct service *service, struct space *space,
                                   struct fl_message *m)
{
	return exec_region_add(&service->core, space, m->word[2], m->word[3], m->word[4], m->word[5]);
}

static fl_error_t call_exec_commit(struct service *service, struct space *space,
                                   struct fl_message *m)
{
	return exec_commit(&service->core, space, m->word[2], m->word[3]);
}

static fl_error_t call_exec_abort(struct service *service, struct space *space,
                                  struct fl_message *m)
{
	(void)m;
	exec_abort(&service->core, space);
	return FL_OK;
}

static fl_error_t call_death_next(struct service *service, struct space *space,
                                  struct fl_message *m)
{
	(void)space;
	const struct client_thread *thread = death_next(service);
	if (!thread)
		return FL_EMPTY;
	m->word[1] = thread->client->space->number;
	m->word[2] = thread->death.reason | thread->number << 32;
	m->word[3] = thread->death.cause;
	m->word[4] = thread->death.stval;
	m->word[5] = thread->death.pc;
	return FL_OK;
}

struct call {
	call_handler_t *handler;
	bool names_space; // word 1 is a space that must exist
};

static const struct call program_calls[] = {
	[PAGER_SBRK] = {call_sbrk, false},       [PAGER_MMAP] = {call_mmap, false},
	[PAGER_MUNMAP] = {call_munmap, false},   [PAGER_MPROTECT] = {call_mprotect, false},
	[PAGER_MADVISE] = {call_madvise, false}, [PAGER_MINCORE] = {call_mincore, false},
	[PAGER_RESCUE] = {call_rescue, false},
};

static const struct call control_calls[] = {
	[PAGER_SPACE_CREATE] = {call_space_create, false},
	[PAGER_SPACE_FORK] = {call_space_fork, true},
	[PAGER_SPACE_DESTROY] = {call_space_destroy, true},
	[PAGER_THREAD_CREATE] = {call_thread_create, true},
	[PAGER_THREAD_DESTROY] = {call_thread_destroy, true},
	[PAGER_EXEC_REGION] = {call_exec_region, true},
	[PAGER_EXEC_COMMIT] = {call_exec_commit, true},
	[PAGER_EXEC_ABORT] = {call_exec_abort, true},
	[PAGER_DEATH_NEXT] = {call_death_next, false},
	[PAGER_REGION_NEXT] = {query_region, true},
	[PAGER_PTE_READ] = {query_pte, true},
	[PAGER_STAT] = {query_stat, false},
	[PAGER_SPACE_STAT] = {query_space, true},
	[PAGER_AUDIT] = {query_audit, false},
};

#define CALL_FIND(table, label)                                                                    \
	((label) < sizeof(table) / sizeof((table)[0]) && (table)[label].handler ? &(table)[label]      \
	                                                                        : NULL)

static fl_error_t call_dispatch(struct service *service, struct fl_message *m)
{
	bool control = m->badge == BADGE_CONTROL;
	struct space *space = space_find(&service->core, m->badge);
	if (!control && !space)
		return FL_NO_RIGHT;
	uint64_t label = m->word[0];
	const struct call *of_program = CALL_FIND(program_calls, label);
	const struct call *of_control = CALL_FIND(control_calls, label);
	const struct call *call = control ? of_control : of_program;
	if (!call)
		return of_program || of_control ? FL_NO_RIGHT : FL_BAD_CALL;
	if (call->names_space) {
		space = space_find(&service->core, m->word[1]);
		if (!space)
			return FL_BAD_ARGUMENT;
	}
	return call->handler(service, space, m);
}

void call_answer(struct service *service, struct fl_message *m)
{
	service->core.stat[STAT_MESSAGES]++;
	m->handle = 0;
	fl_error_t error = call_dispatch(service, m);
	m->word[0] = error;
	if (error) {
		m->handle = 0;
		for (unsigned i = 1; i < FL_MESSAGE_WORDS; i++)
			m->word[i] = 0;
	}
}
