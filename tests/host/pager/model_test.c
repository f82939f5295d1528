// The core against a plain model, at random: several processes that store, load, sbrk, fork, exec
// and exit, with plenty of memory and with far too little. The model keeps every byte of every page
// and who shares it, so it knows how many private frames there must be after every step.
#include <string.h>

#include "tap.h"
#include "world.h"

#define PROCESSES 8
#define HEAP_PAGES 70
#define STACK_PAGES 40

struct page {
	unsigned references;
	uint8_t byte[FL_PAGE_SIZE];
};

// Model pages by position: DATA up to HEAP, then the heap, then the stack's top.
#define DATA_PAGES ((HEAP - DATA) / FL_PAGE_SIZE)
#define PAGES (DATA_PAGES + HEAP_PAGES + STACK_PAGES)

struct process {
	struct space *space; // NULL: free
	uint64_t heap_break;
	struct page *page[PAGES];
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
	return STACK_END - (position - DATA_PAGES - HEAP_PAGES + 1) * FL_PAGE_SIZE;
}

static void page_drop(struct page **page)
{
	if (*page && --(*page)->references == 0) {
		free(*page);
		live_pages--;
	}
	*page = NULL;
}

static void process_forget(struct process *p)
{
	for (unsigned i = 0; i < PAGES; i++)
		page_drop(&p->page[i]);
	p->heap_break = HEAP;
}

// The model's page, private to this process.
static struct page *page_own(struct process *p, unsigned position)
{
	struct page *page = p->page[position];
	if (page && page->references == 1)
		return page;
	struct page *own = malloc(sizeof(*own));
	live_pages++;
	own->references = 1;
	for (unsigned i = 0; i < FL_PAGE_SIZE; i++)
		own->byte[i] = page ? page->byte[i] : world_image_byte(address_of(position) + i);
	page_drop(&p->page[position]);
	p->page[position] = own;
	return own;
}

static bool is_mapped(const struct process *p, uint64_t va)
{
	return va < HEAP || va >= LAYOUT_STACK_START || va < page_ceiling(p->heap_break);
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
	if (!is_mapped(p, va))
		EXPECT(reason, REASON_ABOVE_BREAK);
	else if (!is_refusal(reason))
		EXPECT(reason, 0);
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
	if (!is_mapped(p, va))
		EXPECT(reason, REASON_ABOVE_BREAK);
	else if (!is_refusal(reason))
		EXPECT(reason, 0);
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
		p->heap_break = HEAP;
	}
	uint64_t kind = random_below(100);
	if (kind < 55)
		step_store(p);
	else if (kind < 82)
		step_load(p);
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
			if (!is_mapped(p, address_of(i)))
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
