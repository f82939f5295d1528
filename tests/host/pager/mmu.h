// The model of the page tables: which frame word (fl_map_entry) each space has at each page.
#ifndef MMU_H
#define MMU_H

#include <stdint.h>

struct space;

struct mmu_entry {
	struct mmu_entry *next; // of the bucket
	const struct space *space;
	uint64_t va;
	uint64_t frame; // physical address | FL_PROT_*
};

// 0 if nothing is mapped there.
uint64_t mmu_find(const struct space *space, uint64_t va);
void mmu_map(const struct space *space, uint64_t va, uint64_t frame);
void mmu_unmap(const struct space *space, uint64_t va, uint64_t pages);
void mmu_protect(const struct space *space, uint64_t va, uint64_t pages, unsigned rights);
void mmu_clear(void);
// All entries of all spaces: NULL starts and ends.
const struct mmu_entry *mmu_next(const struct mmu_entry *entry);

#endif
