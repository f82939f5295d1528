// The pager server: the core, and the kernel objects that belong to its spaces.
//
// One struct service, handed to everything; it and the stack are all the memory that root gives the
// pager. The rest comes from its own frames, through slab caches.
#ifndef PAGER_SERVICE_H
#define PAGER_SERVICE_H

#include "bug.h"
#include "fault.h"
#include "fl/kernel.h"
#include "fl/server.h"
#include "pager.h"
#include "proto/slots.h"

// Filled anew for every handle that goes out with a reply, with fewer rights than our own has.
#define SLOT_OFFER SLOT_SERVER_FREE
#define SLOT_FIRST (SLOT_SERVER_FREE + 1) // slots.h gives out the slots from here on

struct client_thread {
	struct client_thread *next;
	uint64_t frame; // physical, of the kernel object
	fl_slot_t slot;
};

// Why a space's thread cannot go on, kept until procd asks (deaths.c).
struct death {
	uint64_t reason; // enum pager_reason; 0: none
	struct fl_fault fault;
};

// What a space is to the kernel. The core's half points here.
struct client {
	struct space *space;
	struct client_thread *threads;
	uint64_t thread_serial;
	uint64_t frame; // physical, of the kernel object
	uint64_t root;  // physical, of the root table
	fl_slot_t slot;
	struct death death;
	struct client *next_death;
	uint64_t window_place; // in the file server's space
	uint64_t window_pages; // 0: no window
};

struct slots {
	uint64_t used[FL_SLOT_END / 64]; // one bit a slot
	unsigned parts;                  // frames of our handle table; always the lowest ones
};

struct service {
	struct client *faulted; // whose fault is being answered
	struct fl_fault fault;  // what the kernel said about it
	uint64_t token;
	struct pager core;
	struct pager_effects effects;
	struct slab_cache clients;
	struct slab_cache threads;
	struct slots slots;
	uint64_t object_endowment; // frames of the object pool at boot (runs.c)
	struct client *first_death;
	struct client *last_death;
	struct plan plan; // the answer to the fault
};

#endif
