// The random test's steps on page tables: each calls kern/table.c and the model and compares the
// results. Not here: what else must hold after a step (random_check.c).
#include "random_model.h"

static const unsigned prots[] = {1, 9, 3, 11, 19, 27, 5, 13};

void step_map(unsigned s)
{
	unsigned page = random_below(PAGES), prot = prots[random_below(8)], frame = random_frame();
	paddr_t pa = random_address(frame);
	if (model.type[frame] != FL_FRAME_USER) // what a caller may not map
		pa = random_below(2) ? random_address(FIXED_FRAME)
		                     : PA(HOST_DEVICE + random_below(4) * FL_PAGE_SIZE);
	random_must_be("table_map",
	               table_map(&random_table[s], VA(model_page_number[page] << 12), pa, prot),
	               model_map(s, page, pa.v, prot));
}

static void random_range(uint64_t *start, uint64_t *pages)
{
	uint64_t a = model_page_number[random_below(PAGES)] + random_below(2);
	uint64_t b = model_page_number[random_below(PAGES)] + random_below(2);
	if (random_below(3) == 0) // short ones remove few
		b = a + random_below(3);
	if (random_below(20) == 0)
		a = 0, b = FL_USER_END >> 12;
	*start = a < b ? a : b;
	*pages = min_u64(a < b ? b - a : a - b, (FL_USER_END >> 12) - *start);
}

uint64_t random_unmap(unsigned s, uint64_t start, uint64_t pages)
{
	uint64_t done, removed, expected_done, expected_removed;
	table_unmap(&random_table[s], VA(start << 12), pages, &done, &removed);
	model_unmap(s, start, pages, &expected_done, &expected_removed);
	MUST(done, expected_done);
	MUST(removed, expected_removed);
	return done;
}

void step_unmap(unsigned s)
{
	uint64_t start, pages;
	random_range(&start, &pages);
	random_unmap(s, start, pages);
}

void step_protect(unsigned s)
{
	static const unsigned takes[] = {FL_PROT_WRITE, FL_PROT_EXEC, FL_PROT_WRITE | FL_PROT_EXEC};
	uint64_t start, pages, done, expected_done;
	unsigned take = takes[random_below(3)];
	random_range(&start, &pages);
	table_protect(&random_table[s], VA(start << 12), pages, take, &done);
	model_protect(s, start, pages, take, &expected_done);
	MUST(done, expected_done);
}

void step_touch(unsigned s)
{
	unsigned page = random_below(PAGES), access = 1u << random_below(3);
	vaddr_t va = VA((model_page_number[page] << 12) + 8 * random_below(512));
	MUST(table_touch(&random_table[s], va, access), model_touch(s, page, access));
}

void step_read(unsigned s)
{
	pte_t entry[3];
	unsigned level, page = random_below(PAGES);
	vaddr_t va = VA((model_page_number[page] << 12) + random_below(4096));
	table_read(&random_table[s], va, entry);
	pte_t last = harness_walk(&random_table[s], va, &level);
	MUST(entry[2 - level], last);
	for (unsigned i = 0; i < 3; i++)
		MUST(entry[i] != 0, i < 2 - level || (i == 2 - level && last));
	if (level == 0)
		MUST(entry[2], model_pte(s, page));
}

// A machine that sets A and D by itself.
void step_hardware(unsigned s)
{
	unsigned page = random_below(PAGES), access = 1u << random_below(2);
	struct model_page *p = &model.space[s].page[page];
	if (!(p->prot & access))
		return;
	bool is_write = access == FL_PROT_WRITE;
	harness_hardware_sets(&random_table[s], VA(model_page_number[page] << 12),
	                      is_write ? PTE_A | PTE_D : PTE_A);
	p->prot |= FL_PROT_ACCESSED | (is_write ? FL_PROT_DIRTY : 0);
}

void step_feed(unsigned s)
{
	unsigned frame = random_below(HOST_RUNS) * 512 + 200 + random_below(40);
	uint64_t holder = model.run[frame / 512].holder;
	if (random_below(8) == 0)
		holder = model.space[random_below(SPACES)].id;
	if (random_take(frame, FL_FRAME_TABLE, holder))
		return;
	table_feed(&random_table[s], &frames.frame[frame]);
	model.space[s].fed++;
}

void step_drain(unsigned s)
{
	struct frame *frame;
	bool has_spare = model.space[s].fed > model_tables(s);
	fl_error_t error = table_drain(&random_table[s], &frame);
	MUST(error, has_spare ? FL_OK : FL_EMPTY);
	if (error)
		return;
	MUST(model.type[frame_index(frame)], FL_FRAME_TABLE);
	model.space[s].fed--;
	random_give(frame);
}
