// Deaths: threads that raised a fault that cannot be met, until procd has asked.
//
// A thread has room for one death, so the queue is bounded by the threads and nothing is ever lost.
// The thread stays parked on its fault; procd ends it when it likes, or makes it go on elsewhere: a
// thread that was stopped and started has left its fault, so that death is told to nobody any more,
// and the next one takes its place.
#ifndef PAGER_DEATHS_H
#define PAGER_DEATHS_H

#include "service.h"

// Queues the thread that raised service->fault, and notifies procd.
void death_record(struct service *service, uint64_t reason);
// The one that waits longest and still does, not queued any more; its `death` says what happened
// until its next one. Or NULL.
const struct client_thread *death_next(struct service *service);
// The thread is going: nobody is told any more.
void death_forget(struct service *service, struct client_thread *thread);

#endif
