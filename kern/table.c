// Sv39 page tables; see table.h for the contracts.
#include "table.h"

static pte_t *entry_of(paddr_t table, vaddr_t va, unsigned level)
{
	return (pte_t *)phys_to_virt(table) + table_index(va, level);
}

fl_error_t prot_check(unsigned prot)
{
	unsigned rights = prot & FL_PROT_RIGHTS;
	if (!(rights & FL_PROT_READ) || prot & ~FL_PROT_MASK)
		return FL_BAD_PROT;
	if (rights & FL_PROT_WRITE && rights & FL_PROT_EXEC)
		return FL_BAD_PROT;
	if (prot & FL_PROT_DIRTY && !(rights & FL_PROT_WRITE))
		return FL_BAD_PROT;
	return FL_OK;
}

void table_feed(struct table *table, struct frame *frame)
{
	frame->id = table->spare.v;
	table->spare = frame_address(frame);
	table->spares++;
}

fl_error_t table_drain(struct table *table, struct frame **frame)
{
	if (table->spares == 0)
		return FL_EMPTY;
	*frame = frame_at(table->spare);
	table->spare = PA((*frame)->id);
	table->spares--;
	(*frame)->id = 0;
	return FL_OK;
}

// The frame of the table that holds this entry.
static struct frame *frame_of_entry(const pte_t *entry)
{
	return frame_at(PA(align_down(virt_to_phys(entry).v, FL_PAGE_SIZE)));
}

// Walks to the entry of level `stop` for va. Missing tables come from the spare list if there are
// enough for the whole way; otherwise FL_NO_TABLE and nothing changed. *linked: there were some.
static CHECKED fl_error_t table_walk(struct table *table, vaddr_t va, unsigned stop, pte_t **out,
                                     bool *linked)
{
	pte_t *entry = entry_of(table->root, va, 2);
	*linked = false;
	for (unsigned level = 2; level > stop; level--) {
		if (!(*entry & PTE_V)) {
			struct frame *frame;
			if (table->spares < level - stop || table_drain(table, &frame))
				return FL_NO_TABLE;
			table->tables++;
			*entry = pte_table(frame_address(frame));
			frame_of_entry(entry)->count++;
			*linked = true;
		} else if (pte_is_leaf(*entry)) {
			return FL_EXISTS;
		}
		entry = entry_of(pte_address(*entry), va, level - 1);
	}
	*out = entry;
	return FL_OK;
}

// After an entry changed. Invalid to valid needs it as well: an implementation may have cached the
// invalid entry, and the thread would fault for ever. A fence of one address orders leaf entries
// only (privileged specification, "Supervisor Memory-Management Fence Instruction").
static void fence_changed(struct table *table, vaddr_t va, bool linked)
{
	if (linked)
		tlb_flush_space(&table->asid);
	else
		tlb_flush_page(&table->asid, va);
}

fl_error_t table_map(struct table *table, vaddr_t va, paddr_t pa, unsigned prot)
{
	pte_t *entry;
	bool linked;
	struct frame *frame = frame_at(pa);
	if (frame && frame->count == UINT32_MAX)
		return FL_OVERFLOW;
	fl_error_t error = table_walk(table, va, 0, &entry, &linked);
	if (error)
		return error;
	if (frame)
		frame->count++;
	pte_t old = *entry;
	*entry = pte_leaf(pa, prot);
	if (prot & FL_PROT_EXEC)
		tlb_new_executable();
	fence_changed(table, va, linked);
	if (!(old & PTE_V)) {
		frame_of_entry(entry)->count++;
		table->leaves++;
		return FL_OK;
	}
	struct frame *replaced = frame_at(pte_address(old));
	if (replaced)
		frame_count_down(replaced);
	return FL_OK;
}

fl_error_t table_map_window(struct table *table, vaddr_t va, paddr_t pa)
{
	pte_t *entry;
	bool linked;
	fl_error_t error = table_walk(table, va, 1, &entry, &linked);
	if (error)
		return error;
	if (*entry & PTE_V)
		return FL_EXISTS;
	*entry = pte_leaf(pa, FL_PROT_READ | FL_PROT_WRITE | FL_PROT_ACCESSED | FL_PROT_DIRTY);
	frame_of_entry(entry)->count++;
	table->windows++;
	fence_changed(table, va, linked);
	return FL_OK;
}

// The valid entries of levels 2 and 1 on the way to va, or NULL from the first invalid one on.
struct path {
	pte_t *level2, *level1;
};

static struct path path_to(const struct table *table, vaddr_t va)
{
	struct path path = {entry_of(table->root, va, 2), NULL};
	if (!(*path.level2 & PTE_V))
		return (struct path){NULL, NULL};
	path.level1 = entry_of(pte_address(*path.level2), va, 1);
	if (!(*path.level1 & PTE_V))
		path.level1 = NULL;
	return path;
}

// Pages from va to the end of the region that one entry of this level covers.
static uint64_t pages_left(vaddr_t va, unsigned level)
{
	uint64_t span = FL_PAGE_SIZE << (9 * level);
	return (span - (va.v & (span - 1))) >> FL_PAGE_SHIFT;
}

// Takes the entry *level1 off the tree, and *level2 too if that was the last of its table. The
// caller fences before it feeds what this returns: *upper is the level-1 table that went, or NULL.
static void entry_unlink(struct path path, struct frame **upper)
{
	struct frame *holder = frame_of_entry(path.level1);
	*path.level1 = 0;
	holder->count--;
	*upper = NULL;
	if (holder->count == 0) {
		*path.level2 = 0;
		frame_of_entry(path.level2)->count--;
		*upper = holder;
	}
}

static void table_retire(struct table *table, struct frame *frame)
{
	table->tables--;
	table_feed(table, frame);
}

// A 2 MiB leaf goes whole.
static void window_unmap(struct table *table, struct path path)
{
	struct frame *first = frame_at(pte_address(*path.level1));
	struct frame *upper;
	entry_unlink(path, &upper);
	tlb_flush_space(&table->asid);
	table->windows--;
	run_window_removed(run_of(first));
	if (upper)
		table_retire(table, upper);
}

// Removes the leaves for `pages` pages from va on, all in one level-0 table. In the first pass a
// leaf only loses V, so that hardware stops using it; then comes the fence; then the frames are
// counted down: nothing is reused before, because a count of 0 is what permits reuse.
static uint64_t leaves_unmap(struct table *table, struct path path, vaddr_t va, uint64_t pages)
{
	pte_t *leaf = entry_of(pte_address(*path.level1), va, 0);
	struct frame *holder = frame_of_entry(leaf);
	uint64_t removed = 0, last = 0;
	for (uint64_t i = 0; i < pages; i++) {
		if (leaf[i] & PTE_V) {
			leaf[i] &= ~PTE_V;
			removed++;
			last = i;
		}
	}
	if (removed == 0)
		return 0;
	struct frame *upper = NULL;
	holder->count -= (uint32_t)removed;
	if (holder->count == 0)
		entry_unlink(path, &upper);
	if (removed == 1 && holder->count)
		tlb_flush_page(&table->asid, VA(va.v + (last << FL_PAGE_SHIFT)));
	else
		tlb_flush_space(&table->asid);
	for (uint64_t i = 0; i < pages; i++) {
		if (!leaf[i])
			continue;
		struct frame *frame = frame_at(pte_address(leaf[i]));
		leaf[i] = 0;
		if (frame)
			frame_count_down(frame);
	}
	table->leaves -= removed;
	if (holder->count == 0)
		table_retire(table, holder);
	if (upper)
		table_retire(table, upper);
	return removed;
}

void table_unmap(struct table *table, vaddr_t va, uint64_t pages, uint64_t *done, uint64_t *removed)
{
	*done = 0;
	*removed = 0;
	for (uint64_t budget = FL_BATCH_PAGES; *done < pages && budget;) {
		vaddr_t at = VA(va.v + (*done << FL_PAGE_SHIFT));
		struct path path = path_to(table, at);
		uint64_t left = min_u64(pages - *done, pages_left(at, path.level2 ? 1 : 2));
		if (!path.level1) {
			budget--;
		} else if (pte_is_leaf(*path.level1)) {
			window_unmap(table, path);
			*removed += FL_RUN_FRAMES;
			budget = 0;
		} else {
			left = min_u64(left, budget);
			*removed += leaves_unmap(table, path, at, left);
			budget -= left;
		}
		*done += left;
	}
}

void table_protect(struct table *table, vaddr_t va, uint64_t pages, unsigned take, uint64_t *done)
{
	pte_t mask = (take & FL_PROT_WRITE ? PTE_W : 0) | (take & FL_PROT_EXEC ? PTE_X : 0);
	bool changed = false;
	*done = 0;
	for (uint64_t budget = FL_BATCH_PAGES; *done < pages && budget;) {
		vaddr_t at = VA(va.v + (*done << FL_PAGE_SHIFT));
		struct path path = path_to(table, at);
		uint64_t left = min_u64(pages - *done, pages_left(at, path.level2 ? 1 : 2));
		if (!path.level1 || pte_is_leaf(*path.level1)) {
			budget--;
			*done += left;
			continue;
		}
		left = min_u64(left, budget);
		pte_t *leaf = entry_of(pte_address(*path.level1), at, 0);
		for (uint64_t i = 0; i < left; i++) {
			if (leaf[i] & PTE_V && leaf[i] & mask) {
				// Atomic: hardware may set A or D in the same word.
				__atomic_fetch_and(&leaf[i], ~mask, __ATOMIC_RELAXED);
				changed = true;
			}
		}
		budget -= left;
		*done += left;
	}
	if (changed)
		tlb_flush_space(&table->asid);
}

void table_read(const struct table *table, vaddr_t va, pte_t entry[3])
{
	struct path path = path_to(table, va);
	entry[0] = path.level2 ? *path.level2 : 0;
	entry[1] = path.level1 ? *path.level1 : 0;
	entry[2] = 0;
	if (path.level1 && !pte_is_leaf(*path.level1))
		entry[2] = *entry_of(pte_address(*path.level1), va, 0);
}

bool table_touch(struct table *table, vaddr_t va, unsigned access)
{
	struct path path = path_to(table, va);
	if (!path.level1)
		return false;
	pte_t *leaf = path.level1;
	if (!pte_is_leaf(*leaf))
		leaf = entry_of(pte_address(*leaf), va, 0);
	pte_t want = PTE_A | (access & FL_PROT_WRITE ? PTE_D : 0);
	pte_t need = PTE_V | PTE_U | (pte_t)access << 1;
	if ((*leaf & need) != need || (*leaf & want) == want)
		return false;
	__atomic_fetch_or(leaf, want, __ATOMIC_RELAXED);
	tlb_flush_page(&table->asid, va);
	return true;
}
