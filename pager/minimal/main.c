// The minimal pager's start and loop. One kernel entry answers a message and receives the next.
#include "minimal.h"

uint64_t stat[STAT_COUNT];

enum answer { ANSWER_NONE, ANSWER_REPLY, ANSWER_RESOLVE };

// The kernel says what it is, and the badge who sends: neither can be forged.
static enum answer message_handle(struct fl_message *m)
{
	if (m->received == FL_RECEIVED_FAULT)
		return fault_receive(m) ? ANSWER_RESOLVE : ANSWER_NONE;
	if (m->received != FL_RECEIVED_CALL)
		return ANSWER_NONE; // nobody has a handle to notify us with
	call_answer(m);
	return ANSWER_REPLY;
}

static void message_exchange(struct fl_message *m, enum answer answer)
{
	fl_error_t error = FL_OK;
	m->receive = 0; // handles that come with a call are not taken
	if (answer == ANSWER_RESOLVE) {
		do {
			m->handle = 0;
			error = fl_resolve_receive(SLOT_OWN, m);
		} while (error && fault_retry(m, error));
	} else if (answer == ANSWER_REPLY) {
		error = fl_reply_receive(SLOT_OWN, m);
	}
	// After an error nothing was received: the fault is parked, or the caller is gone.
	if (answer == ANSWER_NONE || error) {
		m->handle = 0;
		error = fl_receive(SLOT_OWN, m);
	}
	if (error)
		server_fatal("minimal: receive failed");
}

void server_main(const struct fl_bootinfo *boot)
{
	memory_start(boot);
	image_start(boot);
	struct fl_message m = {0};
	enum answer answer = ANSWER_NONE;
	for (;;) {
		message_exchange(&m, answer);
		answer = message_handle(&m);
	}
}
