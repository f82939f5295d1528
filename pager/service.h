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

// Why a thread cannot go on, kept until procd asks (deaths.c).
struct death {
	uint64_t reason; // enum pager_reason
	uint64_t token;  // of the fault, which stays open
	uint64_t cause;
	uint64_t stval;
	uint64_t pc;
};

struct client_thread {
	struct client_thread *next; // of the client
	struct client *client;
	uint64_t number; // in the client, from 1 on, never used twice
	uint64_t frame;  // physical, of the kernel object
	fl_slot_t slot;
	bool is_dying; // queued
	struct death death;
	struct client_thread *next_death;
};

// What a space is to the kernel. The core's half points here.
struct client {
	struct space *space;
	struct client_thread *threads;
	uint64_t thread_serial;
	uint64_t frame; // physical, of the kernel object
	uint64_t root;  // physical, of the root table
	fl_slot_t slot;
};

struct slots {
	uint64_t used[FL_SLOT_END / 64]; // one bit a slot
	unsigned parts;                  // frames of our handle table; always the lowest ones
};

struct service {
	struct client *faulted; // whose fault is being answered
	// What the kernel said about it. sp and thread are in the words 3 and 4 of the message, before
	// and after the kernel has seen it, and here only where an answer needs those words (faults.c).
	struct fl_fault fault;
	uint64_t token;
	struct pager core;
	struct pager_effects effects;
	struct slab_cache clients;
	struct slab_cache threads;
	struct slots slots;
	uint64_t object_endowment; // frames of the object pool at boot (runs.c)
	struct client_thread *first_death;
	struct client_thread *last_death;
	struct plan plan; // the answer to the fault
};

#endif
