// Address-space identifiers and TLB fences, and which space a hart is in.
// Source: RISC-V privileged specification 20211203, "Supervisor Address Translation and Protection
// (satp) Register" and "Supervisor Memory-Management Fence Instruction".
//
// A space gets an ASID when it first runs. When they run out, a new generation begins: one flush of
// everything, and every space takes a new number when it runs next. A space whose generation is old
// has nothing in the TLB, so nothing has to be fenced for it.
#ifndef KERN_TLB_H
#define KERN_TLB_H

#include "object.h"

// Probes the ASID width; `limit` (boot argument asid_bits) can make it smaller, 16 = as probed.
void tlb_init(paddr_t kernel_root, unsigned limit);

// satp = this space's table; the caller runs nothing of another space's afterwards.
void tlb_enter(struct space *space);

// The space is about to be destroyed: if satp holds it, the kernel's own table takes its place.
void tlb_leave(struct space *space);

#endif
