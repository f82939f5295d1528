// sbrk and its eager variant: one call to the pager. The pager keeps the break and checks
// everything.
#include <stdint.h>
#include <unistd.h>

#include "fl/process.h"
#include "service.h"

static void *break_move(ptrdiff_t increment, uint64_t flags)
{
	struct fl_message m = {.word = {PAGER_SBRK, (uint64_t)increment, flags}};
	fl_error_t error = service_call(SLOT_PAGER, &m);
	if (error == FL_OK)
		return (void *)m.word[1];
	// POSIX knows one reason for a break that cannot be moved, whatever stood in the way.
	(void)error_return(FL_NO_MEMORY);
	return (void *)-1;
}

void *sbrk(ptrdiff_t increment)
{
	return break_move(increment, 0);
}

void *sbrk_eager(ptrdiff_t increment)
{
	return break_move(increment, PAGER_SBRK_EAGER);
}
