// root's structures and what its files offer each other.
//
// root is the first program. It makes the servers, gives each its share, and then only waits for
// one of them to die. It allocates from two stores that never take anything back: frames for kernel
// objects and tables, and pool pages for the servers' memory.
#ifndef ROOT_H
#define ROOT_H

#include <stdint.h>

#include "abi/bootinfo.h"
#include "fl/cpio.h"
#include "fl/kernel.h"

#define STATUS_SERVER_DIED 70
#define STATUS_START_FAILED 71

enum root_server { SERVER_CONSOLE, SERVER_FILES, SERVER_PAGER, SERVER_PROCD, SERVER_COUNT };

// root's own slots, behind those that the kernel fills.
enum root_slot {
	ROOT_ENDPOINT = FL_ROOT_SLOT_END, // faults of the servers
	ROOT_SERVER_ENDPOINT,             // + enum root_server
	ROOT_SERVER_SPACE = ROOT_SERVER_ENDPOINT + SERVER_COUNT,
	ROOT_SERVER_THREAD = ROOT_SERVER_SPACE + SERVER_COUNT,
	ROOT_SLOT_END = ROOT_SERVER_THREAD + SERVER_COUNT
};
_Static_assert(ROOT_SLOT_END <= FL_HANDLES_PER_FRAME, "one frame of handles");

// Where root maps things for itself.
#define ROOT_POOL_VA 0x300000000ul // the pool's pages, in their order

// report.c: one log line on the firmware's console, then the machine stops.
_Noreturn void root_stop(unsigned status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

// store.c: frames, pages and mappings. Each of these stops the machine if it cannot be done.
void store_start(const struct fl_bootinfo *boot);
uint64_t frame_take(void); // physical address of a free frame of an object run
// *first = the first of so many pool pages; returns where root sees them.
uint8_t *pool_take(uint64_t pages, uint64_t *first);
void pool_hide(void); // root maps the pool no more
void space_map(fl_slot_t space, uint64_t va, fl_slot_t fixed, uint64_t page, uint64_t pages,
               unsigned prot);

// load.c: a server's space, filled from its ELF file, with a stack; its thread stands at the entry.
void server_load(enum root_server server, const char *path, const struct fl_bootinfo *boot,
                 unsigned priority, unsigned handle_frames);

#endif
