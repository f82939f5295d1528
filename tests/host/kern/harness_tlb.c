// The model TLB of the host tests; see harness.h for what it remembers and demands.
#include "harness.h"

#include <string.h>

#define WATCHES 2048
#define SEEN 8

// PTEs that a TLB may hold: the value, and the level at which the walk ended there.
struct seen {
	pte_t pte[SEEN];
	uint8_t level[SEEN];
	unsigned count;
};

struct watch {
	struct table *table;
	vaddr_t va;
	struct seen leaf;    // since the last fence of this page
	struct seen pointer; // since the last fence of this space
	pte_t settled;       // when the last operation ended
};

struct host_fences host_fences;

static struct watch watches[WATCHES];
static unsigned watch_count;
static uint64_t executable_settled;

void harness_tlb_reset(void)
{
	watch_count = 0;
	host_fences = (struct host_fences){0};
	executable_settled = 0;
}

void harness_forget(struct table *table)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < HOST_TABLES; i++) {
		if (harness_tables[i] == table)
			harness_tables[i] = NULL;
	}
	for (unsigned i = 0; i < watch_count; i++) {
		if (watches[i].table != table)
			watches[kept++] = watches[i];
	}
	watch_count = kept;
}

pte_t harness_walk(const struct table *table, vaddr_t va, unsigned *level)
{
	uint64_t at = table->root.v;
	for (*level = 2;; --*level) {
		uint64_t index = va.v / (1ul << (12 + 9 * *level)) % 512;
		pte_t pte = ((const pte_t *)phys_to_virt(PA(at)))[index];
		if (!(pte & PTE_V) || pte & (PTE_R | PTE_W | PTE_X) || *level == 0)
			return pte;
		at = (pte >> 10) << 12;
	}
}

static void seen_add(struct seen *seen, pte_t pte, unsigned level)
{
	for (unsigned i = 0; i < seen->count; i++) {
		if (seen->pte[i] == pte && seen->level[i] == level)
			return;
	}
	if (seen->count == SEEN) {
		harness_complain("more than %d PTEs of one page without a fence", SEEN);
		return;
	}
	seen->pte[seen->count] = pte;
	seen->level[seen->count++] = (uint8_t)level;
}

static void watch_sample(struct watch *watch)
{
	unsigned last;
	pte_t pte = harness_walk(watch->table, watch->va, &last);
	seen_add(&watch->leaf, pte, last);
	paddr_t at = watch->table->root;
	for (unsigned level = 2; level > last; level--) {
		uint64_t index = watch->va.v >> (12 + 9 * level) & 511;
		pte = ((const pte_t *)phys_to_virt(at))[index];
		at = PA(pte >> 10 << 12);
		seen_add(&watch->pointer, pte, level);
	}
}

void harness_watch(struct table *table, vaddr_t va)
{
	for (unsigned i = 0; i < watch_count; i++) {
		if (watches[i].table == table && watches[i].va.v == va.v)
			return;
	}
	if (watch_count == WATCHES) {
		harness_complain("more than %d watches", WATCHES);
		return;
	}
	struct watch *watch = &watches[watch_count++];
	*watch = (struct watch){.table = table, .va = va};
	unsigned level;
	watch->settled = harness_walk(table, va, &level);
	watch_sample(watch);
}

// A frame's count must cover each page (of a window: the whole run) that the TLB may still use. At
// its first fence a window is excused: its run is held, and counted, right after.
static void counts_check(bool is_fence)
{
	static uint32_t named[HOST_FRAMES];
	memset(named, 0, sizeof(named));
	for (unsigned i = 0; i < watch_count; i++) {
		const struct seen *seen = &watches[i].leaf;
		for (unsigned j = 0; j < seen->count; j++) {
			const struct frame *frame = frame_at(pte_address(seen->pte[j]));
			bool is_repeated = false; // the same frame, other bits: one mapping
			for (unsigned k = 0; k < j; k++)
				is_repeated |= seen->pte[k] & PTE_V && seen->level[k] == seen->level[j] &&
				               pte_address(seen->pte[k]).v == pte_address(seen->pte[j]).v;
			if (!(seen->pte[j] & PTE_V) || !frame || is_repeated)
				continue;
			if (seen->level[j] == 0)
				named[frame_index(frame)]++;
			else if (is_aligned(watches[i].va.v, FL_RUN_SIZE) &&
			         !(is_fence && run_of(frame)->kind == FL_RUN_NONE))
				for (unsigned k = 0; k < FL_RUN_FRAMES; k++)
					named[frame_index(frame) + k]++;
		}
	}
	for (unsigned i = 0; i < HOST_FRAMES; i++) {
		if (frames.frame[i].count < named[i])
			harness_complain("frame %u: count %u before the fence, the TLB names it %u times", i,
			                 frames.frame[i].count, named[i]);
	}
}

static void pointers_check(void)
{
	static bool is_spare[HOST_FRAMES];
	memset(is_spare, 0, sizeof(is_spare));
	for (unsigned i = 0; i < HOST_TABLES; i++) {
		uint64_t pa = harness_tables[i] ? harness_tables[i]->spare.v : 0;
		for (unsigned left = HOST_FRAMES; pa && left; left--) {
			is_spare[(pa - HOST_BASE) >> 12] = true;
			pa = frames.frame[(pa - HOST_BASE) >> 12].id;
		}
	}
	for (unsigned i = 0; i < watch_count; i++) {
		const struct seen *seen = &watches[i].pointer;
		for (unsigned j = 0; j < seen->count; j++) {
			const struct frame *frame = frame_at(pte_address(seen->pte[j]));
			if (!frame || frame->type != FL_FRAME_TABLE || is_spare[frame_index(frame)])
				harness_complain("a table was retired before the fence of its space, va 0x%lx",
				                 watches[i].va.v);
		}
	}
}

static void fence_begin(const struct asid *asid)
{
	bool is_known = false;
	for (unsigned i = 0; i < HOST_TABLES; i++)
		is_known |= harness_tables[i] && asid == &harness_tables[i]->asid;
	if (!is_known)
		harness_complain("a fence of an unknown space");
	for (unsigned i = 0; i < watch_count; i++)
		watch_sample(&watches[i]);
	counts_check(true);
	pointers_check();
}

// Forgets what a fence of this page covers: entries at the level of the leaf that is there now. A
// pointer that took the place of an invalid entry needs the fence of the space.
static void leaf_forget(struct watch *watch, vaddr_t va, unsigned fenced)
{
	struct seen kept = {.count = 0};
	for (unsigned j = 0; j < watch->leaf.count; j++) {
		unsigned level = watch->leaf.level[j];
		if (level != fenced || (watch->va.v ^ va.v) >> (12 + 9 * level))
			seen_add(&kept, watch->leaf.pte[j], level);
	}
	watch->leaf = kept;
}

void tlb_flush_page(const struct asid *asid, vaddr_t va)
{
	host_fences.page++;
	host_fences.last_page = va.v;
	fence_begin(asid);
	for (unsigned i = 0; i < watch_count; i++) {
		if (&watches[i].table->asid == asid) {
			unsigned level;
			harness_walk(watches[i].table, va, &level);
			leaf_forget(&watches[i], va, level);
			watch_sample(&watches[i]);
		}
	}
}

void tlb_flush_space(const struct asid *asid)
{
	host_fences.space++;
	fence_begin(asid);
	for (unsigned i = 0; i < watch_count; i++) {
		if (&watches[i].table->asid == asid) {
			watches[i].leaf.count = 0;
			watches[i].pointer.count = 0;
			watch_sample(&watches[i]);
		}
	}
}

void tlb_new_executable(void)
{
	host_fences.executable++;
}

static void watch_settle(struct watch *watch)
{
	unsigned level;
	pte_t now = harness_walk(watch->table, watch->va, &level), before = watch->settled;
	watch_sample(watch);
	for (unsigned j = 0; j < watch->leaf.count; j++) {
		pte_t pte = watch->leaf.pte[j];
		if ((pte & PTE_V) != (now & PTE_V) || (pte & PTE_V && pte != now))
			harness_complain("stale in the TLB: va 0x%lx, PTE 0x%lx, in the table 0x%lx",
			                 watch->va.v, pte, now);
	}
	for (unsigned j = 0; j < watch->pointer.count; j++) {
		vaddr_t va = watch->va;
		unsigned at = watch->pointer.level[j];
		paddr_t table = watch->table->root;
		for (unsigned l = 2; l > at && l > level; l--)
			table = pte_address(((pte_t *)phys_to_virt(table))[va.v >> (12 + 9 * l) & 511]);
		if (at <= level ||
		    ((pte_t *)phys_to_virt(table))[va.v >> (12 + 9 * at) & 511] != watch->pointer.pte[j])
			harness_complain("stale pointer to a table: va 0x%lx, level %u", va.v, at);
	}
	bool was_executable =
		before & PTE_V && before & PTE_X && pte_address(before).v == pte_address(now).v;
	if (now & PTE_V && now & PTE_X && !was_executable &&
	    host_fences.executable == executable_settled)
		harness_complain("va 0x%lx is newly executable without fence.i", watch->va.v);
	watch->settled = now;
}

void harness_settle(void)
{
	for (unsigned i = 0; i < watch_count; i++)
		watch_settle(&watches[i]);
	counts_check(false);
	pointers_check();
	executable_settled = host_fences.executable;
}

bool harness_hardware_sets(struct table *table, vaddr_t va, pte_t bits)
{
	unsigned level;
	pte_t pte = harness_walk(table, va, &level);
	if (!(pte & PTE_V) || level || (bits & PTE_D && !(pte & PTE_W)))
		return false;
	paddr_t at = table->root;
	for (unsigned l = 2; l > 0; l--)
		at = pte_address(((pte_t *)phys_to_virt(at))[va.v >> (12 + 9 * l) & 511]);
	((pte_t *)phys_to_virt(at))[va.v >> 12 & 511] |= bits;
	for (unsigned i = 0; i < watch_count; i++) {
		struct watch *watch = &watches[i];
		if (watch->table == table && watch->va.v == va.v) {
			watch->leaf.count = 0;
			watch->settled |= bits;
			watch_sample(watch);
		}
	}
	return true;
}
