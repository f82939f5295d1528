// Who finds which handle where. Conventions among user programs; the kernel knows none of them.
#ifndef PROTO_SLOTS_H
#define PROTO_SLOTS_H

#include <stdint.h>

// Every program that procd starts: call handles, badged, put there by pager and procd.
// Servers find the same call handles (where they need them) at the same slots.
enum fl_slot {
	SLOT_PAGER = 2,
	SLOT_PROCESS = 3,
	SLOT_FILES = 4,
	SLOT_CONSOLE = 5,
	// Servers only, put there by root:
	SLOT_OWN = 1,          // the server's endpoint, all rights
	SLOT_SPACE = 6,        // its own space
	SLOT_MACHINE = 7,      // early console, machine stop
	SLOT_MEMORY = 8,       // pager: its RAM runs
	SLOT_IRQ = 9,          // console: the UART's source; procd: the timer (source 0)
	SLOT_IRQ_NOTIFY = 10,  // its own endpoint, NOTIFY only, badge BITS_IRQ
	SLOT_NOTIFY = 11,      // pager: procd's endpoint, NOTIFY only, badge BITS_DEATH
	                       // console: files' endpoint, NOTIFY only, badge BITS_CONSOLE
	SLOT_FILES_SPACE = 12, // pager: the file server's space, to map windows and pages there
	SLOT_RECEIVE = 15,     // where a server accepts handles that come with a message
	SLOT_SERVER_FREE = 16  // first slot that a server manages itself
};

// Notification bits.
#define BITS_IRQ 1ul
#define BITS_DEATH 2ul
#define BITS_CONSOLE 4ul

// A server starts as server_main(const struct fl_bootinfo *boot): root maps the boot page
// (read-only, at FL_BOOTINFO_VA) into every server, and a wired stack below SERVER_STACK_TOP.
#define SERVER_STACK_TOP 0x200000ul
#define SERVER_STACK_BYTES 0x8000ul
#define SERVER_INITRD_VA 0x200000000ul // pager, procd, files: initrd, read-only
#define SERVER_DEVICE_VA 0x100000000ul // console: UART registers
// The file server: windows that it shares with its clients, and pages for the contents of files.
#define FILES_WINDOW_VA 0x800000000ul
#define FILES_WINDOW_PLACES 512 // of LAYOUT_WINDOW_BYTES each
#define FILES_POOL_VA 0x900000000ul
#define FILES_POOL_PAGES 65536
#define PAGER_WINDOW_VA 0x1000000000ul // pager: RAM at PAGER_WINDOW_VA + (pa - ram_base)

// A call handle to the pager with this badge may use the control messages (root gives it to procd).
#define BADGE_CONTROL 1ul
// One with this badge may use those of the file server.
#define BADGE_FILES (1ul << 62)
#define BADGE_SPACE_FIRST 2ul // the pager gives its spaces badges from here

#endif
