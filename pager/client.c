// Clients; client.h has the contracts.
#include "client.h"

#include "deaths.h"
#include "runs.h"
#include "slots.h"

// The first pages of a program need a table of level 1 and one of level 0 at the image, and the
// same again at the stack.
#define TABLES_AT_START 4

static fl_error_t client_feed(struct service *service, struct client *client, enum fl_feed what)
{
	uint64_t frame;
	fl_error_t error = object_frame_take(service, &frame);
	if (error)
		return error;
	error = fl_space_feed(client->slot, what, frame, 0);
	if (error)
		object_frame_give(service, frame);
	return error;
}

fl_error_t client_table_feed(struct service *service, struct client *client)
{
	fl_error_t error = client_feed(service, client, FL_FEED_TABLE);
	service->core.stat[STAT_TABLE_FEEDS] += error == FL_OK;
	return error;
}

void client_tables_drain(struct service *service, struct client *client, uint64_t keep)
{
	struct fl_result counts;
	uint64_t frame;
	if (fl_space_counts(client->slot, &counts))
		return;
	for (uint64_t spares = counts.value[3]; spares > keep; spares--) {
		if (fl_space_drain(client->slot, FL_FEED_TABLE, &frame))
			return;
		object_frame_give(service, frame);
	}
}

// The kernel object alone: slot, two frames.
static fl_error_t object_create(struct service *service, struct client *client)
{
	fl_error_t error = slot_take(service, &client->slot);
	if (error)
		return error;
	error = object_frame_take(service, &client->frame);
	if (error)
		goto give_slot;
	error = object_frame_take(service, &client->root);
	if (error)
		goto give_frame;
	error = fl_object_create(FL_TYPE_SPACE, client->frame, client->slot, client->root, SLOT_OWN,
	                         client->space->number);
	if (!error)
		return FL_OK;
	object_frame_give(service, client->root);
give_frame:
	object_frame_give(service, client->frame);
give_slot:
	slot_give(service, client->slot);
	return error;
}

// Nothing is mapped in it and no thread is left.
static void object_destroy(struct service *service, struct client *client)
{
	uint64_t frame;
	client_tables_drain(service, client, 0);
	while (fl_space_drain(client->slot, FL_FEED_HANDLES, &frame) == FL_OK)
		object_frame_give(service, frame);
	fl_error_t error = fl_object_destroy(client->slot);
	CORE_ASSERT(!error);
	object_frame_give(service, client->root);
	object_frame_give(service, client->frame);
	slot_give(service, client->slot);
}

// What a program needs besides its pages.
static fl_error_t client_equip(struct service *service, struct client *client)
{
	fl_error_t error = client_feed(service, client, FL_FEED_HANDLES);
	if (!error)
		error = fl_handle_copy(client->slot, SLOT_PAGER, SLOT_OWN, FL_RIGHT_CALL,
		                       client->space->number, 0);
	for (unsigned i = 0; i < TABLES_AT_START && !error; i++)
		error = client_table_feed(service, client);
	return error;
}

fl_error_t client_create(struct service *service, struct client **out)
{
	struct client *client = slab_allocate(&service->clients);
	if (!client)
		return FL_NO_MEMORY;
	*client = (struct client){0};
	fl_error_t error = space_create(&service->core, &client->space);
	if (error)
		goto release;
	client->space->client = client;
	error = object_create(service, client);
	if (error)
		goto destroy_space;
	error = client_equip(service, client);
	if (error)
		goto destroy_all;
	*out = client;
	return FL_OK;
destroy_space:
	// Without a kernel object there is nothing to unmap; the effect knows by the slot.
	client->slot = 0;
	space_destroy(&service->core, client->space);
release:
	slab_release(&service->clients, client);
	return error;
destroy_all:
	client_destroy(service, client);
	return error;
}

static void thread_destroy(struct service *service, struct client_thread *thread)
{
	death_forget(service, thread);
	fl_error_t error = fl_object_destroy(thread->slot); // stops it, whatever it waits for
	CORE_ASSERT(!error);
	object_frame_give(service, thread->frame);
	slot_give(service, thread->slot);
	slab_release(&service->threads, thread);
}

static struct client_thread **thread_link(struct client *client, uint64_t number)
{
	struct client_thread **link = &client->threads;
	while (*link && (*link)->number != number)
		link = &(*link)->next;
	return link;
}

struct client_thread *client_thread_find(struct client *client, uint64_t number)
{
	return *thread_link(client, number);
}

fl_error_t client_thread_destroy(struct service *service, struct client *client, uint64_t number)
{
	struct client_thread **link = thread_link(client, number);
	struct client_thread *thread = *link;
	if (!thread)
		return FL_BAD_ARGUMENT;
	*link = thread->next;
	thread_destroy(service, thread);
	return FL_OK;
}

void client_destroy(struct service *service, struct client *client)
{
	while (client->threads) {
		struct client_thread *thread = client->threads;
		client->threads = thread->next;
		thread_destroy(service, thread);
	}
	space_destroy(&service->core, client->space);
	object_destroy(service, client);
	slab_release(&service->clients, client);
}

fl_error_t client_thread_create(struct service *service, struct client *client, uint64_t priority,
                                uint64_t *number, fl_slot_t *slot)
{
	struct client_thread *thread = slab_allocate(&service->threads);
	if (!thread)
		return FL_NO_MEMORY;
	fl_error_t error = slot_take(service, &thread->slot);
	if (error)
		goto release;
	error = object_frame_take(service, &thread->frame);
	if (error)
		goto give_slot;
	error = fl_object_create(FL_TYPE_THREAD, thread->frame, thread->slot, client->slot, priority,
	                         client->thread_serial + 1);
	if (error)
		goto give_frame;
	thread->next = client->threads;
	thread->client = client;
	thread->number = ++client->thread_serial;
	thread->is_dying = false;
	client->threads = thread;
	*number = thread->number;
	*slot = thread->slot;
	return FL_OK;
give_frame:
	object_frame_give(service, thread->frame);
give_slot:
	slot_give(service, thread->slot);
release:
	slab_release(&service->threads, thread);
	return error;
}
