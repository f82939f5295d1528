// The core against a plain model, at random: several processes that store, load, sbrk, map, unmap,
// protect, fork, exec and exit, with plenty of memory and with far too little. The model keeps
// every byte of every page and who shares it, so it knows how many private frames there must be
// after every step.
#include <string.h>

#include "mapping.h"
#include "tap.h"
#include "world.h"

#define PROCESSES 8
#define HEAP_PAGES 70
#define STACK_PAGES 40
#define MAP_PAGES 48
#define MAP_BASE 0x3100000000ul

struct page {
	unsigned references;
	uint64_t shared; // 0: private; else the mapping that it was made by
	uint8_t byte[FL_PAGE_SIZE];
};

// Model pages by position: DATA up to HEAP, then the heap, then the stack's top, then mappings.
#define DATA_PAGES ((HEAP - DATA) / FL_PAGE_SIZE)
#define MAP_FIRST (DATA_PAGES + HEAP_PAGES + STACK_PAGES)
#define PAGES (MAP_FIRST + MAP_PAGES)
#define UNMAPPED 0xff

struct process {
	struct space *space; // NULL: free
	uint64_t heap_break;
	struct page *page[PAGES];
	uint8_t rights[MAP_PAGES]; // UNMAPPED, or FL_PROT_*
};

static struct process process[PROCESSES];
static unsigned live_pages;
static uint64_t seed;
static bool scarce; // frames may run out: errors are allowed, changes by them are not

static uint64_t random_below(uint64_t limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % limit;
}

static uint64_t address_of(unsigned position)
{
	if (position < DATA_PAGES + HEAP_PAGES)
		return DATA + position * FL_PAGE_SIZE;
	if (position >= MAP_FIRST)
		return MAP_BASE + (position - MAP_FIRST) * FL_PAGE_SIZE;
	return STACK_END - (position - DATA_PAGES - HEAP_PAGES + 1) * FL_PAGE_SIZE;
}

static void page_drop(struct page **page)
{
	if (*page && --(*page)->references == 0) {
		live_pages -= (*page)->shared == 0;
		free(*page);
	}
	*page = NULL;
}

static void process_forget(struct process *p)
{
	for (unsigned i = 0; i < PAGES; i++)
		page_drop(&p->page[i]);
	p->heap_break = HEAP;
	memset(p->rights, UNMAPPED, sizeof(p->rights));
}

// The model's page, private to this process.
static struct page *page_own(struct process *p, unsigned position)
{
	struct page *page = p->page[position];
	if (page && (page->references == 1 || page->shared))
		return page;
	struct page *own = malloc(sizeof(*own));
	live_pages++;
	own->references = 1;
	own->shared = 0;
	for (unsigned i = 0; i < FL_PAGE_SIZE; i++)
		own->byte[i] = page ? page->byte[i] : world_image_byte(address_of(position) + i);
	page_drop(&p->page[position]);
	p->page[position] = own;
	return own;
}

// Why an access must fail; 0: it must not.
static unsigned refusal(const struct process *p, uint64_t va, unsigned access)
{
	if (va >= MAP_BASE && va < LAYOUT_STACK_START) {
		unsigned rights = p->rights[(va - MAP_BASE) / FL_PAGE_SIZE];
		if (rights == UNMAPPED)
			return REASON_NO_REGION;
		return rights & access ? 0 : REASON_PROTECTION;
	}
	bool mapped = va < HEAP || va >= LAYOUT_STACK_START || va < page_ceiling(p->heap_break);
	return mapped ? 0 : REASON_ABOVE_BREAK;
}

static bool is_refusal(unsigned reason)
{
	return scarce && reason == REASON_NO_MEMORY;
}

static void step_store(struct process *p)
{
	unsigned position = (unsigned)random_below(PAGES);
	uint64_t offset = random_below(FL_PAGE_SIZE), va = address_of(position) + offset;
	uint8_t byte = (uint8_t)random_below(256);
	unsigned reason = world_store(p->space, va, byte);
	unsigned expected = refusal(p, va, FL_PROT_WRITE);
	if (expected || !is_refusal(reason))
		EXPECT(reason, expected);
	if (!reason)
		page_own(p, position)->byte[offset] = byte;
}

static void step_load(struct process *p)
{
	unsigned position = (unsigned)random_below(PAGES);
	uint64_t offset = random_below(FL_PAGE_SIZE), va = address_of(position) + offset;
	const struct page *page = p->page[position];
	uint8_t byte = 0;
	unsigned reason = world_load(p->space, va, &byte);
	unsigned expected = refusal(p, va, FL_PROT_READ);
	if (expected || !is_refusal(reason))
		EXPECT(reason, expected);
	if (!reason)
		EXPECT(byte, page ? page->byte[offset] : world_image_byte(va));
}

static void step_sbrk(struct process *p)
{
	uint64_t target = HEAP + random_below(HEAP_PAGES * FL_PAGE_SIZE + 1), old = 0;
	bool eager = random_below(4) == 0;
	int64_t change = (int64_t)(target - p->heap_break);
	fl_error_t error = heap_sbrk(world, p->space, change, eager ? PAGER_SBRK_EAGER : 0, &old);
	if (error) {
		EXPECT(scarce, true);
		EXPECT(error, FL_NO_MEMORY);
		return;
	}
	EXPECT(old, p->heap_break);
	if (eager && change > 0) {
		for (uint64_t va = page_floor(old); va < page_ceiling(target); va += FL_PAGE_SIZE) {
			unsigned position = (unsigned)((va - DATA) / FL_PAGE_SIZE);
			if (!p->page[position])
				page_own(p, position);
		}
	}
	for (uint64_t va = page_ceiling(target); va < page_ceiling(old); va += FL_PAGE_SIZE)
		page_drop(&p->page[(va - DATA) / FL_PAGE_SIZE]);
	p->heap_break = target;
}

static bool failed_for_memory(fl_error_t error)
{
	if (error)
		EXPECT(error == FL_NO_MEMORY && scarce, true);
	return error;
}

static void step_map(struct process *p, unsigned first, unsigned count)
{
	static const unsigned choice[] = {0, FL_PROT_READ, FL_PROT_READ | FL_PROT_WRITE,
	                                  FL_PROT_READ | FL_PROT_WRITE};
	static uint64_t mappings;
	unsigned rights = choice[random_below(4)];
	bool shared = random_below(3) == 0;
	uint64_t at, flags = PAGER_MMAP_FIXED | (shared ? PAGER_MMAP_SHARED : 0);
	if (failed_for_memory(mapping_create(world, p->space, address_of(MAP_FIRST + first),
	                                     count * FL_PAGE_SIZE - 7, PAGER_MAPPING(rights, flags),
	                                     &at)))
		return;
	mappings++;
	for (unsigned i = first; i < first + count; i++) {
		page_drop(&p->page[MAP_FIRST + i]);
		p->rights[i] = (uint8_t)rights;
		if (!shared)
			continue;
		p->page[MAP_FIRST + i] = calloc(1, sizeof(struct page));
		p->page[MAP_FIRST + i]->references = 1;
		p->page[MAP_FIRST + i]->shared = mappings;
	}
}

static void step_unmap(struct process *p, unsigned first, unsigned count)
{
	if (failed_for_memory(
			mapping_remove(world, p->space, address_of(MAP_FIRST + first), count * FL_PAGE_SIZE)))
		return;
	for (unsigned i = first; i < first + count; i++) {
		page_drop(&p->page[MAP_FIRST + i]);
		p->rights[i] = UNMAPPED;
	}
}

static bool has_hole(const struct process *p, unsigned first, unsigned count)
{
	return memchr(&p->rights[first], UNMAPPED, count) != NULL;
}

static void step_protect(struct process *p, unsigned first, unsigned count)
{
	unsigned rights = (unsigned)random_below(4);
	fl_error_t error = mapping_protect(world, p->space, address_of(MAP_FIRST + first),
	                                   count * FL_PAGE_SIZE, rights);
	if (has_hole(p, first, count))
		EXPECT(error, FL_NO_MEMORY);
	else if (!failed_for_memory(error))
		memset(&p->rights[first], (int)(rights ? rights | FL_PROT_READ : 0), count);
}

static void step_forget(struct process *p, unsigned first, unsigned count)
{
	fl_error_t error = mapping_advise(world, p->space, address_of(MAP_FIRST + first),
	                                  count * FL_PAGE_SIZE, PAGER_ADVICE_DONTNEED);
	if (has_hole(p, first, count)) {
		EXPECT(error, FL_NO_MEMORY);
		return;
	}
	if (failed_for_memory(error))
		return;
	for (unsigned i = MAP_FIRST + first; i < MAP_FIRST + first + count; i++) {
		if (p->page[i] && !p->page[i]->shared)
			page_drop(&p->page[i]);
	}
}

// As few regions as there can be: a new one only where kind, rights or shared object change.
static void expect_minimal(const struct process *p)
{
	uint64_t expected = 0, regions = 0, before_kind = 0, end = address_of(PAGES - 1) + FL_PAGE_SIZE;
	for (unsigned i = 0; i < MAP_PAGES; i++) {
		const struct page *page = p->page[MAP_FIRST + i];
		uint64_t kind = p->rights[i] | (page ? page->shared : 0) << 8;
		expected += p->rights[i] != UNMAPPED && (i == 0 || kind != before_kind);
		before_kind = kind;
	}
	const struct region *region = layout_next(&p->space->layout, MAP_BASE);
	for (; region && region->start < end; region = layout_next(&p->space->layout, region->end))
		regions++;
	EXPECT(regions, expected);
}

static void step_mapping(struct process *p)
{
	static void (*const steps[])(struct process *, unsigned, unsigned) = {
		step_map, step_map, step_unmap, step_protect, step_protect, step_forget};
	unsigned first = (unsigned)random_below(MAP_PAGES);
	unsigned most = MAP_PAGES - first < 16 ? MAP_PAGES - first : 16;
	steps[random_below(6)](p, first, (unsigned)random_below(most) + 1);
	expect_minimal(p);
}

static void step_fork(struct process *parent, struct process *child)
{
	if (child->space)
		return;
	fl_error_t error;
	child->space = world_fork(parent->space, &error);
	if (error) {
		EXPECT(scarce, true);
		EXPECT(error, FL_NO_MEMORY);
		return;
	}
	child->heap_break = parent->heap_break;
	memcpy(child->rights, parent->rights, sizeof(child->rights));
	for (unsigned i = 0; i < PAGES; i++) {
		child->page[i] = parent->page[i];
		if (child->page[i])
			child->page[i]->references++;
	}
}

// Exec with 1 to 8 pages of bss and heap, or of the image's data, as arguments.
static void step_exec(struct process *p)
{
	unsigned first = (unsigned)random_below(DATA_PAGES), count = (unsigned)random_below(8) + 1;
	uint64_t end = DATA + (first + count) * FL_PAGE_SIZE;
	fl_error_t error = world_layout(p->space);
	if (!error)
		error = exec_commit(world, p->space, address_of(first), count * FL_PAGE_SIZE - 100);
	if (error) {
		exec_abort(world, p->space);
		if (error == FL_NO_MEMORY && scarce) {
			// Argument pages of the image may have become private; nobody can tell by their
			// content.
			for (unsigned i = first; i < first + count && i < 2; i++) {
				bool exclusive;
				struct region *data = layout_find(&p->space->layout, DATA);
				if (amap_find(data->amap, i, &exclusive) && !p->page[i])
					page_own(p, i);
			}
			return;
		}
		EXPECT(error, FL_BAD_ADDRESS);
		EXPECT(end > page_ceiling(p->heap_break), true);
		for (unsigned i = first; i < 2; i++) {
			if (!p->page[i])
				page_own(p, i);
		}
		return;
	}
	EXPECT(end <= page_ceiling(p->heap_break), true);
	struct page *moved[8] = {NULL};
	for (unsigned i = 0; i < count; i++) {
		// The image has content on two pages; those that were untouched become private.
		if (first + i < 2 && !p->page[first + i])
			page_own(p, first + i);
		moved[i] = p->page[first + i];
		if (moved[i])
			moved[i]->references++;
	}
	process_forget(p);
	for (unsigned i = 0; i < count; i++)
		p->page[DATA_PAGES + HEAP_PAGES + (count - 1 - i)] = moved[i];
}

static void step_exit(struct process *p)
{
	space_destroy(world, p->space);
	p->space = NULL;
	process_forget(p);
}

static void step(void)
{
	struct process *p = &process[random_below(PROCESSES)];
	if (!p->space) {
		for (unsigned i = 0; i < PROCESSES && !p->space; i++)
			p = &process[i];
	}
	if (!p->space) {
		p->space = world_program();
		process_forget(p);
	}
	uint64_t kind = random_below(100);
	if (kind < 50)
		step_store(p);
	else if (kind < 74)
		step_load(p);
	else if (kind < 84)
		step_mapping(p);
	else if (kind < 90)
		step_sbrk(p);
	else if (kind < 95)
		step_fork(p, &process[random_below(PROCESSES)]);
	else if (kind < 98)
		step_exec(p);
	else
		step_exit(p);
	EXPECT(world->anons.live_count, live_pages);
}

static void compare_all(void)
{
	for (unsigned n = 0; n < PROCESSES; n++) {
		struct process *p = &process[n];
		for (unsigned i = 0; p->space && i < PAGES; i++) {
			if (refusal(p, address_of(i), FL_PROT_READ))
				continue;
			for (unsigned offset = 0; offset < FL_PAGE_SIZE; offset += 61) {
				uint64_t va = address_of(i) + offset;
				EXPECT(world_byte(p->space, va),
				       p->page[i] ? p->page[i]->byte[offset] : world_image_byte(va));
			}
		}
	}
}

static void run(uint64_t start_seed, unsigned steps, unsigned around)
{
	world_start();
	seed = start_seed;
	world->around = around;
	uint64_t free = stat_of(STAT_FRAMES_FREE);
	for (unsigned i = 0; i < steps && !tap_failed; i++) {
		if (scarce && i % 64 == 0) {
			world_release();
			world_limit(random_below(stat_of(STAT_FRAMES_FREE) / 16 + 1));
		}
		step();
		if (i % 100 == 0)
			EXPECT(world_check(), true);
		if (tap_failed)
			printf("# seed %lu, step %u\n", start_seed, i);
	}
	world_release();
	scarce = false;
	compare_all();
	EXPECT(world_check(), true);
	for (unsigned i = 0; i < PROCESSES; i++) {
		if (process[i].space)
			step_exit(&process[i]);
	}
	EXPECT(stat_of(STAT_FRAMES_FREE), free);
	EXPECT(live_pages, 0);
	EXPECT(world_check(), true);
}

static void processes_random_match_model(void)
{
	for (uint64_t n = 1; n <= 6 && !tap_failed; n++)
		run(n * 0x9e3779b97f4a7c15ul, 8000, 1);
}

static void processes_short_of_memory_match_model(void)
{
	for (uint64_t n = 1; n <= 6 && !tap_failed; n++) {
		scarce = true;
		run(n * 0xda942042e4dd58b5ul, 8000, 1);
	}
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"processes_random_match_model", processes_random_match_model},
		{"processes_short_of_memory_match_model", processes_short_of_memory_match_model},
	};
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
