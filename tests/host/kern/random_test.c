// Drives kern/frame.c and kern/table.c at random and compares everything with a plain model after
// each step. Not here: handle tables (random_handle_test.c).
//
// Usage: random_test [SEED [STEPS]], to run one sequence again.
#include <string.h>

#include "random_model.h"

#define SEEDS 4
#define STEPS 25000 // a seed; 20 times as many with FAULTLINE_FULL=1

struct table random_table[SPACES];
struct frame *random_space_frame[SPACES];
static uint64_t seed = 1, steps = STEPS, state, step;
static const char *operation;

void random_must(const char *what, uint64_t actual, uint64_t expected)
{
	if (actual == expected || tap_failed)
		return;
	tap_failed = true;
	printf("# seed %lu, step %lu (%s): %s: expected 0x%lx, actual 0x%lx\n", seed, step, operation,
	       what, expected, actual);
	printf("# again: random_test %lu %lu\n", seed, step + 1);
}

// xorshift64*
unsigned random_below(unsigned end)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (unsigned)((state * 0x2545f4914f6cdd1dul) >> 33) % end;
}

void random_must_be(const char *what, fl_error_t actual, unsigned errors)
{
	if (!(errors >> actual & 1))
		random_must(what, 1u << actual, errors);
}

static void space_create(unsigned s)
{
	struct table *table = &random_table[s];
	unsigned root = 300 + 2 * s, object = root + 1;
	if (random_take(root, FL_FRAME_TABLE, model.space[0].id) ||
	    random_take(object, FL_FRAME_OBJECT, model.space[0].id))
		return;
	*table = (struct table){.root = random_address(root)};
	random_space_frame[s] = &frames.frame[object];
	random_space_frame[s]->id = frame_new_id();
	random_space_frame[s]->object_type = FL_TYPE_SPACE;
	model.space[s] = (struct model_space){.is_alive = true, .id = random_space_frame[s]->id};
	for (unsigned i = 0; i < PLACES; i++)
		model.space[s].window[i] = NO_RUN;
	harness_register(table);
}

static void watch_all(unsigned s)
{
	for (unsigned i = 0; i < PAGES; i++)
		harness_watch(&random_table[s], VA(model_page_number[i] << 12));
	for (unsigned i = 0; i < PLACES; i++)
		harness_watch(&random_table[s], VA(model_place_region[i] * FL_RUN_SIZE));
}

// The runs that a space held are orphans after this, the frames in them still mapped elsewhere.
static void step_kill(unsigned s)
{
	if (s == 0)
		return;
	for (uint64_t page = 0; page < FL_USER_END >> 12 && !tap_failed;)
		page += random_unmap(s, page, (FL_USER_END >> 12) - page);
	while (model.space[s].fed && !tap_failed)
		step_drain(s);
	MUST(frame_at(random_table[s].root)->count, 0);
	if (tap_failed)
		return;
	harness_settle();
	harness_forget(&random_table[s]);
	random_give(frame_at(random_table[s].root));
	random_give(random_space_frame[s]);
	model.space[s].is_alive = false;
	random_check(step);
	space_create(s);
	watch_all(s);
}

static void begin(void)
{
	harness_reset();
	memset(&model, 0, sizeof(model));
	memset(model.type, FL_FRAME_FREE, sizeof(model.type));
	frames.frame[FIXED_FRAME].type = model.type[FIXED_FRAME] = FL_FRAME_FIXED;
	frames.frame[RESERVED_FRAME].type = model.type[RESERVED_FRAME] = FL_FRAME_RESERVED;
	host_space(&random_table[0]);
	random_space_frame[0] = &frames.frame[0];
	model.type[0] = FL_FRAME_OBJECT;
	model.type[1] = FL_FRAME_TABLE;
	model.space[0] = (struct model_space){.is_alive = true, .id = random_space_frame[0]->id};
	for (unsigned i = 0; i < PLACES; i++)
		model.space[0].window[i] = NO_RUN;
	model.run[0] = (struct model_run){FL_RUN_OBJECT, random_space_frame[0]->id, 512};
	for (unsigned s = 0; s < SPACES; s++) {
		if (s)
			space_create(s);
		watch_all(s);
	}
}

static const struct {
	const char *name;
	void (*run)(unsigned s);
	unsigned weight;
} operations[] = {
	{"map", step_map, 300},      {"unmap", step_unmap, 110},      {"protect", step_protect, 70},
	{"touch", step_touch, 60},   {"hardware", step_hardware, 40}, {"feed", step_feed, 110},
	{"drain", step_drain, 40},   {"object", step_object, 50},     {"write", step_write, 60},
	{"attach", step_attach, 80}, {"detach", step_detach, 60},     {"saturate", step_saturate, 20},
	{"read", step_read, 30},     {"kill", step_kill, 3},
};
#define OPERATIONS (sizeof(operations) / sizeof(*operations))

static void run_seed(void)
{
	unsigned total = 0;
	for (unsigned i = 0; i < OPERATIONS; i++)
		total += operations[i].weight;
	state = seed * 0x9e3779b97f4a7c15ul;
	operation = "begin";
	step = 0;
	begin();
	random_check(step);
	for (; step < steps && !tap_failed; step++) {
		unsigned pick = random_below(total), i = 0;
		for (; pick >= operations[i].weight; i++)
			pick -= operations[i].weight;
		operation = operations[i].name;
		operations[i].run(random_below(SPACES));
		random_check(step);
	}
	seed++;
}

int main(int count, char **arguments)
{
	static const struct tap_test tests[SEEDS] = {
		{"random_operations_first_seed_as_the_model", run_seed},
		{"random_operations_second_seed_as_the_model", run_seed},
		{"random_operations_third_seed_as_the_model", run_seed},
		{"random_operations_fourth_seed_as_the_model", run_seed},
	};
	const char *full = getenv("FAULTLINE_FULL");
	if (full && strcmp(full, "1") == 0)
		steps *= 20;
	if (count > 1)
		seed = strtoul(arguments[1], NULL, 0);
	if (count > 2)
		steps = strtoul(arguments[2], NULL, 0);
	return tap_run(tests, count > 1 ? 1 : SEEDS);
}
