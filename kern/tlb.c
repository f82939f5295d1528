// ASIDs, fences, satp; see tlb.h.
#include "tlb.h"

#include "riscv.h"

static struct {
	paddr_t kernel_root;
	unsigned bits;
	uint64_t generation; // of the numbers that are valid now; 0 is never one
	uint64_t next;       // number to give out; 0 is the kernel's own
} tlb;

static void fence_all(void)
{
	__asm__ volatile("sfence.vma" ::: "memory");
	this_hart()->sfences++;
}

static void satp_set(paddr_t root, uint64_t asid)
{
	csr_write(satp, SATP_SV39 | asid << SATP_ASID_SHIFT | root.v >> FL_PAGE_SHIFT);
	this_hart()->satp_writes++;
}

void tlb_init(paddr_t kernel_root, unsigned limit)
{
	// satp.ASID is WARL: bits that do not exist read back as 0.
	satp_set(kernel_root, 0xffff);
	uint64_t probed = csr_read(satp) >> SATP_ASID_SHIFT & 0xffff;
	satp_set(kernel_root, 0);
	fence_all();
	tlb.kernel_root = kernel_root;
	while (tlb.bits < limit && probed >> tlb.bits & 1)
		tlb.bits++;
	tlb.generation = 1;
	tlb.next = 1;
}

void tlb_enter(struct space *space)
{
	struct hart *hart = this_hart();
	struct asid *asid = &space->table.asid;
	hart->space = space;
	if (tlb.bits == 0) {
		asid->generation = tlb.generation;
		satp_set(space->table.root, 0);
		fence_all();
		return;
	}
	if (asid->generation != tlb.generation) {
		bool is_new_generation = tlb.next >> tlb.bits;
		if (is_new_generation) {
			tlb.generation++;
			tlb.next = 1;
		}
		asid->generation = tlb.generation;
		asid->number = tlb.next++;
		satp_set(space->table.root, asid->number);
		if (is_new_generation)
			fence_all();
		return;
	}
	satp_set(space->table.root, asid->number);
}

void tlb_leave(struct space *space)
{
	struct hart *hart = this_hart();
	if (hart->space == space) {
		hart->space = NULL;
		satp_set(tlb.kernel_root, 0);
	}
}

void tlb_flush_page(const struct asid *asid, vaddr_t va)
{
	if (asid->generation != tlb.generation)
		return;
	__asm__ volatile("sfence.vma %0, %1" ::"r"(va.v), "r"(asid->number) : "memory");
	this_hart()->sfences++;
}

void tlb_flush_space(const struct asid *asid)
{
	if (asid->generation != tlb.generation)
		return;
	__asm__ volatile("sfence.vma zero, %0" ::"r"(asid->number) : "memory");
	this_hart()->sfences++;
}

void tlb_new_executable(void)
{
	this_hart()->fence_i = true;
}
