// A machine for the host tests of kern/frame.c, kern/table.c and kern/handle.c: a few runs of RAM
// in an array, the frame table of it, and a model of a TLB that remembers too much.
//
// The model TLB. For every watched page it keeps each PTE that was valid, or invalid, at some
// moment since the last fence that covers it; and each pointer to a table since the last fence of
// the whole space (privileged specification 20211203, "Supervisor Memory-Management Fence
// Instruction"). At a fence, before it takes effect, it demands that no frame is counted less often
// than its entries name it and that no table they name has been retired. harness_settle, after an
// operation, demands that nothing stale is left. It is not a model of the walk's timing: it samples
// at fences only.
//
// Problems are kept as text until EXPECT_SOUND or harness_problem asks.
#ifndef HARNESS_H
#define HARNESS_H

#include <setjmp.h>

#include "frame.h"
#include "handle.h"
#include "table.h"
#include "tap.h"

#define HOST_RUNS 4
#define HOST_FRAMES (HOST_RUNS * FL_RUN_FRAMES)
#define HOST_BASE 0x140000000ul
#define HOST_DEVICE 0x10000000ul // no RAM: no frame
#define HOST_PATTERN 0x5a
#define HOST_TABLES 4

// A whole machine: what a refused call must not change.
struct host_state {
	struct frame frame[HOST_FRAMES];
	struct run run[HOST_RUNS];
	struct table table[HOST_TABLES];
	uint64_t next_id;
	uint8_t *ram; // a copy
};

struct host_fences {
	uint64_t page, space, executable;
	uint64_t last_page; // address of the last page fence
};

extern struct host_fences host_fences; // since harness_reset
extern struct table *harness_tables[HOST_TABLES];

// All runs held by nobody, all frames FREE and full of HOST_PATTERN, no tables, no watches.
void harness_reset(void);

static inline paddr_t host_frame(unsigned run, unsigned index)
{
	return PA(HOST_BASE + run * FL_RUN_SIZE + index * FL_PAGE_SIZE);
}

// Copies and compares; the state is one static buffer.
void harness_remember(void);
bool harness_is_unchanged(void);

bool host_page_is(paddr_t pa, uint8_t byte);
void host_page_fill(paddr_t pa, uint8_t byte);

// Attaches a run as sys_run_attach does, all the zeroing at once. `table` for a WINDOW.
fl_error_t host_attach(unsigned run, enum fl_run_kind kind, const struct frame *holder,
                       struct table *table, vaddr_t window);

// Makes run 0 an OBJECT run held by a space object in its frame 0, gives `table` a root from it in
// frame 1 and registers the table. Later tables: frames 2 and up.
void host_space(struct table *table);

// A space object's frame, taken from an OBJECT run of `holder`; it gets an id.
struct frame *host_object(paddr_t pa, enum fl_type type, uint64_t holder);

// A frame taken from an OBJECT run and fed.
void host_feed(struct table *table, paddr_t pa);

void harness_tlb_reset(void);

// From now on fences of this table are known.
void harness_register(struct table *table);
void harness_forget(struct table *table);

// Puts (table, va) under the eyes of the model TLB.
void harness_watch(struct table *table, vaddr_t va);

// A page walk as the specification writes it: the last PTE read, its level in *level.
pte_t harness_walk(const struct table *table, vaddr_t va, unsigned *level);

// The pages that a fence covers no longer matter: hardware itself changed A or D of the PTE at va.
bool harness_hardware_sets(struct table *table, vaddr_t va, pte_t bits);

// Ends an operation: looks for stale translations and missing fence.i.
void harness_settle(void);

// The first problem since harness_reset, or "".
const char *harness_problem(void);
__attribute__((format(printf, 1, 2))) void harness_complain(const char *format, ...);

// ASSERTs of the kernel. One that no EXPECT_PANIC waits for ends the tests.
extern jmp_buf *harness_panic_expected;
#define EXPECT_PANIC(statement)                                                                    \
	do {                                                                                           \
		jmp_buf jump_;                                                                             \
		volatile bool has_panicked_ = true;                                                        \
		harness_panic_expected = &jump_;                                                           \
		if (setjmp(jump_) == 0) {                                                                  \
			statement;                                                                             \
			has_panicked_ = false;                                                                 \
		}                                                                                          \
		harness_panic_expected = NULL;                                                             \
		EXPECT(has_panicked_, true);                                                               \
	} while (0)

#define EXPECT_SOUND()                                                                             \
	do {                                                                                           \
		harness_settle();                                                                          \
		if (!tap_failed && *harness_problem())                                                     \
			printf("# %s\n", harness_problem());                                                   \
		EXPECT(*harness_problem() == 0, true);                                                     \
	} while (0)

#endif
