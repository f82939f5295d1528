// How libsys calls a server: a message of words, an error in word 0 of the reply. Private to
// libsys.
#ifndef SERVICE_H
#define SERVICE_H

#include <string.h>
#include <time.h>

#include "abi/error.h"
#include "fl/kernel.h"
#include "proto/process.h"
#include "proto/slots.h"

// Of the calling thread: which it is, so where its own handle to procd is; handlers that ran, and
// those of them that let a call fail with EINTR (no SA_RESTART).
extern _Thread_local unsigned service_thread; // its index
extern _Thread_local unsigned service_handlers_run;
extern _Thread_local unsigned service_interruptions;

static inline fl_slot_t service_process_slot(void)
{
	return service_thread == 0 ? SLOT_PROCESS : SLOT_THREAD(service_thread);
}

// Sends m->word[], no handle; waits; m->word[] is then the reply's. Returns the kernel's error, or
// the server's (bits 0-15 of word 0 in all protocols; a count may stand above). FL_CANCELLED: the
// call was cut short, for a handler or a stop, and the server did nothing.
static inline FL_CHECKED fl_error_t service_call_once(fl_slot_t slot, struct fl_message *m)
{
	m->handle = 0;
	m->receive = 0;
	m->token = 0;
	fl_error_t error = fl_call(slot == SLOT_PROCESS ? service_process_slot() : slot, m);
	return error != FL_OK ? error : (fl_error_t)(m->word[0] & 0xffff);
}

// As service_call_once, but a call that was cut short starts again, unless a handler without
// SA_RESTART ran (then FL_CANCELLED, which is EINTR).
static inline FL_CHECKED fl_error_t service_call(fl_slot_t slot, struct fl_message *m)
{
	struct fl_message again = *m;
	for (;;) {
		unsigned before = service_interruptions;
		fl_error_t error = service_call_once(slot, m);
		if (error != FL_CANCELLED || service_interruptions != before)
			return error;
		*m = again;
	}
}

// As service_call_once, for what nothing may interrupt.
static inline FL_CHECKED fl_error_t service_call_persist(fl_slot_t slot, struct fl_message *m)
{
	struct fl_message again = *m;
	fl_error_t error;
	while ((error = service_call_once(slot, m)) == FL_CANCELLED)
		*m = again;
	return error;
}

// Sets errno for `error`, returns -1: the usual end of a POSIX function.
int error_return(fl_error_t error);

// The errno value of an error; 0 for FL_OK.
int error_errno(fl_error_t error);

// FL_BAD_ARGUMENT: negative, or not below a second's nanoseconds. Too long a time is for ever.
FL_CHECKED fl_error_t time_to_ns(const struct timespec *time, uint64_t *ns);

#endif
