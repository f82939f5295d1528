// Where the malloc family gets memory from, and its lock. Private to libsys; the host tests have
// their own.
#ifndef MALLOC_PORT_H
#define MALLOC_PORT_H

#include <stdbool.h>
#include <stddef.h>

// Sizes are whole pages. Fresh memory is zero and takes no frame before it is touched.

// `align`: a power of two, at least a page. NULL: there is none.
void *port_map(size_t bytes, size_t align);

// More memory right at `end`, the end of an earlier one. False: it is taken, or there is none.
bool port_extend(void *end, size_t bytes);

// Any whole pages of what was mapped. False: they cannot be given back, and are as they were.
bool port_unmap(void *start, size_t bytes);

// Gives the frames back; the pages read zero from now on. False: they are as they were.
bool port_discard(void *start, size_t bytes);

// Recursive. Who forks holds it across the fork, so that the child finds the heap sound.
void malloc_lock(void);
void malloc_unlock(void);

// Somebody gave back what he never got. Says so and ends the program.
_Noreturn void port_misuse(const char *what);

#endif
