// Calls to the minimal pager: who may ask what, and those that only pass things on. The sender is
// checked before anything else is looked at.
#include "minimal.h"

// A copy of our handle goes out with the reply: it may control the object, and not map in it.
static fl_error_t handle_offer(struct fl_message *m, fl_slot_t slot)
{
	(void)fl_handle_close(0, SLOT_OFFER); // the one before
	m->handle = SLOT_OFFER;
	return fl_handle_copy(0, SLOT_OFFER, slot, FL_RIGHT_CONTROL, 0, 0);
}

static fl_error_t space_offer(struct space *space, struct fl_message *m)
{
	m->word[1] = space->number;
	fl_error_t error = handle_offer(m, space->slot);
	if (error)
		space_destroy(space);
	return error;
}

static fl_error_t call_create(struct space *none, struct fl_message *m)
{
	(void)none;
	struct space *space;
	fl_error_t error = space_create(&space);
	return error ? error : space_offer(space, m);
}

// Every page is copied now, so nothing need be taken from the parent's page table.
static fl_error_t call_fork(struct space *parent, struct fl_message *m)
{
	struct space *child;
	fl_error_t error = space_create(&child);
	if (error)
		return error;
	error = pages_copy(child->pages, parent->pages);
	if (error) {
		space_destroy(child);
		return error;
	}
	child->layout = parent->layout;
	return space_offer(child, m);
}

static fl_error_t call_destroy(struct space *space, struct fl_message *m)
{
	(void)m;
	space_destroy(space);
	return FL_OK;
}

static fl_error_t call_thread_destroy(struct space *space, struct fl_message *m)
{
	return thread_destroy(space, m->word[2]);
}

// If the offer fails the thread stays with its space, stopped, and goes with it.
static fl_error_t call_thread(struct space *space, struct fl_message *m)
{
	fl_error_t error = thread_create(space, m->word[2]);
	m->word[1] = 1;
	return error ? error : handle_offer(m, space->thread_slot);
}

static fl_error_t call_death(struct space *none, struct fl_message *m)
{
	(void)none;
	for (unsigned i = 0; i < SPACES_MAX; i++) {
		struct space *space = spaces[i];
		if (!space || !space->reason)
			continue;
		m->word[1] = space->number;
		m->word[2] = space->reason;
		m->word[3] = space->death.cause;
		m->word[4] = space->death.stval;
		m->word[5] = space->death.pc;
		space->reason = 0;
		return FL_OK;
	}
	return FL_EMPTY;
}

// A handler gets the space that calls or, for those calls that name one, the space of word 1. It
// takes its arguments from m->word, and leaves results in word[1] and up and a slot in m->handle.
static const struct call {
	call_handler_t *handler;
	uint64_t badge; // who may: BADGE_CONTROL, BADGE_FILES, or 0 = programs
	bool names_space;
} calls[] = {
	[PAGER_SBRK] = {heap_sbrk, 0, false},
	[PAGER_SPACE_CREATE] = {call_create, BADGE_CONTROL, false},
	[PAGER_SPACE_FORK] = {call_fork, BADGE_CONTROL, true},
	[PAGER_SPACE_DESTROY] = {call_destroy, BADGE_CONTROL, true},
	[PAGER_THREAD_CREATE] = {call_thread, BADGE_CONTROL, true},
	[PAGER_THREAD_DESTROY] = {call_thread_destroy, BADGE_CONTROL, true},
	[PAGER_EXEC_REGION] = {exec_region, BADGE_CONTROL, true},
	[PAGER_EXEC_COMMIT] = {exec_commit, BADGE_CONTROL, true},
	[PAGER_EXEC_ABORT] = {exec_abort, BADGE_CONTROL, true},
	[PAGER_DEATH_NEXT] = {call_death, BADGE_CONTROL, false},
	[PAGER_REGION_NEXT] = {query_region, BADGE_CONTROL, true},
	[PAGER_PTE_READ] = {query_pte, BADGE_CONTROL, true},
	[PAGER_STAT] = {query_stat, BADGE_CONTROL, false},
	[PAGER_SPACE_STAT] = {query_space, BADGE_CONTROL, true},
	[PAGER_AUDIT] = {query_audit, BADGE_CONTROL, false},
	[PAGER_WINDOW] = {window_grow, BADGE_FILES, true},
	[PAGER_POOL_TAKE] = {pool_take, BADGE_FILES, false},
	[PAGER_POOL_GIVE] = {pool_give, BADGE_FILES, false},
};
#define CALLS (sizeof(calls) / sizeof(calls[0]))

static fl_error_t call_dispatch(struct fl_message *m)
{
	bool server = m->badge == BADGE_CONTROL || m->badge == BADGE_FILES;
	struct space *space = server ? NULL : space_find(m->badge);
	if (!server && !space)
		return FL_NO_RIGHT;
	uint64_t label = m->word[0];
	if (label >= CALLS || !calls[label].handler)
		return FL_BAD_CALL;
	if (calls[label].badge != (server ? m->badge : 0))
		return FL_NO_RIGHT;
	if (calls[label].names_space) {
		space = space_find(m->word[1]);
		if (!space)
			return FL_BAD_ARGUMENT;
	}
	return calls[label].handler(space, m);
}

void call_answer(struct fl_message *m)
{
	stat[STAT_MESSAGES]++;
	m->handle = 0;
	m->word[0] = call_dispatch(m);
	if (!m->word[0])
		return;
	m->handle = 0;
	for (unsigned i = 1; i < FL_MESSAGE_WORDS; i++)
		m->word[i] = 0;
}
