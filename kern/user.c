// Reading and writing user memory; see user.h.
#include "user.h"

#include "object.h"

uint64_t user_copy(uint64_t *to, const uint64_t *from, uint64_t words); // entry.S

// One side is user memory at va. Where hardware does not set A and D, a present page may fault for
// want of them: then they are set, and the copy is tried once more.
static CHECKED fl_error_t copy(void *to, const void *from, uint64_t va, uint64_t bytes,
                               unsigned access)
{
	if (!user_range_ok(va, bytes))
		return FL_BAD_ADDRESS;
	if (user_copy(to, from, bytes / 8) == 0)
		return FL_OK;
	bool touched = false;
	for (uint64_t page = align_down(va, FL_PAGE_SIZE); page < va + bytes; page += FL_PAGE_SIZE)
		touched |= table_touch(&this_hart()->space->table, VA(page), access);
	return touched && user_copy(to, from, bytes / 8) == 0 ? FL_OK : FL_BAD_ADDRESS;
}

fl_error_t user_read(void *to, uint64_t va, uint64_t bytes)
{
	return copy(to, (const void *)(uintptr_t)va, va, bytes, FL_PROT_READ);
}

fl_error_t user_write(uint64_t va, const void *from, uint64_t bytes)
{
	return copy((void *)(uintptr_t)va, from, va, bytes, FL_PROT_WRITE);
}
