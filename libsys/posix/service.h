// How libsys calls a server: a message of words, an error in word 0 of the reply. Private to
// libsys.
#ifndef SERVICE_H
#define SERVICE_H

#include "abi/error.h"
#include "fl/kernel.h"
#include "proto/slots.h"

// Sends m->word[], no handle; waits; m->word[] is then the reply's. Returns the kernel's error, or
// the server's (bits 0-15 of word 0 in all protocols; a count may stand above).
static inline FL_CHECKED fl_error_t service_call(fl_slot_t slot, struct fl_message *m)
{
	m->handle = 0;
	m->receive = 0;
	m->token = 0;
	fl_error_t error = fl_call(slot, m);
	return error != FL_OK ? error : (fl_error_t)(m->word[0] & 0xffff);
}

// Sets errno for `error`, returns -1: the usual end of a POSIX function.
int error_return(fl_error_t error);

// The errno value of an error; 0 for FL_OK.
int error_errno(fl_error_t error);

#endif
