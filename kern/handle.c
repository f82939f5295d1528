// Handle tables; see handle.h for the contracts.
#include "handle.h"

static bool handle_is_stale(const struct handle *handle)
{
	return handle->type != FL_TYPE_NONE && handle->type <= FL_TYPE_ENDPOINT &&
	       !object_is_live(handle->object, handle->id);
}

fl_error_t handle_vacant(const struct handle_table *table, uint64_t slot, struct handle **out)
{
	if (slot == 0 || slot >= FL_SLOT_END)
		return FL_BAD_ARGUMENT;
	struct handle *handle = handle_slot(table, slot);
	if (!handle)
		return FL_NO_TABLE;
	if (handle->type != FL_TYPE_NONE && !handle_is_stale(handle))
		return FL_BUSY;
	*out = handle;
	return FL_OK;
}

fl_error_t handle_derive(const struct handle *from, unsigned rights, uint64_t badge, uint64_t count,
                         struct handle *out)
{
	struct handle copy = *from;
	bool is_range = from->type >= FL_TYPE_MEMORY && from->type <= FL_TYPE_IRQ;
	if (rights & ~(unsigned)FL_RIGHT_ALL || (is_range && badge && !count))
		return FL_BAD_ARGUMENT;
	copy.rights &= rights;
	if (from->type == FL_TYPE_ENDPOINT) {
		if (badge && (!(from->rights & FL_RIGHT_MINT) || from->badge))
			return FL_NO_RIGHT;
		if (badge)
			copy.badge = badge;
		if (copy.badge)
			copy.rights &= (uint8_t)~FL_RIGHT_MINT; // a badge stays for ever
	} else if (is_range && count) {
		if (badge > from->count || count > from->count - badge)
			return FL_BAD_ARGUMENT;
		copy.first += from->type == FL_TYPE_FIXED ? badge << FL_PAGE_SHIFT : badge;
		copy.count = (uint32_t)count;
	}
	*out = copy;
	return FL_OK;
}

fl_error_t handle_feed(struct handle_table *table, struct frame *frame, uint64_t index)
{
	if (index >= FL_HANDLE_FRAMES)
		return FL_BAD_ARGUMENT;
	if (table->part[index])
		return FL_BUSY;
	table->part[index] = phys_to_virt(frame_address(frame));
	return FL_OK;
}

fl_error_t handle_drain(struct handle_table *table, struct frame **frame)
{
	for (unsigned i = FL_HANDLE_FRAMES; i-- > 0;) {
		if (table->part[i]) {
			*frame = frame_at(virt_to_phys(table->part[i]));
			table->part[i] = NULL;
			return FL_OK;
		}
	}
	return FL_EMPTY;
}
