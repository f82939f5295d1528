// The pager server: start and loop. It never calls anybody, never waits for one client, and never
// faults: root has mapped its image and stack, and its frames are mapped by the windows.
//
// One kernel entry answers and receives. What a message means is not decided here: faults.c for
// faults, calls.c for calls.
#include "calls.h"
#include "effects.h"
#include "faults.h"
#include "fl/print.h"
#include "fl/string.h"
#include "runs.h"
#include "slots.h"

static struct service service;

_Noreturn void core_bug(const char *file, int line)
{
	char text[128];
	fl_print(text, sizeof(text), "pager: %s:%d: an assertion failed", file, line);
	server_fatal(text);
}

// The boot argument faultaround=N: how many pages one answer installs at most.
static unsigned around_read(const char *args)
{
	static const char key[] = "faultaround=";
	unsigned around = PAGER_AROUND_DEFAULT;
	for (const char *at = args; *at; at++) {
		if ((at != args && at[-1] != ' ') || strncmp(at, key, sizeof(key) - 1) != 0)
			continue;
		around = 0;
		for (at += sizeof(key) - 1; *at >= '0' && *at <= '9' && around <= PAGER_AROUND_MAX; at++)
			around = 10 * around + (unsigned)(*at - '0');
		if (around < 1 || around > PAGER_AROUND_MAX || (*at && *at != ' '))
			server_fatal("pager: the boot argument faultaround= needs a number from 1 to 64");
		break;
	}
	return around;
}

static void service_start(const struct fl_bootinfo *boot)
{
	struct pager *core = &service.core;
	slots_start(&service);
	runs_start(&service, boot);
	effects_start(&service);
	slab_cache_init(&service.clients, &core->frames, sizeof(struct client));
	slab_cache_init(&service.threads, &core->frames, sizeof(struct client_thread));
	const uint8_t *archive = (const uint8_t *)SERVER_INITRD_VA + boot->initrd_offset;
	if (pager_init(core, &service.effects, archive, boot->initrd_bytes, around_read(boot->args)))
		server_fatal("pager: there is no memory to start with");
}

// How the loop answers the message that it holds.
enum answer { ANSWER_NONE, ANSWER_REPLY, ANSWER_RESOLVE };

static enum answer message_handle(struct fl_message *m)
{
	if (m->received == FL_RECEIVED_FAULT)
		return fault_receive(&service, m) ? ANSWER_RESOLVE : ANSWER_NONE;
	if (m->received != FL_RECEIVED_CALL)
		return ANSWER_NONE; // nobody has a handle to notify us with
	call_answer(&service, m);
	return ANSWER_REPLY;
}

// Answers and receives the next message.
static void message_exchange(struct fl_message *m, enum answer answer)
{
	m->receive = 0; // handles that come with a call are not taken
	fl_error_t error = FL_OK;
	if (answer == ANSWER_RESOLVE) {
		m->handle = 0;
		do {
			error = fl_resolve_receive(SLOT_OWN, m);
		} while (error && fault_retry(&service, m, error));
	} else if (answer == ANSWER_REPLY) {
		error = fl_reply_receive(SLOT_OWN, m);
	}
	if (answer == ANSWER_NONE || error) {
		// The caller was cancelled, or the fault is parked: there is nobody to answer.
		m->handle = 0;
		m->receive = 0;
		error = fl_receive(SLOT_OWN, m);
	}
	if (error)
		server_fatal("pager: receive failed");
}

void server_main(const struct fl_bootinfo *boot)
{
	service_start(boot);
	struct fl_message m = {0};
	enum answer answer = ANSWER_NONE;
	for (;;) {
		message_exchange(&m, answer);
		answer = message_handle(&m);
	}
}
