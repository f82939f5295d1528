// Deaths: spaces whose thread raised a fault that cannot be met, until procd has asked.
//
// A space has room for one death, so the queue is bounded by the spaces and nothing is ever lost.
// The thread stays parked on its fault; procd destroys the space when it likes.
#ifndef PAGER_DEATHS_H
#define PAGER_DEATHS_H

#include "service.h"

// Queues the client and notifies procd. A client that is queued already keeps its first death.
void death_record(struct service *service, struct client *client, uint64_t reason,
                  const struct fl_fault *fault);
// The one that waits longest, not queued any more; its `death` says what happened. Or NULL.
struct client *death_next(struct service *service);
// The space is going: nobody is told any more.
void death_forget(struct service *service, struct client *client);

#endif
