// The receive loop of the servers. What a message means is the business of the handlers.
#include "fl/server.h"
#include "fl/string.h"
#include "proto/slots.h"

enum server_answer server_reply_error(struct fl_message *m, fl_error_t error)
{
	memset(m->word, 0, sizeof m->word);
	m->word[0] = error;
	return SERVER_REPLY;
}

fl_error_t server_reply_now(struct fl_message *m)
{
	m->handle = 0;
	m->receive = 0;
	return fl_reply(SLOT_OWN, m);
}

const struct fl_boot_item *server_boot_item(const struct fl_bootinfo *boot, enum fl_boot_kind kind)
{
	for (uint32_t i = 0; i < boot->item_count; i++) {
		if (boot->item[i].kind == kind)
			return &boot->item[i];
	}
	return NULL;
}

static enum server_answer dispatch(const struct server_handlers *handlers, struct fl_message *m)
{
	if (m->received == FL_RECEIVED_CALL)
		return handlers->call(m);
	if (m->received == FL_RECEIVED_BITS && handlers->bits)
		handlers->bits(m->word[0]);
	// A fault cannot come here: no space names a server's endpoint for its faults.
	return SERVER_PARKED;
}

_Noreturn void server_loop(const struct server_handlers *handlers)
{
	struct fl_message m = {0};
	enum server_answer answer = SERVER_PARKED;
	for (;;) {
		// Handles of clients are never taken (receive = 0) and never sent.
		m.handle = 0;
		m.receive = 0;
		fl_error_t error = FL_OK;
		if (answer == SERVER_REPLY)
			error = fl_reply_receive(SLOT_OWN, &m);
		// A caller that was cancelled meanwhile is no reason to stop; receive on its own then.
		if (answer == SERVER_PARKED || error)
			error = fl_receive(SLOT_OWN, &m);
		if (error)
			server_fatal("receive failed");
		answer = dispatch(handlers, &m);
	}
}
