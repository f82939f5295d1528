// The pager's mmap family and rescue ranges, by bare calls, with exact counts.
//
// Not here: POSIX's view of them (sys/mman.h), and all combinations of ranges (tests/host/pager).
#include <unistd.h>

#include "guest.h"
#include "proto/slots.h"

#define PAGES 64
#define RW (FL_PROT_READ | FL_PROT_WRITE)

static const struct cost nothing;

static fl_error_t pager_call(uint64_t label, uint64_t a, uint64_t b, uint64_t c,
                             struct fl_message *m)
{
	*m = (struct fl_message){.word = {label, a, b, c}};
	fl_error_t error = fl_call(SLOT_PAGER, m);
	return error ? error : (fl_error_t)m->word[0];
}

static char *map(size_t pages, uint64_t rights, uint64_t flags)
{
	struct fl_message m;
	fl_error_t error =
		pager_call(PAGER_MMAP, 0, pages * FL_PAGE_SIZE, PAGER_MAPPING(rights, flags), &m);
	return error ? NULL : (char *)m.word[1];
}

static fl_error_t range_call(uint64_t label, const char *start, size_t pages, uint64_t word)
{
	struct fl_message m;
	return pager_call(label, (uintptr_t)start, pages * FL_PAGE_SIZE, word, &m);
}

// The rights in the page's PTE now.
static uint64_t pte_rights(const char *page)
{
	return pte_of(getpid(), page) & (PTE_R | PTE_W | PTE_X);
}

static void private(void)
{
	struct measurement m;
	char *warm = map(1, RW, 0); // page tables and the map of all mappings are there now
	pages_store(warm, 1, 1, 1);
	measure_begin(&m);
	char *memory = map(PAGES, RW, 0);
	measure_end(&m);
	cost_equal(&m, &nothing, "mmap_private_costs_no_frame");
	tap_ok(memory == warm - PAGES * FL_PAGE_SIZE, "mmap_private_is_below_the_last");
	measure_begin(&m);
	pages_store(memory, PAGES, 1, 7);
	measure_end(&m);
	static const struct cost fills = {
		.faults = PAGES, .stores = PAGES, .zero_fills = PAGES, .frames = PAGES};
	cost_equal(&m, &fills, "mmap_private_store_gets_zeroed_frame");
	struct process_region region = region_at(memory);
	tap_ok(region.start == (uintptr_t)memory && region.end == (uintptr_t)warm + FL_PAGE_SIZE &&
	           region.kind == PAGER_KIND_PRIVATE,
	       "mmap_private_neighbours_are_one_region");
	measure_begin(&m);
	fl_error_t error = range_call(PAGER_MUNMAP, memory + 8 * FL_PAGE_SIZE, 8, 0);
	measure_end(&m);
	static const struct cost freed = {.frames = -8};
	tap_equal(FL_OK, error, "munmap_middle_succeeds");
	cost_equal(&m, &freed, "munmap_middle_gives_frames_back");
	tap_ok(pages_hold(memory, 8, 1, 7) && pages_hold(memory + 16 * FL_PAGE_SIZE, 48, 1, 7 + 16),
	       "munmap_middle_keeps_the_rest");
	tap_equal(0, pte_of(getpid(), memory + 8 * FL_PAGE_SIZE), "munmap_middle_is_unmapped");
}

static void protection(void)
{
	struct measurement m;
	char *memory = map(4, RW, 0);
	pages_store(memory, 4, 1, 1);
	fl_error_t error = range_call(PAGER_MPROTECT, memory + FL_PAGE_SIZE, 2, FL_PROT_READ);
	tap_ok(!error && pte_rights(memory) == (PTE_R | PTE_W) &&
	           pte_rights(memory + FL_PAGE_SIZE) == PTE_R &&
	           pte_rights(memory + 3 * FL_PAGE_SIZE) == (PTE_R | PTE_W),
	       "mprotect_read_takes_write_from_ptes");
	error = range_call(PAGER_MPROTECT, memory + FL_PAGE_SIZE, 1, 0);
	tap_ok(!error && pte_of(getpid(), memory + FL_PAGE_SIZE) == 0, "mprotect_none_unmaps");
	error = range_call(PAGER_MPROTECT, memory, 4, RW);
	measure_begin(&m);
	pages_store(memory, 4, 1, 1);
	measure_end(&m);
	static const struct cost again = {.faults = 2, .stores = 2, .reuses = 2};
	tap_equal(FL_OK, error, "mprotect_back_succeeds");
	cost_equal(&m, &again, "mprotect_back_faults_only_what_was_taken");
	*(uint32_t *)memory = 0x00008067; // ret
	error = range_call(PAGER_MPROTECT, memory, 1, FL_PROT_EXEC);
	((void (*)(void))(uintptr_t)memory)();
	tap_ok(!error && pte_rights(memory) == (PTE_R | PTE_X), "mprotect_exec_runs_what_was_written");
}

static int store_one(void *context)
{
	*(volatile char *)context = 1;
	return 0;
}

static void refused(void)
{
	char *memory = map(3, RW, 0);
	(void)range_call(PAGER_MPROTECT, memory, 1, FL_PROT_READ);
	(void)range_call(PAGER_MPROTECT, memory + FL_PAGE_SIZE, 1, 0);
	(void)range_call(PAGER_MUNMAP, memory + 2 * FL_PAGE_SIZE, 1, 0);
	static const unsigned reasons[] = {REASON_PROTECTION, REASON_PROTECTION, REASON_NO_REGION};
	static const char *const names[] = {"store_to_read_only_mapping_ends_process",
	                                    "store_to_mapping_without_rights_ends_process",
	                                    "store_to_unmapped_mapping_ends_process"};
	for (unsigned i = 0; i < 3; i++) {
		struct process_ending ending =
			child_wait(child_start(store_one, memory + i * FL_PAGE_SIZE));
		tap_ok(ending.end == PROCESS_FAULTED && ending.reason == reasons[i], names[i]);
	}
}

static int store_all(void *context)
{
	pages_store(context, PAGES, 1, 100);
	return 0;
}

static void shared(void)
{
	char *memory = map(PAGES, RW, PAGER_MMAP_SHARED);
	pages_store(memory, PAGES / 2, 1, 1);
	int status = child_run(store_all, memory);
	tap_ok(status == 0 && pages_hold(memory, PAGES, 1, 100), "mmap_shared_is_one_over_fork");
	char *copied = map(PAGES, RW, 0);
	pages_store(copied, PAGES, 1, 1);
	status = child_run(store_all, copied);
	tap_ok(status == 0 && pages_hold(copied, PAGES, 1, 1), "mmap_private_is_copied_over_fork");
}

static void advice(void)
{
	struct measurement m;
	char *memory = map(100, RW, 0);
	measure_begin(&m);
	fl_error_t error = range_call(PAGER_MADVISE, memory, 100, PAGER_ADVICE_POPULATE);
	pages_store(memory, 100, 1, 1);
	measure_end(&m);
	static const struct cost filled = {.zero_fills = 100, .frames = 100};
	tap_equal(FL_OK, error, "madvise_populate_succeeds");
	cost_equal(&m, &filled, "madvise_populate_spares_all_faults");
	struct fl_message words;
	error = pager_call(PAGER_MINCORE, (uintptr_t)memory, 100, 0, &words);
	tap_ok(!error && words.word[1] == ~0ul && words.word[2] == (1ul << 36) - 1,
	       "mincore_tells_resident_pages");
	measure_begin(&m);
	error = range_call(PAGER_MADVISE, memory, 100, PAGER_ADVICE_DONTNEED);
	measure_end(&m);
	static const struct cost freed = {.frames = -100};
	tap_equal(FL_OK, error, "madvise_dontneed_succeeds");
	cost_equal(&m, &freed, "madvise_dontneed_gives_frames_back");
	tap_ok(pages_zero(memory, 100, 1), "madvise_dontneed_reads_zeros");
}

// Loads a byte from `at`; *reason = 0, or why it cannot be had, with the address as the result.
__attribute__((noinline, noclone)) static uint64_t rescued_load(const volatile char *at,
                                                                uint64_t *reason)
{
	register uint64_t a0 __asm__("a0") = (uintptr_t)at;
	register uint64_t a1 __asm__("a1") = 0;
	register uint64_t a2 __asm__("a2") = 5;
	__asm__ volatile(".globl rescue_start, rescue_end\n"
	                 "rescue_start: lbu a0, 0(a0)\n"
	                 "rescue_end: nop"
	                 : "+r"(a0), "+r"(a1), "+r"(a2)
	                 :
	                 : "memory");
	*reason = a1 | a2 << 32;
	return a0;
}
extern const char rescue_start[], rescue_end[];

static void rescue(void)
{
	struct fl_message m;
	uint64_t reason;
	fl_error_t error = pager_call(PAGER_RESCUE, (uintptr_t)rescue_start, (uintptr_t)rescue_end,
	                              (uintptr_t)rescue_end, &m);
	tap_equal(FL_OK, error, "rescue_is_set");
	char *memory = map(2, RW, 0);
	tap_ok(rescued_load(memory + 5, &reason) == 0 && reason == 5ul << 32,
	       "rescue_leaves_faults_that_can_be_met");
	tap_ok(rescued_load((char *)16, &reason) == 16 && reason == REASON_NULL,
	       "rescue_redirects_null_page");
	(void)range_call(PAGER_MPROTECT, memory, 1, 0);
	tap_ok(rescued_load(memory + 7, &reason) == (uintptr_t)memory + 7 &&
	           reason == REASON_PROTECTION,
	       "rescue_redirects_page_without_rights");
	tap_ok(rescued_load((char *)~0xffful, &reason) == ~0xffful && reason == REASON_KERNEL_ADDRESS,
	       "rescue_redirects_kernel_address");
	struct process_ending ending = child_wait(child_start(store_one, memory));
	tap_ok(ending.end == PROCESS_FAULTED && ending.reason == REASON_PROTECTION,
	       "rescue_leaves_other_code_alone");
	error = pager_call(PAGER_RESCUE, (uintptr_t)rescue_start, (uintptr_t)rescue_end,
	                   (uintptr_t)rescue_start, &m);
	tap_equal(FL_BAD_ARGUMENT, error, "rescue_exit_inside_refused");
}

const struct guest_case guest_cases[] = {
	{"mapping_private", private},
	{"mapping_protection", protection},
	{"mapping_refused", refused},
	{"mapping_shared", shared},
	{"mapping_advice", advice},
	{"mapping_rescue", rescue},
	{NULL, NULL},
};
const struct guest_helper guest_helpers[] = {{NULL, NULL}};
