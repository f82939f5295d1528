// Clients: the kernel's side of a space, and its threads.
#ifndef PAGER_CLIENT_H
#define PAGER_CLIENT_H

#include "service.h"

// An empty space, with a kernel object, a handle table with a call handle to us, and spare tables.
// On an error (FL_LIMIT, FL_NO_MEMORY) nothing is left behind.
CORE_CHECKED fl_error_t client_create(struct service *service, struct client **client);
// Ends its threads and gives everything back.
void client_destroy(struct service *service, struct client *client);

// A stopped thread. FL_BAD_ARGUMENT: no such priority. FL_LIMIT, FL_NO_MEMORY.
CORE_CHECKED fl_error_t client_thread_create(struct service *service, struct client *client,
                                             uint64_t priority, uint64_t *number, fl_slot_t *slot);

// NULL: no such thread.
struct client_thread *client_thread_find(struct client *client, uint64_t number);
// Ends a thread, whatever it waits for. FL_BAD_ARGUMENT: no such thread.
CORE_CHECKED fl_error_t client_thread_destroy(struct service *service, struct client *client,
                                              uint64_t number);

// Hands the client's space one frame for page tables.
CORE_CHECKED fl_error_t client_table_feed(struct service *service, struct client *client);
// Takes back spare table frames beyond `keep`.
void client_tables_drain(struct service *service, struct client *client, uint64_t keep);

static inline struct client *client_of(const struct space *space)
{
	return space->client;
}

#endif
