// New objects: from a zeroed frame to a valid object. Boot makes root with these too.
#ifndef KERN_CREATE_H
#define KERN_CREATE_H

#include "object.h"

void endpoint_init(struct endpoint *endpoint);

// Stopped, all registers 0.
void thread_init(struct thread *thread, struct space *space, unsigned priority, uint64_t number);

// `root`: a zeroed TABLE frame; it gets the kernel half. No handles, no pager.
void space_init(struct space *space, paddr_t root);

void space_set_pager(struct space *space, struct endpoint *pager, uint64_t badge);

// A handle to an object, with all rights.
struct handle object_handle(enum fl_type type, void *object);

// The kernel's own table, whose upper half every space shares. Set once at boot.
extern paddr_t kernel_root;

#endif
