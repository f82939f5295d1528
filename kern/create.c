// New objects; see create.h. Their frames were just taken, so all other fields are 0.
#include "create.h"

paddr_t kernel_root;

void endpoint_init(struct endpoint *endpoint)
{
	list_init(&endpoint->senders);
	list_init(&endpoint->waiters);
	list_init(&endpoint->receivers);
}

void thread_init(struct thread *thread, struct space *space, unsigned priority, uint64_t number)
{
	thread->hart = this_hart();
	thread->space = space;
	thread->priority = (uint8_t)priority;
	thread->number = number;
	thread->state = THREAD_STOPPED;
	space->threads++;
}

void space_init(struct space *space, paddr_t root)
{
	pte_t *to = phys_to_virt(root), *from = phys_to_virt(kernel_root);
	for (unsigned i = TABLE_USER_ENTRIES; i < TABLE_ENTRIES; i++)
		to[i] = from[i];
	space->table.root = root;
}

void space_set_pager(struct space *space, struct endpoint *pager, uint64_t badge)
{
	space->pager = pager;
	space->pager_id = object_id(pager);
	space->pager_badge = badge;
}

struct handle object_handle(enum fl_type type, void *object)
{
	return (struct handle){
		.type = (uint8_t)type, .rights = FL_RIGHT_ALL, .object = object, .id = object_id(object)};
}
