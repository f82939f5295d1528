// Deaths; deaths.h has the rules.
#include "deaths.h"

void death_record(struct service *service, struct client *client, uint64_t reason,
                  const struct fl_fault *fault)
{
	if (client->death.reason)
		return;
	client->death = (struct death){.reason = reason, .fault = *fault};
	client->next_death = NULL;
	if (service->first_death)
		service->last_death->next_death = client;
	else
		service->first_death = client;
	service->last_death = client;
	fl_error_t error = fl_notify(SLOT_NOTIFY);
	(void)error; // without procd root has stopped the machine
}

struct client *death_next(struct service *service)
{
	struct client *client = service->first_death;
	if (client)
		service->first_death = client->next_death;
	return client;
}

void death_forget(struct service *service, struct client *client)
{
	struct client *previous = NULL;
	struct client *at = service->first_death;
	while (at && at != client) {
		previous = at;
		at = at->next_death;
	}
	if (!at)
		return;
	if (previous)
		previous->next_death = client->next_death;
	else
		service->first_death = client->next_death;
	if (service->last_death == client)
		service->last_death = previous;
}
