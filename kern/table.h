// Sv39 page tables of user spaces: install, remove, weaken, read leaves. Tables come from a list of
// spare frames that was fed by the space's pager, and go back to it when their last entry goes.
// Source: RISC-V privileged specification 20211203, "Sv39: Page-Based 39-bit Virtual-Memory
// System".
//
// Not here: who may map what (map.c), when a space runs (tlb.c).
#ifndef KERN_TABLE_H
#define KERN_TABLE_H

#include "frame.h"

#define PTE_V 0x001ul
#define PTE_R 0x002ul
#define PTE_W 0x004ul
#define PTE_X 0x008ul
#define PTE_U 0x010ul
#define PTE_G 0x020ul
#define PTE_A 0x040ul
#define PTE_D 0x080ul
#define PTE_PPN_SHIFT 10
#define TABLE_ENTRIES 512
// Of the root table; the others are the kernel's, the same everywhere.
#define TABLE_USER_ENTRIES 256

typedef uint64_t pte_t;

// Which translations of a space may sit in a TLB. asid 0 with generation 0: none, no fence needed.
struct asid {
	uint64_t generation;
	uint64_t number;
};

// One space's page table. Guarded later by a lock of the space.
struct table {
	paddr_t root;
	paddr_t spare;    // list of zeroed TABLE frames, linked by frame.id; 0 ends it
	uint32_t spares;  // its length
	uint32_t tables;  // frames in use below the root
	uint64_t leaves;  // valid leaf PTEs of 4 KiB, user half
	uint64_t windows; // valid leaf PTEs of 2 MiB
	struct asid asid;
};

// What a table call needs from the TLB (tlb.c; the host tests count them).
void tlb_flush_page(const struct asid *asid, vaddr_t va);
void tlb_flush_space(const struct asid *asid);
void tlb_new_executable(void); // a page was installed executable: fence.i before user code runs

static inline pte_t pte_leaf(paddr_t pa, unsigned prot)
{
	return pa.v >> FL_PAGE_SHIFT << PTE_PPN_SHIFT | PTE_V | PTE_U | (prot & FL_PROT_RIGHTS) << 1 |
	       (prot & FL_PROT_ACCESSED ? PTE_A : 0) | (prot & FL_PROT_DIRTY ? PTE_D : 0);
}

static inline pte_t pte_table(paddr_t pa)
{
	return pa.v >> FL_PAGE_SHIFT << PTE_PPN_SHIFT | PTE_V;
}

static inline paddr_t pte_address(pte_t pte)
{
	return PA((pte >> PTE_PPN_SHIFT & ((1ul << 44) - 1)) << FL_PAGE_SHIFT);
}

static inline bool pte_is_leaf(pte_t pte)
{
	return pte & (PTE_R | PTE_W | PTE_X);
}

// Index of va in a table of this level (2 = root, 1, 0).
static inline unsigned table_index(vaddr_t va, unsigned level)
{
	return va.v >> (FL_PAGE_SHIFT + 9 * level) & (TABLE_ENTRIES - 1);
}

// Rights that a leaf may have: R, with W or X or neither; D only with W. FL_BAD_PROT otherwise.
// Every page is readable: W alone is a reserved encoding, and X alone would be left without any
// right, which means something else, when protect takes it.
CHECKED fl_error_t prot_check(unsigned prot);

// Hands the table a frame that was just taken as TABLE.
void table_feed(struct table *table, struct frame *frame);

// Takes a spare back (the caller gives the frame up). FL_EMPTY: none.
CHECKED fl_error_t table_drain(struct table *table, struct frame **frame);

// Installs or replaces the leaf at va (page aligned, user half; checked by the caller, as are prot
// and pa). The frame is counted up, one that it replaces down, after the fence; a device page has
// no frame and no count. Errors, nothing changed: FL_NO_TABLE (fewer spares than tables missing),
// FL_EXISTS (a 2 MiB leaf covers va), FL_OVERFLOW.
CHECKED fl_error_t table_map(struct table *table, vaddr_t va, paddr_t pa, unsigned prot);

// Installs a 2 MiB leaf (readable, writable) at va. Errors: FL_NO_TABLE; FL_EXISTS: something is
// mapped in that range. Counts are the caller's (run_hold).
CHECKED fl_error_t table_map_window(struct table *table, vaddr_t va, paddr_t pa);

// Removes leaves from va on, at most FL_BATCH_PAGES pages or skipped tables. *done = pages dealt
// with, *removed = leaves removed (a 2 MiB leaf, removed whole if the range reaches into it, counts
// 512). Fenced before any count drops. Empty tables go to the spare list.
void table_unmap(struct table *table, vaddr_t va, uint64_t pages, uint64_t *done,
                 uint64_t *removed);

// Takes FL_PROT_WRITE and/or FL_PROT_EXEC from leaves; batch as table_unmap; 2 MiB leaves stay.
void table_protect(struct table *table, vaddr_t va, uint64_t pages, unsigned take, uint64_t *done);

// The entries of levels 2, 1, 0 on the way to va; zero after the first that is invalid or a leaf.
void table_read(const struct table *table, vaddr_t va, pte_t entry[3]);

// For machines that fault where A or D must be set (instead of setting them): sets them if the leaf
// at va permits the access. True: the instruction can run again. `access` = one FL_PROT right.
bool table_touch(struct table *table, vaddr_t va, unsigned access);

#endif
