// Map entries: who may map what, where. See map.h.
#include "map.h"

#include "syscall.h"
#include "user.h"

// One entry: a USER frame of a window run that the caller holds.
static CHECKED fl_error_t map_entry(struct thread *self, struct space *space,
                                    const struct fl_map_entry *entry)
{
	unsigned prot = entry->frame & (FL_PAGE_SIZE - 1);
	paddr_t pa = PA(entry->frame - prot);
	if (!va_is_user_page(entry->va))
		return FL_BAD_ADDRESS;
	fl_error_t error = prot_check(prot);
	if (error)
		return error;
	struct frame *frame = frame_at(pa);
	if (!frame || frame->type != FL_FRAME_USER)
		return FL_BAD_FRAME;
	if (run_of(frame)->holder != object_id(self->space))
		return FL_BAD_FRAME;
	return table_map(&space->table, VA(entry->va), pa, prot);
}

fl_error_t map_entries(struct thread *self, struct space *space, uint64_t count, unsigned first,
                       uint64_t *installed)
{
	if (count > FL_MAP_ENTRIES_MAX)
		return FL_BAD_ARGUMENT;
	for (*installed = 0; *installed < count; ++*installed) {
		struct fl_map_entry entry;
		fl_error_t error = FL_OK;
		if (count <= FL_MAP_ENTRIES_INLINE) {
			entry.va = arg(self, first + 2 * (unsigned)*installed);
			entry.frame = arg(self, first + 2 * (unsigned)*installed + 1);
		} else {
			uint64_t at = arg(self, first);
			error = at < FL_USER_END
			            ? user_read(&entry, at + *installed * sizeof(entry), sizeof(entry))
			            : FL_BAD_ADDRESS;
		}
		if (!error)
			error = map_entry(self, space, &entry);
		if (error)
			return error;
	}
	return FL_OK;
}
