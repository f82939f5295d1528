// What the servers share: their loop, their log lines, their last words.
//
// Not for programs, and not for root, which finds other handles at other slots.
#ifndef FL_SERVER_H
#define FL_SERVER_H

#include "abi/bootinfo.h"
#include "abi/error.h"
#include "fl/kernel.h"

// The server's entry, called by crt0. It does not return.
void server_main(const struct fl_bootinfo *boot);

// What a handler of calls decided.
enum server_answer {
	SERVER_REPLY,  // the answer is in the message: send it
	SERVER_PARKED, // the token was kept for later, or is answered already, or its caller is gone
};

struct server_handlers {
	// *m: the call on entry, the answer on return; m->token must not change. The handler of an
	// unknown label answers with server_reply_error(m, FL_BAD_CALL).
	enum server_answer (*call)(struct fl_message *m);
	// bits: of notifications. NULL in a server that is sent none.
	void (*bits)(uint64_t bits);
};

// Receives and dispatches for ever, one kernel entry for answer and next message.
_Noreturn void server_loop(const struct server_handlers *handlers);

// Word 0 = the error, the other words 0.
enum server_answer server_reply_error(struct fl_message *m, fl_error_t error);

// Sends m as the answer to m->token now. FL_STALE: the caller is gone.
fl_error_t server_reply_now(struct fl_message *m) FL_CHECKED;

// The first boot item of that kind, or NULL.
const struct fl_boot_item *server_boot_item(const struct fl_bootinfo *boot, enum fl_boot_kind kind);

// One log line by way of the console server. For those that have a handle at SLOT_CONSOLE.
void server_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

// A bug in this very server: says so on the firmware's console and faults, so that root stops the
// machine. Never for what a client can cause.
_Noreturn void server_fatal(const char *text);

#endif
