// Handles, object types, rights, frame types, page rights: the constants of the kernel ABI.
#ifndef ABI_OBJECT_H
#define ABI_OBJECT_H

#define FL_PAGE_SHIFT 12
#define FL_PAGE_SIZE (1ul << FL_PAGE_SHIFT)
#define FL_RUN_SHIFT 21
#define FL_RUN_SIZE (1ul << FL_RUN_SHIFT)          // a run: 2 MiB, aligned
#define FL_RUN_FRAMES (FL_RUN_SIZE / FL_PAGE_SIZE) // 512

// The user half of a Sv39 address space is [0, FL_USER_END). The kernel maps what a pager asks for
// anywhere in it; that page 0 and the top 64 KiB stay empty is a pager's policy.
// Source: RISC-V privileged specification 20211203, "Sv39: Page-Based 39-bit Virtual-Memory
// System".
#define FL_USER_END (1ul << 38)

// What a handle names.
enum fl_type {
	FL_TYPE_NONE,     // empty slot
	FL_TYPE_THREAD,   // registers, a priority, one space
	FL_TYPE_SPACE,    // page table, ASID, handle table, fault endpoint
	FL_TYPE_ENDPOINT, // synchronous badged calls and 64 notification bits
	FL_TYPE_MEMORY,   // RAM by 2 MiB runs: the authority to attach [first, first + count)
	FL_TYPE_FIXED,    // pages that never change type: device registers, initrd, boot memory
	FL_TYPE_IRQ,      // interrupt sources [first, first + count); source 0 is the timer
	FL_TYPE_MACHINE,  // early console, machine stop
	FL_TYPE_COUNT
};

// Rights of a handle. A copy never has one that its source lacks.
#define FL_RIGHT_CALL 0x01    // endpoint: call
#define FL_RIGHT_NOTIFY 0x02  // endpoint: set the badge's bits
#define FL_RIGHT_RECEIVE 0x04 // endpoint: receive, reply, resolve
#define FL_RIGHT_MINT 0x08    // endpoint: give a copy a badge; be named as a fault endpoint
#define FL_RIGHT_MAP 0x10     // space: map, unmap, protect, feed, drain; fixed: map
#define FL_RIGHT_WRITE 0x20   // fixed: map writable
#define FL_RIGHT_CONTROL 0x40 // all but endpoints: control; space: add threads and handles
#define FL_RIGHT_DESTROY 0x80 // destroy the object
#define FL_RIGHT_ALL 0xff

#define FL_HANDLES_PER_FRAME 128
#define FL_HANDLE_FRAMES 64
#define FL_SLOT_END (FL_HANDLES_PER_FRAME * FL_HANDLE_FRAMES) // slots are 1 .. FL_SLOT_END - 1

#define FL_PRIORITY_COUNT 8 // 0 (lowest) .. 7

// The type of a physical frame. It changes only while the frame's count is 0.
enum fl_frame_type {
	FL_FRAME_RESERVED, // firmware, kernel: never mapped for users, never retyped
	FL_FRAME_FREE,     // in an object run or in no run; zeroed before it becomes anything else
	FL_FRAME_USER,     // in a window run: may be mapped into user space
	FL_FRAME_TABLE,    // a page table; its count is the number of valid PTEs in it
	FL_FRAME_OBJECT,   // thread, space or endpoint
	FL_FRAME_HANDLES,  // part of a handle table
	FL_FRAME_FIXED     // initrd and boot memory: mapped through a FIXED handle only
};

// How a run is held.
enum fl_run_kind {
	FL_RUN_NONE,   // by nobody: all frames FREE, RESERVED or FIXED
	FL_RUN_OBJECT, // mapped nowhere; source of tables and kernel objects
	FL_RUN_WINDOW  // all frames USER, mapped into the holder by one 2 MiB leaf
};

// Rights of a page, and hints for the bits that hardware may set. Bits 0-11 of a map entry.
#define FL_PROT_READ 0x1
#define FL_PROT_WRITE 0x2
#define FL_PROT_EXEC 0x4
#define FL_PROT_RIGHTS 0x7
#define FL_PROT_ACCESSED 0x8 // install with A set: the page is about to be used
#define FL_PROT_DIRTY 0x10   // install with D set: it is about to be written (needs WRITE)
#define FL_PROT_MASK 0x1f

// Bounds of one call (rule: every operation is bounded).
#define FL_MAP_ENTRIES_INLINE 2 // entries that fit in registers
#define FL_MAP_ENTRIES_MAX 64   // entries of one vector
#define FL_BATCH_PAGES 512      // PTEs that one unmap or protect visits

// space_feed, space_drain: what the frame is for.
enum fl_feed { FL_FEED_TABLE, FL_FEED_HANDLES };

// space_control operations.
enum fl_space_op { FL_SPACE_SET_PAGER, FL_SPACE_COUNTS };

// thread_control operations.
enum fl_thread_op {
	FL_THREAD_START,    // a stopped thread becomes ready
	FL_THREAD_STOP,     // cancels what it waits for; it runs no more until started
	FL_THREAD_CANCEL,   // a blocked call ends with FL_CANCELLED; other states: no effect
	FL_THREAD_PRIORITY, // value = new priority
	FL_THREAD_YIELD     // slot 0 only: let the next thread of this priority run
};

// thread_context operations.
enum fl_context_op { FL_CONTEXT_GET, FL_CONTEXT_SET };

// irq_control operations.
enum fl_irq_op {
	FL_IRQ_BIND,   // notify this endpoint (the handle's badge gives the bits)
	FL_IRQ_UNBIND, // notify nobody, disable the source
	FL_IRQ_ACK,    // handled: enable the source again
	FL_IRQ_TIMER   // source 0: notify when the time CSR reaches the value; ~0 = never
};

// machine_control operations.
enum fl_machine_op {
	FL_MACHINE_PUTC, // write one byte to the firmware's console
	FL_MACHINE_STOP  // stop the machine with this exit status (0 .. 255)
};

#endif
