// Two spaces for the tests of kern/table.c: `pager` holds run 0 (objects) and run 1 (a window at
// PAGER_WINDOW, so its frames are USER with count 1); `table` is empty and has no spares.
#ifndef TABLE_COMMON_H
#define TABLE_COMMON_H

#include <string.h>

#include "harness.h"

#define GIB (1ul << 30)
#define PAGER_WINDOW (7 * FL_RUN_SIZE)
#define R FL_PROT_READ
#define RW (FL_PROT_READ | FL_PROT_WRITE)
#define RX (FL_PROT_READ | FL_PROT_EXEC)

static struct table pager, table;
static unsigned next_table; // frame of run 0 that is fed next

static inline struct frame *holder(void)
{
	return frame_at(host_frame(0, 0));
}

static inline void feed(struct table *to, unsigned count)
{
	while (count--)
		host_feed(to, host_frame(0, next_table++));
}

static inline void begin(void)
{
	harness_reset();
	host_space(&pager);
	next_table = 2;
	feed(&pager, 1);
	EXPECT(host_attach(1, FL_RUN_WINDOW, holder(), &pager, VA(PAGER_WINDOW)), FL_OK);
	memset(&table, 0, sizeof(table));
	table.root = host_frame(0, next_table++);
	EXPECT(frame_take(table.root, FL_FRAME_TABLE, holder()->id), FL_OK);
	harness_register(&table);
	harness_watch(&pager, VA(PAGER_WINDOW));
	EXPECT_SOUND();
}

// What rights a leaf may have, bit by bit, as the header says it.
static inline bool prot_is_good(unsigned prot)
{
	bool read = prot & 1, write = prot & 2, execute = prot & 4, dirty = prot & 16;
	if (prot > 31)
		return false;
	if (!read)
		return false;
	if (write && execute)
		return false;
	return write || !dirty;
}

static inline fl_error_t map(uint64_t va, paddr_t pa, unsigned prot)
{
	harness_watch(&table, VA(va));
	return table_map(&table, VA(va), pa, prot);
}

static inline uint32_t count_of(paddr_t pa)
{
	return frame_at(pa)->count;
}

static inline pte_t pte_at(uint64_t va)
{
	unsigned level;
	return harness_walk(&table, VA(va), &level);
}

static inline pte_t *pte_place(uint64_t va)
{
	paddr_t at = table.root;
	for (unsigned level = 2; level > 0; level--)
		at = pte_address(((pte_t *)phys_to_virt(at))[va >> (12 + 9 * level) & 511]);
	return (pte_t *)phys_to_virt(at) + (va >> 12 & 511);
}

#endif
