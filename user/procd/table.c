// The process table: numbers, places, parents and children.
//
// Not here: what a process owns (memory.c), its threads and what they wait for (thread.c).
#include "fl/string.h"
#include "procd.h"
#include "proto/slots.h"

#define PID_MAX 0x7fffffffu

struct process process_table[PROCESS_MAX];
static uint32_t pid_last;

struct process *process_find(uint64_t pid)
{
	struct process *process = &process_table[pid % PROCESS_MAX];
	return pid != 0 && process->pid == pid ? process : NULL;
}

struct process *process_first_from(uint64_t pid)
{
	struct process *first = NULL;
	for (unsigned i = 0; i < PROCESS_MAX; i++) {
		struct process *process = &process_table[i];
		if (process->pid && process->pid >= pid && (!first || process->pid < first->pid))
			first = process;
	}
	return first;
}

struct process *process_of_space(uint64_t space)
{
	for (unsigned i = 0; i < PROCESS_MAX; i++) {
		if (process_table[i].pid && process_table[i].space == space)
			return &process_table[i];
	}
	return NULL;
}

// Pids grow; those whose place is taken are skipped, so that a pid finds its process without a
// search.
struct process *process_create(struct process *parent)
{
	for (unsigned tries = 0; tries < PROCESS_MAX; tries++) {
		uint32_t pid = pid_last < PID_MAX ? pid_last + 1 : 1;
		struct process *process = &process_table[pid % PROCESS_MAX];
		pid_last = pid;
		if (process->pid)
			continue;
		*process = (struct process){
			.pid = pid,
			.state = PROCESS_RUNNING,
			.parent = parent,
			.alarm.process = process,
		};
		if (parent) {
			process->sibling = parent->child;
			parent->child = process;
			memcpy(process->name, parent->name, sizeof process->name);
		}
		return process;
	}
	return NULL;
}

void process_free(struct process *process)
{
	if (process->parent) {
		struct process **at = &process->parent->child;
		while (*at != process)
			at = &(*at)->sibling;
		*at = process->sibling;
	}
	*process = (struct process){.pid = 0};
}

void process_adopt(struct process *from, struct process *to)
{
	struct process *child;
	while ((child = from->child)) {
		from->child = child->sibling;
		child->parent = to;
		child->sibling = to->child;
		to->child = child;
	}
}

static int threads_sound(const struct process *process)
{
	unsigned threads = 0;
	for (const struct thread *at = process->threads; at; at = at->next) {
		int is_parked = at->state != THREAD_RUNNING;
		if (at->process != process || at->index >= THREADS_PER_PROCESS ||
		    is_parked != (at->token != 0) || thread_find(process, at->index) != at ||
		    ++threads > THREADS_PER_PROCESS)
			return 0;
	}
	return (threads != 0) == (process->state == PROCESS_RUNNING);
}

static int process_sound(const struct process *process)
{
	int is_zombie = process->state == PROCESS_ZOMBIE;
	return process_find(process->pid) == process && threads_sound(process) &&
	       is_zombie == (process->space == 0) && !(is_zombie && process->child) &&
	       (process->pid == INIT_PID) == (process->parent == NULL);
}

// Of several threads the one that does most.
enum process_state process_state(const struct process *process)
{
	if (process->state == PROCESS_ZOMBIE)
		return PROCESS_ZOMBIE;
	if (process->stopped)
		return PROCESS_STOPPED;
	enum process_state state = PROCESS_SLEEPING;
	for (const struct thread *at = process->threads; at; at = at->next) {
		if (at->state == THREAD_RUNNING)
			return PROCESS_RUNNING;
		if (at->state == THREAD_WAITING)
			state = PROCESS_WAITING;
	}
	return state;
}

int process_check(void)
{
	unsigned processes = 0;
	unsigned children = 0;
	for (unsigned i = 0; i < PROCESS_MAX; i++) {
		const struct process *process = &process_table[i];
		if (!process->pid)
			continue;
		processes++;
		if (!process_sound(process))
			return 0;
		// Every child in the list of its own parent, and as many as there are: each once.
		for (const struct process *child = process->child; child; child = child->sibling) {
			if (child->parent != process || ++children > PROCESS_MAX)
				return 0;
		}
	}
	return processes == children + 1;
}

fl_slot_t process_space_slot(const struct process *process)
{
	return (fl_slot_t)(SLOT_SERVER_FREE + (process - process_table));
}
