// Compares the kernel's frames, runs and tables with the plain model; see random_model.h.
#include "random_model.h"

static uint64_t valid_entries(const struct frame *table)
{
	const pte_t *entry = phys_to_virt(frame_address(table));
	uint64_t valid = 0;
	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		valid += entry[i] & PTE_V;
	return valid;
}

static void check_frames(void)
{
	static uint32_t count[HOST_FRAMES];
	for (unsigned i = 0; i < HOST_FRAMES; i++)
		count[i] = model.extra[i];
	for (unsigned s = 0; s < SPACES; s++) {
		const struct model_space *space = &model.space[s];
		for (unsigned i = 0; i < PAGES; i++) {
			uint64_t frame = (space->page[i].pa - HOST_BASE) / FL_PAGE_SIZE;
			if (space->page[i].prot && frame < HOST_FRAMES)
				count[frame]++;
		}
		for (unsigned i = 0; i < PLACES; i++) {
			for (unsigned f = 0; f < FL_RUN_FRAMES && space->window[i] != NO_RUN; f++)
				count[(unsigned)space->window[i] * FL_RUN_FRAMES + f]++;
		}
	}
	for (unsigned i = 0; i < HOST_FRAMES; i++) {
		const struct frame *frame = &frames.frame[i];
		MUST(frame->type, model.type[i]);
		MUST(frame->count, frame->type == FL_FRAME_TABLE ? valid_entries(frame) : count[i]);
	}
}

static void check_runs(void)
{
	for (unsigned i = 0; i < HOST_RUNS; i++) {
		uint64_t window = 0;
		bool is_orphan = model.run[i].holder != 0;
		for (unsigned s = 0; s < SPACES; s++) {
			for (unsigned j = 0; j < PLACES; j++) {
				if (model.space[s].window[j] == (int)i)
					window = model_place_region[j] * FL_RUN_SIZE;
			}
			is_orphan &= !model.space[s].is_alive || model.space[s].id != model.run[i].holder;
		}
		MUST(frames.run[i].kind, model.run[i].kind);
		MUST(frames.run[i].holder, model.run[i].holder);
		MUST(frames.run[i].window, window);
		MUST(run_is_orphan(&frames.run[i]), is_orphan);
	}
}

static void check_table(unsigned s)
{
	const struct table *table = &random_table[s];
	unsigned level;
	for (unsigned i = 0; i < PAGES; i++) {
		pte_t pte = harness_walk(table, VA(model_page_number[i] << FL_PAGE_SHIFT), &level);
		if (!(pte & PTE_V) || level == 0)
			MUST(pte, model_pte(s, i));
		else
			MUST(model_pte(s, i), 0); // a window is there
	}
	for (unsigned i = 0; i < PLACES; i++) {
		int run = model.space[s].window[i];
		pte_t pte = harness_walk(table, VA(model_place_region[i] * FL_RUN_SIZE), &level);
		MUST(pte & PTE_V && level == 1, run != NO_RUN);
		if (run != NO_RUN)
			MUST(pte, host_frame((unsigned)run, 0).v / 4096 * 1024 + 0xd7); // D A U W R V
	}
	MUST(table->leaves, model_leaves(s));
	MUST(table->windows, model_windows(s));
	MUST(table->tables, model_tables(s));
	MUST(table->spares, model.space[s].fed - model_tables(s));
	uint64_t spares = 0;
	for (paddr_t pa = table->spare; pa.v && spares <= HOST_FRAMES; spares++) {
		const struct frame *frame = frame_at(pa);
		MUST(frame && frame->type == FL_FRAME_TABLE && frame->count == 0, true);
		MUST(host_page_is(pa, 0), true);
		pa = PA(frame->id);
	}
	MUST(spares, table->spares);
}

// All leaves and tables that a walk of the whole tree meets.
static void count_tree(paddr_t at, unsigned level, uint64_t *leaves, uint64_t *windows,
                       uint64_t *tables)
{
	const pte_t *entry = phys_to_virt(at);
	for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
		bool is_leaf = level == 0 || entry[i] & (PTE_R | PTE_W | PTE_X);
		if (!(entry[i] & PTE_V)) {
			MUST(entry[i], 0);
			continue;
		}
		*leaves += level == 0;
		*windows += is_leaf && level == 1;
		MUST(is_leaf && level == 2, false);
		if (is_leaf)
			continue;
		++*tables;
		count_tree(PA(entry[i] / 1024 * 4096), level - 1, leaves, windows, tables);
	}
}

static void check_zero(uint64_t first, uint64_t count)
{
	for (uint64_t i = first; i < first + count; i++) {
		const struct frame *frame = &frames.frame[i % HOST_FRAMES];
		if (frame->type == FL_FRAME_FREE && run_of(frame)->kind == FL_RUN_OBJECT)
			MUST(host_page_is(frame_address(frame), 0), true);
	}
}

void random_check(uint64_t step)
{
	harness_settle();
	if (*harness_problem())
		random_must(harness_problem(), false, true);
	check_frames();
	check_runs();
	check_zero(step * 4, 4);
	for (unsigned s = 0; s < SPACES; s++) {
		if (!model.space[s].is_alive)
			continue;
		check_table(s);
		if (step % 64)
			continue;
		uint64_t leaves = 0, windows = 0, tables = 0;
		count_tree(random_table[s].root, 2, &leaves, &windows, &tables);
		MUST(leaves, model_leaves(s));
		MUST(windows, model_windows(s));
		MUST(tables, model_tables(s));
	}
	if (step % 1024 == 0)
		check_zero(0, HOST_FRAMES);
}
