// Faults that nobody can meet: the process ends, its parent sees signal and reason, and nothing
// else happens. The kinds of crash are those of bin/crash; a few more are made here.
//
// Not here: the console line (meson.build has a test for each kind).
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

#define NAME_BYTES 80

static const struct {
	const char *kind;
	unsigned reason;
	int signal;
} kinds[] = {
	{"null", REASON_NULL, SIGSEGV},
	{"null-load", REASON_NULL, SIGSEGV},
	{"null-jump", REASON_NULL, SIGSEGV},
	{"guard", REASON_GUARD, SIGSEGV},
	{"hole", REASON_NO_REGION, SIGSEGV},
	{"text", REASON_PROTECTION, SIGSEGV},
	{"rodata", REASON_PROTECTION, SIGSEGV},
	{"exec-data", REASON_PROTECTION, SIGSEGV},
	{"kernel", REASON_KERNEL_ADDRESS, SIGSEGV},
	{"kernel-store", REASON_KERNEL_ADDRESS, SIGSEGV},
	{"noncanonical", REASON_KERNEL_ADDRESS, SIGSEGV},
	{"above-break", REASON_ABOVE_BREAK, SIGSEGV},
	{"illegal", REASON_ILLEGAL, SIGILL},
	{"privileged", REASON_ILLEGAL, SIGILL},
	{"ebreak", REASON_BREAKPOINT, SIGTRAP},
	{"misaligned", REASON_MISALIGNED, SIGBUS},
};

static int crash_exec(void *context)
{
	char *arguments[] = {"crash", context, NULL};
	(void)execv("/bin/crash", arguments);
	return 1;
}

static void ended(const struct process_ending *ending, unsigned reason, int signal, uint64_t fatal,
                  const char *name)
{
	int status = process_ending_status(ending);
	bool good = ending->end == PROCESS_FAULTED && ending->reason == reason && WIFSIGNALED(status) &&
	            WTERMSIG(status) == signal && WREASON(status) == reason && fatal == 1;
	if (!tap_ok(good, name))
		tap_note("expected reason %u, signal %d; got end %d, value %d, reason %u, status 0x%x, "
		         "%u fatal faults",
		         reason, signal, (int)ending->end, ending->value, ending->reason, (unsigned)status,
		         (unsigned)fatal);
}

static void programs(void)
{
	char name[NAME_BYTES];
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct measurement m;
		measure_begin(&m);
		struct process_ending ending =
			child_wait(child_start(crash_exec, (void *)(uintptr_t)kinds[i].kind));
		measure_end(&m);
		(void)snprintf(name, sizeof(name), "fault_%s_ends_process_with_its_reason", kinds[i].kind);
		ended(&ending, kinds[i].reason, kinds[i].signal, m.stat[STAT_FAULTS_FATAL], name);
	}
}

static int jump(void *context)
{
	__asm__ volatile("jalr %0" : : "r"(context) : "ra", "memory");
	return 0;
}

static int load(void *context)
{
	return *(volatile char *)context;
}

static int store(void *context)
{
	*(volatile char *)context = 1;
	return 0;
}

static int code_store(void *context)
{
	(void)context;
	return store((void *)(uintptr_t)code_store);
}

static void dies(int (*body)(void *), void *address, unsigned reason, const char *name)
{
	struct measurement m;
	measure_begin(&m);
	struct process_ending ending = child_wait(child_start(body, address));
	measure_end(&m);
	ended(&ending, reason, SIGSEGV, m.stat[STAT_FAULTS_FATAL], name);
}

static void addresses(void)
{
	char *heap = heap_take(2);
	*(uint32_t *)heap = 0x8067; // ret
	char local[16] = {0x67, (char)0x80};
	dies(jump, heap, REASON_PROTECTION, "fault_run_heap_ends_process");
	dies(jump, heap + FL_PAGE_SIZE, REASON_PROTECTION, "fault_run_untouched_heap_ends_process");
	dies(jump, local, REASON_PROTECTION, "fault_run_stack_ends_process");
	dies(jump, (void *)LAYOUT_MMAP_START, REASON_NO_REGION, "fault_run_hole_ends_process");
	dies(jump, (void *)(1ul << 63), REASON_KERNEL_ADDRESS, "fault_run_kernel_address_ends_process");
	dies(jump, (void *)FL_USER_END, REASON_KERNEL_ADDRESS, "fault_run_noncanonical_ends_process");
	dies(load, (void *)(FL_PAGE_SIZE - 1), REASON_NULL, "fault_load_end_of_null_page_ends_process");
	dies(load, (void *)FL_PAGE_SIZE, REASON_NO_REGION, "fault_load_below_image_ends_process");
	dies(load, (void *)(FL_USER_END - 1), REASON_NO_REGION,
	     "fault_load_top_of_user_half_ends_process");
	dies(load, (void *)LAYOUT_USER_TOP, REASON_NO_REGION, "fault_load_above_stack_ends_process");
	dies(load, (void *)UINT64_MAX, REASON_KERNEL_ADDRESS, "fault_load_last_byte_ends_process");
	dies(load, (void *)0xffffffc080200000ul, REASON_KERNEL_ADDRESS,
	     "fault_load_kernel_image_ends_process");
	dies(load, (void *)0x80200000ul, REASON_ABOVE_BREAK, "fault_load_ram_address_ends_process");
	dies(store, heap + 2 * FL_PAGE_SIZE, REASON_ABOVE_BREAK, "fault_store_at_break_ends_process");
	dies(code_store, NULL, REASON_PROTECTION, "fault_store_own_code_ends_process");
}

// One that dies does not disturb one that shares its pages.
static void sharing(void)
{
	char *heap = heap_take(8);
	pages_store(heap, 8, 1, 1);
	unsigned deaths = 0;
	const unsigned times = GUEST_SIZE(20u, 100u, 1000u);
	for (unsigned i = 0; i < times; i++)
		deaths += child_wait(child_start(store, NULL)).reason == REASON_NULL;
	tap_equal(times, deaths, "fault_repeated_ends_each_process");
	tap_ok(pages_hold(heap, 8, 1, 1), "fault_of_child_leaves_parents_pages");
}

// Ends only when its stack has used up the guard.
static void overflow(void)
{
	if (statistic(STAT_FRAMES_FREE) < 2 * (LAYOUT_STACK_BYTES >> FL_PAGE_SHIFT)) {
		tap_skip("fault_stack_overflow_hits_guard_page", "the machine has too little memory");
		return;
	}
	struct measurement m;
	measure_begin(&m);
	struct process_ending ending = child_wait(child_start(crash_exec, "stack-overflow"));
	measure_end(&m);
	ended(&ending, REASON_GUARD, SIGSEGV, m.stat[STAT_FAULTS_FATAL],
	      "fault_stack_overflow_hits_guard_page");
	// The child's first pages are there, the argument page among them; the others are faults.
	tap_ok(m.stat[STAT_ZERO_FILLS] >= (LAYOUT_STACK_BYTES >> FL_PAGE_SHIFT) - 1,
	       "fault_stack_overflow_fills_whole_stack_before");
}

const struct guest_case guest_cases[] = {
	{"fault_programs", programs},
	{"fault_addresses", addresses},
	{"fault_sharing", sharing},
	{"fault_overflow", overflow},
	{NULL, NULL},
};

const struct guest_helper guest_helpers[] = {{NULL, NULL}};
