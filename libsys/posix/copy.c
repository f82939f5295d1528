// Tells the pager about the copies of copy.S, and what happens when one of them fails.
#include <stdint.h>

#include "copy.h"
#include "proto/pager.h"
#include "service.h"

_Static_assert(FL_TOO_BIG == 25, "copy.S has another number");

extern const char copy_start[], copy_end[];
fl_error_t copy_failed(uint64_t address, uint64_t reason);

// The pager keeps the range over fork, as this is kept; exec loses both.
bool copy_prepared;

// Where a copy goes on after a fault; returns to the caller of the copy.
fl_error_t copy_failed(uint64_t address, uint64_t reason)
{
	(void)address;
	return reason == REASON_NO_MEMORY ? FL_NO_MEMORY : FL_FAULT;
}

// With a pager that does not know the message a bad address ends the process: there is no other way
// to find out.
void copy_prepare(void)
{
	struct fl_message m = {
		.word = {PAGER_RESCUE, (uintptr_t)copy_start, (uintptr_t)copy_end, (uintptr_t)copy_failed}};
	fl_error_t error = service_call(SLOT_PAGER, &m);
	copy_prepared = error != FL_CANCELLED && error != FL_AGAIN;
}
