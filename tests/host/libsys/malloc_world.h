// The memory that the malloc family gets in the host tests: a simulated address space with real
// pages, which can be short, refuse, and be looked at. And a checker of the heap.
#ifndef MALLOC_WORLD_H
#define MALLOC_WORLD_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>

struct world {
	size_t pages_max; // mapped pages; more is refused
	long fail_at;     // the so-manieth request for memory from now fails; 0: none
	bool unmap_refused;
	bool discard_refused;
	size_t pages_mapped; // now
	size_t requests;     // calls of the port, but the lock
	int locked;
	jmp_buf misuse; // where port_misuse goes
};

extern struct world world;

void world_reset(void);                                 // the heap must be empty
size_t world_resident(const void *start, size_t bytes); // pages
size_t world_resident_all(void);

// Walks the heap; EXPECTs.
void heap_check(void);

// After malloc_trim nothing may be left.
void heap_empty(void);

#endif
