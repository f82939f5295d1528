// The pager protocol: how programs and procd talk to a pager. Word 0 of a call is the label; a
// reply's word 0 is an fl_error_t. Faults come from the kernel as FL_RECEIVED_FAULT (abi/message.h)
// with the badge of the space; these are calls.
//
// A space is named by the number that SPACE_CREATE or SPACE_FORK returned; it is also the badge of
// the space's call handle and of its faults. Addresses are page-aligned unless said otherwise;
// ranges are half-open. A failed call changed nothing.
#ifndef PROTO_PAGER_H
#define PROTO_PAGER_H

#include <stdint.h>

#include "abi/object.h"

enum pager_label {
	// From any program (the badge says which space):
	PAGER_SBRK = 1, // w1 = increment in bytes (signed), w2 = flags -> w1 = old break
	PAGER_MMAP,     // w1 = address or hint (0: none), w2 = bytes, w3 = PAGER_MAPPING(rights, flags)
	                // -> w1 = address. Anonymous memory.
	PAGER_MUNMAP,   // w1 = start, w2 = bytes (rounded up to pages)
	PAGER_MPROTECT, // w1 = start, w2 = bytes, w3 = rights (0 .. 7); FL_NO_MEMORY: a hole in it
	PAGER_MADVISE,  // w1 = start, w2 = bytes, w3 = enum pager_advice
	PAGER_MINCORE,  // w1 = start, w2 = pages (1 .. 256) -> w1..w4: bit i = page i is resident
	PAGER_RESCUE,   // w1 = pc start, w2 = pc end, w3 = exit pc: a fault of an instruction in that
	                // range that cannot be met goes on at the exit with a0 = the address, a1 = the
	                // reason, sp as it was; nobody dies. One range a space; kept over fork, gone
	                // after exec; an empty range removes it
	// From the holder of a BADGE_CONTROL handle:
	PAGER_SPACE_CREATE = 32, // -> w1 = space, handle: the kernel space (MAP excepted)
	PAGER_SPACE_FORK,        // w1 = parent -> w1 = child space, handle: the kernel space
	PAGER_SPACE_DESTROY,     // w1 = space; its threads end, all its frames come back
	PAGER_THREAD_CREATE,     // w1 = space, w2 = priority -> w1 = thread number, handle: a stopped
	                         // thread
	PAGER_EXEC_REGION,       // w1 = space, w2 = start, w3 = end, w4 = PAGER_REGION(kind, rights),
	                   // w5 = PAGER_IMAGE(offset, bytes) for images: adds to the pending layout
	PAGER_EXEC_COMMIT,    // w1 = space, w2 = arg start, w3 = arg bytes: the pending layout replaces
	                      // the present one; pages of [w2, w2 + w3) move to the stack's top
	PAGER_EXEC_ABORT,     // w1 = space: drops the pending layout
	PAGER_THREAD_DESTROY, // w1 = space, w2 = thread number
	PAGER_DEATH_NEXT, // -> w1 = space, w2 = reason | thread << 32, w3 = cause, w4 = stval, w5 = pc;
	                  // FL_EMPTY
	PAGER_REGION_NEXT, // w1 = space, w2 = va -> first region that ends above va:
	                   // w1 = start, w2 = end, w3 = PAGER_REGION, w4 = resident pages; FL_EMPTY
	PAGER_PTE_READ,    // w1 = space, w2 = va -> w1, w2, w3 = PTEs of level 2, 1, 0 (0: none)
	PAGER_STAT,        // w1 = first statistic -> w1..w5 = five values (past the end: 0)
	PAGER_SPACE_STAT,  // w1 = space -> w1 = resident pages, w2 = private pages, w3 = faults,
	                   // w4 = table frames, w5 = regions
	PAGER_AUDIT,       // -> w1 = 1 if core and frame structures are sound, else 0
	// From the holder of a BADGE_FILES handle, the file server:
	PAGER_WINDOW = 96, // w1 = space, w2 = place, w3 = pages (1 .. 16): the space's window has at
	                   // least so many pages, at LAYOUT_WINDOW and at the place in FILES_WINDOW_VA
	PAGER_POOL_TAKE,   // w1 = page (1 .. FILES_POOL_PAGES - 1): a zeroed frame at FILES_POOL_VA
	PAGER_POOL_GIVE    // w1 = page: and back
};

// Populate at once; FL_NO_MEMORY and nothing changed if frames are short.
#define PAGER_SBRK_EAGER 1ul

// PAGER_MMAP. Without FIXED the address is a hint: used if the range is free, else another is
// found.
#define PAGER_MAPPING(rights, flags) ((uint64_t)(flags) << 8 | (uint64_t)(rights))
#define PAGER_MMAP_SHARED 1ul    // shared over fork; else private, copy-on-write
#define PAGER_MMAP_FIXED 2ul     // exactly there: what is there goes first
#define PAGER_MMAP_NOREPLACE 4ul // exactly there, or FL_EXISTS

enum pager_advice {
	PAGER_ADVICE_NORMAL,
	PAGER_ADVICE_DONTNEED, // private pages go; the next touch reads zeros, or the image again
	PAGER_ADVICE_WILLNEED, // populate as far as frames allow
	PAGER_ADVICE_POPULATE  // populate all or FL_NO_MEMORY (mlock)
};

// What a region is.
enum pager_region_kind {
	PAGER_KIND_IMAGE = 1, // pages of a program file, then zeros to the page's end
	PAGER_KIND_ZERO,      // bss: zero-filled on demand
	PAGER_KIND_HEAP,      // one a space: start = end = first break; grows by sbrk up to the limit
	PAGER_KIND_STACK,     // one a space: [lowest address, top); a guard page lies below it
	PAGER_KIND_PRIVATE,   // by PAGER_MMAP
	PAGER_KIND_SHARED     // by PAGER_MMAP with PAGER_MMAP_SHARED
};
#define PAGER_REGION(kind, rights) ((uint64_t)(kind) << 8 | (uint64_t)(rights))
#define PAGER_REGION_KIND(word) ((unsigned)((word) >> 8 & 0xff))
#define PAGER_REGION_RIGHTS(word) ((unsigned)((word)&0xff)) // FL_PROT_READ | ...

// Bytes [offset, offset + bytes) of the initrd; the region's page i holds bytes from
// offset + 4096 * i on, zeros after the last. Offsets are of the archive's first byte.
#define PAGER_IMAGE(offset, bytes) ((uint64_t)(offset) << 32 | (uint64_t)(uint32_t)(bytes))

// Why a fault could not be met. X(number, NAME, text on the console).
#define PAGER_REASONS(X)                                                                           \
	X(1, REASON_NO_REGION, "no region there")                                                      \
	X(2, REASON_NULL, "null page")                                                                 \
	X(3, REASON_GUARD, "stack guard page")                                                         \
	X(4, REASON_ABOVE_BREAK, "above the break")                                                    \
	X(5, REASON_PROTECTION, "access not permitted")                                                \
	X(6, REASON_KERNEL_ADDRESS, "kernel or non-canonical address")                                 \
	X(7, REASON_NO_MEMORY, "out of memory")                                                        \
	X(8, REASON_IO, "input/output error")                                                          \
	X(9, REASON_ILLEGAL, "illegal instruction")                                                    \
	X(10, REASON_BREAKPOINT, "breakpoint")                                                         \
	X(11, REASON_MISALIGNED, "misaligned access")                                                  \
	X(12, REASON_ACCESS_FAULT, "access fault")

enum pager_reason {
#define PAGER_REASON_ENUM(number, name, text) name = (number),
	PAGER_REASONS(PAGER_REASON_ENUM)
#undef PAGER_REASON_ENUM
};

// Statistics, in the order of PAGER_STAT. X(NAME, key for vmstat, what it counts).
// `frames_*` are states, the others count up from boot.
#define PAGER_STATS(X)                                                                             \
	X(FRAMES_TOTAL, "frames_total", "frames of the pager's windows")                               \
	X(FRAMES_FREE, "frames_free", "of these, free")                                                \
	X(FRAMES_ZEROED, "frames_zeroed", "of the free ones, known to be zero")                        \
	X(FRAMES_SHARED, "frames_shared", "frames that more than one mapping slot refers to")          \
	X(FRAMES_META, "frames_meta", "frames used for the pager's own structures")                    \
	X(OBJECT_FRAMES_TOTAL, "object_frames_total", "frames of object runs")                         \
	X(OBJECT_FRAMES_FREE, "object_frames_free", "of these, free")                                  \
	X(FAULTS, "faults", "fault messages received")                                                 \
	X(FAULTS_LOAD, "faults_load", "with cause 13")                                                 \
	X(FAULTS_STORE, "faults_store", "with cause 15")                                               \
	X(FAULTS_FETCH, "faults_fetch", "with cause 12")                                               \
	X(FAULTS_OTHER, "faults_other", "other exceptions")                                            \
	X(FAULTS_FATAL, "faults_fatal", "that could not be met")                                       \
	X(ZERO_SHARED, "zero_shared", "pages mapped to the shared zero frame")                         \
	X(ZERO_FILLS, "zero_fills", "private zeroed frames given out")                                 \
	X(COPIES, "copies", "copy-on-write copies")                                                    \
	X(REUSES, "reuses", "copy-on-write pages with one owner left, made writable")                  \
	X(IMAGE_FILLS, "image_fills", "image pages read into a frame")                                 \
	X(IMAGE_MAPS, "image_maps", "image pages mapped that were resident already")                   \
	X(AROUND_MAPS, "around_maps", "pages mapped by fault-around beyond the one asked for")         \
	X(PROCESS_SPACES, "spaces", "address spaces now")                                              \
	X(MESSAGES, "messages", "calls received")                                                      \
	X(TABLE_FEEDS, "table_feeds", "frames fed as page tables")

enum pager_stat {
#define PAGER_STAT_ENUM(name, key, text) STAT_##name,
	PAGER_STATS(PAGER_STAT_ENUM)
#undef PAGER_STAT_ENUM
		STAT_COUNT
};

// The layout that procd and the pager keep for programs (policy, not kernel).
#define LAYOUT_USER_START 0x1000ul                // page 0 is never mapped
#define LAYOUT_USER_TOP (FL_USER_END - 0x10000ul) // the top 64 KiB are never mapped
#define LAYOUT_STACK_BYTES (8ul << 20)
#define LAYOUT_STACK_TOP LAYOUT_USER_TOP
#define LAYOUT_STACK_START (LAYOUT_STACK_TOP - LAYOUT_STACK_BYTES) // the page below is the guard
#define LAYOUT_MMAP_START 0x3000000000ul                           // the heap may grow up to here
#define LAYOUT_MMAP_END 0x3f00000000ul // mmap without FIXED chooses in [START, END), top down
#define LAYOUT_WINDOW 0x3f80000000ul   // the file server's window; no region reaches into it
#define LAYOUT_WINDOW_BYTES 0x10000ul
#define LAYOUT_IMAGE_BASE 0x10000ul // where our linker script puts programs
#define PAGER_REGIONS_MAX 65536     // a space's regions; more is FL_LIMIT

#endif
