// The page tables of the pager's host tests: one hash table for all spaces.
#include "mmu.h"

#include <stdbool.h>
#include <stdlib.h>

#include "abi/object.h"

#define BUCKETS 65536

static struct mmu_entry *table[BUCKETS];

static unsigned bucket_of(const struct space *space, uint64_t va)
{
	return ((va >> FL_PAGE_SHIFT) ^ (uint64_t)(uintptr_t)space >> 3) % BUCKETS;
}

static struct mmu_entry **link_of(const struct space *space, uint64_t va)
{
	struct mmu_entry **link = &table[bucket_of(space, va)];
	while (*link && ((*link)->space != space || (*link)->va != va))
		link = &(*link)->next;
	return link;
}

static void remove_at(struct mmu_entry **link)
{
	struct mmu_entry *entry = *link;
	*link = entry->next;
	free(entry);
}

static bool is_inside(const struct mmu_entry *entry, const struct space *space, uint64_t va,
                      uint64_t pages)
{
	return entry->space == space && entry->va >= va && entry->va - va < pages << FL_PAGE_SHIFT;
}

uint64_t mmu_find(const struct space *space, uint64_t va)
{
	const struct mmu_entry *entry = *link_of(space, va & ~(FL_PAGE_SIZE - 1));
	return entry ? entry->frame : 0;
}

void mmu_map(const struct space *space, uint64_t va, uint64_t frame)
{
	struct mmu_entry **link = link_of(space, va);
	if (!*link) {
		*link = calloc(1, sizeof(struct mmu_entry));
		(*link)->space = space;
		(*link)->va = va;
	}
	(*link)->frame = frame;
}

void mmu_unmap(const struct space *space, uint64_t va, uint64_t pages)
{
	if (pages < BUCKETS) {
		for (uint64_t i = 0; i < pages; i++) {
			struct mmu_entry **link = link_of(space, va + (i << FL_PAGE_SHIFT));
			if (*link)
				remove_at(link);
		}
		return;
	}
	for (unsigned i = 0; i < BUCKETS; i++) {
		for (struct mmu_entry **link = &table[i]; *link;) {
			if (is_inside(*link, space, va, pages))
				remove_at(link);
			else
				link = &(*link)->next;
		}
	}
}

void mmu_protect(const struct space *space, uint64_t va, uint64_t pages, unsigned rights)
{
	uint64_t taken = rights | (rights & FL_PROT_WRITE ? FL_PROT_DIRTY : 0);
	for (unsigned i = 0; i < BUCKETS; i++) {
		for (struct mmu_entry *entry = table[i]; entry; entry = entry->next) {
			if (is_inside(entry, space, va, pages))
				entry->frame &= ~taken;
		}
	}
}

void mmu_clear(void)
{
	for (unsigned i = 0; i < BUCKETS; i++) {
		while (table[i])
			remove_at(&table[i]);
	}
}

const struct mmu_entry *mmu_next(const struct mmu_entry *entry)
{
	if (entry && entry->next)
		return entry->next;
	for (unsigned i = entry ? bucket_of(entry->space, entry->va) + 1 : 0; i < BUCKETS; i++) {
		if (table[i])
			return table[i];
	}
	return NULL;
}
