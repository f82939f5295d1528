// A plain model of frames, runs and page tables: arrays that say what is mapped where, and counts
// made by counting. No trees, no lists, no batches kept. And what the random test shares.
#ifndef RANDOM_MODEL_H
#define RANDOM_MODEL_H

#include "harness.h"

#define SPACES 3
#define PAGES 19 // that are ever mapped
#define PLACES 3 // where windows may be
#define NO_RUN (-1)
#define FIXED_FRAME 511u
#define RESERVED_FRAME (3 * 512u + 100)

static inline paddr_t random_address(unsigned frame)
{
	return PA(HOST_BASE + frame * FL_PAGE_SIZE);
}

struct model_page {
	uint64_t pa;
	unsigned prot; // 0: nothing is mapped
};

struct model_space {
	bool is_alive;
	uint64_t id;
	struct model_page page[PAGES];
	int window[PLACES]; // run or NO_RUN
	uint64_t fed;       // tables fed and not drained
};

struct model_run {
	enum fl_run_kind kind;
	uint64_t holder;
	unsigned zeroed;
};

struct model {
	struct model_space space[SPACES];
	struct model_run run[HOST_RUNS];
	uint8_t type[HOST_FRAMES];
	uint32_t extra[HOST_FRAMES]; // mappings that are pretended, to reach the counter's end
};

extern struct model model;
extern const uint64_t model_page_number[PAGES];   // ascending
extern const uint64_t model_place_region[PLACES]; // window address / 2 MiB

// Errors are sets of 1 << fl_error_t: where several hold, the contract leaves open which is told.
unsigned model_map(unsigned space, unsigned page, uint64_t pa, unsigned prot);
unsigned model_map_window(unsigned space, unsigned place, int run);
unsigned model_prepare(unsigned run, enum fl_run_kind kind);
bool model_run_is_idle(unsigned run);
void model_unmap(unsigned space, uint64_t start, uint64_t pages, uint64_t *done, uint64_t *removed);
void model_protect(unsigned space, uint64_t start, uint64_t pages, unsigned take, uint64_t *done);
bool model_touch(unsigned space, unsigned page, unsigned access);

uint32_t model_count(uint64_t frame); // mappings of one frame
uint64_t model_tables(unsigned space);
uint64_t model_leaves(unsigned space);
uint64_t model_windows(unsigned space);
pte_t model_pte(unsigned space, unsigned page);

// random_check.c: compares everything with the model; the costly parts now and then.
void random_check(uint64_t step);

// random_table.c and random_frame.c: one step in a space. An end that is not as the model says is
// told by random_must.
void step_map(unsigned s);
void step_unmap(unsigned s);
void step_protect(unsigned s);
void step_touch(unsigned s);
void step_read(unsigned s);
void step_hardware(unsigned s);
void step_feed(unsigned s);
void step_drain(unsigned s);
void step_object(unsigned s);
void step_write(unsigned s);
void step_attach(unsigned s);
void step_detach(unsigned s);
void step_saturate(unsigned s);
unsigned random_frame(void);
uint64_t random_unmap(unsigned s, uint64_t start, uint64_t pages);
fl_error_t random_take(unsigned frame, enum fl_frame_type type, uint64_t holder);
void random_give(struct frame *frame);

// random_test.c
extern struct table random_table[SPACES];
extern struct frame *random_space_frame[SPACES];
unsigned random_below(unsigned end);
void random_must_be(const char *what, fl_error_t actual, unsigned errors);
void random_must(const char *what, uint64_t actual, uint64_t expected);
#define MUST(actual, expected) random_must(#actual, (uint64_t)(actual), (uint64_t)(expected))

#endif
