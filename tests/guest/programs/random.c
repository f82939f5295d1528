// Random sequences of sbrk, stores, forks and checks by several processes at once. Each process
// keeps in its own memory what every page of its heap must hold; a child starts with a copy of
// both.
//
// A page's first and last word are its number, its writer and a version: so a page that is lost,
// shared by mistake or given out without zeroing shows.
#include <inttypes.h>
#include <unistd.h>

#include "guest.h"

#define PAGES_MAX 96
#define CHILDREN_MAX 3
#define DEPTH_MAX 3
#define STEPS GUEST_SIZE(300u, 1500u, 5000u)
#define WORDS (FL_PAGE_SIZE / sizeof(uint64_t))
#define MIX 6364136223846793005ull
#define ADD 1442695040888963407ull

static struct {
	uint64_t random;
	uint64_t version;
	unsigned depth;
	unsigned pages;
	uint64_t *heap;
	uint64_t expected[PAGES_MAX]; // 0: never written since sbrk gave it
	pid_t child[CHILDREN_MAX];    // 0: none
} own;

static unsigned draw(unsigned below)
{
	own.random = own.random * MIX + ADD;
	return (unsigned)(own.random >> 33) % below;
}

static bool page_holds(unsigned page)
{
	const uint64_t *word = own.heap + page * WORDS;
	uint64_t value = own.expected[page];
	if (word[0] == value && word[WORDS - 1] == value && word[WORDS / 2] == 0)
		return true;
	tap_note("depth %u, page %u: expected %" PRIx64 ", got %" PRIx64 " and %" PRIx64, own.depth,
	         page, value, word[0], word[WORDS - 1]);
	return false;
}

static bool heap_holds(void)
{
	for (unsigned page = 0; page < own.pages; page++) {
		if (!page_holds(page))
			return false;
	}
	return true;
}

static bool step_store(void)
{
	unsigned page = draw(own.pages);
	if (!page_holds(page))
		return false;
	uint64_t value = (uint64_t)page << 48 ^ (uint64_t)own.random >> 40 << 24 ^ ++own.version;
	own.heap[page * WORDS] = value;
	own.heap[page * WORDS + WORDS - 1] = value;
	own.expected[page] = value;
	return true;
}

static bool step_resize(void)
{
	unsigned pages = 1 + draw(PAGES_MAX);
	ptrdiff_t change = ((ptrdiff_t)pages - (ptrdiff_t)own.pages) * (ptrdiff_t)FL_PAGE_SIZE;
	void *old = draw(4) == 0 ? sbrk_eager(change) : sbrk(change);
	if (old != own.heap + own.pages * WORDS)
		return false;
	for (unsigned page = own.pages; page < pages; page++)
		own.expected[page] = 0;
	own.pages = pages;
	return true;
}

static bool child_ended(unsigned place)
{
	struct process_ending ending = child_wait(own.child[place]);
	own.child[place] = 0;
	return ending.end == PROCESS_EXITED && ending.value == 0;
}

static int life(void *context);

static bool step_fork(void)
{
	unsigned place = draw(CHILDREN_MAX);
	if (own.child[place])
		return child_ended(place);
	if (own.depth == DEPTH_MAX)
		return true;
	own.child[place] = child_start(life, (void *)(uintptr_t)draw(1u << 30));
	return true;
}

static bool step(void)
{
	switch (draw(64)) {
	case 0:
		return step_fork();
	case 1:
	case 2:
		return step_resize();
	case 3:
		return heap_holds();
	default:
		return draw(3) ? step_store() : page_holds(draw(own.pages));
	}
}

static bool steps_run(unsigned count)
{
	bool good = true;
	for (unsigned i = 0; i < count && good; i++)
		good = step();
	for (unsigned place = 0; place < CHILDREN_MAX; place++)
		good &= !own.child[place] || child_ended(place);
	return good && heap_holds();
}

// A child's: shorter than its parent's, with other random numbers.
static int life(void *context)
{
	own.random ^= (uintptr_t)context * MIX;
	own.depth++;
	for (unsigned place = 0; place < CHILDREN_MAX; place++)
		own.child[place] = 0;
	return !steps_run(STEPS >> (2 * own.depth));
}

static void start(uint64_t seed)
{
	own.random = seed * MIX;
	own.heap = (uint64_t *)heap_take(1);
	own.pages = 1;
}

static void seeds(void)
{
	start(1);
	tap_ok(steps_run(STEPS), "random_seed_1_every_page_holds_what_was_stored");
}

static void more_seeds(void)
{
	start(20261120);
	tap_ok(steps_run(STEPS), "random_seed_20261120_every_page_holds_what_was_stored");
}

static int population(void *context)
{
	start((uintptr_t)context);
	return !steps_run(STEPS / 2);
}

static void several(void)
{
	pid_t child[4];
	unsigned good = 0;
	for (unsigned i = 0; i < 4; i++)
		child[i] = child_start(population, (void *)(uintptr_t)(100 + i));
	for (unsigned i = 0; i < 4; i++)
		good += child_wait(child[i]).value == 0;
	tap_equal(4, good, "random_four_families_at_once_every_page_holds_what_was_stored");
}

const struct guest_case guest_cases[] = {
	{"random_one", seeds},
	{"random_two", more_seeds},
	{"random_several", several},
	{NULL, NULL},
};

const struct guest_helper guest_helpers[] = {{NULL, NULL}};
