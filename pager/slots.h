// The pager's own handle slots. The handle table grows and shrinks with their use.
#ifndef PAGER_SLOTS_H
#define PAGER_SLOTS_H

#include "service.h"

void slots_start(struct service *service);
// The lowest empty slot. FL_LIMIT: the handle table is at its maximum. FL_NO_MEMORY.
CORE_CHECKED fl_error_t slot_take(struct service *service, fl_slot_t *slot);
// Empties the slot, if it still holds a handle.
void slot_give(struct service *service, fl_slot_t slot);

#endif
