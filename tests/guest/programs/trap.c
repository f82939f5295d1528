// Faults as signals: repair by a handler and going on, codes and addresses, stack overflow on an
// alternate stack, faults that end the process all the same.
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "guest.h"
#include "proto/slots.h"

static volatile sig_atomic_t runs;
static sigjmp_buf jump_buffer;

// What user-level memory management lives on (Appel and Li, "Virtual memory primitives for user
// programs"): trap, protect, unprotect.
static char *pages;
static volatile sig_atomic_t traps, wrong;

#define PAGES 64

static uint64_t pager_ask(uint64_t label, uint64_t one, uint64_t two, uint64_t three)
{
	struct fl_message m = {.word = {label, one, two, three}};
	if (fl_call(SLOT_PAGER, &m) != FL_OK || m.word[0] != FL_OK)
		return 0;
	return m.word[1] ? m.word[1] : 1;
}

static void protect(void *start, size_t count, unsigned rights)
{
	wrong += !pager_ask(PAGER_MPROTECT, (uintptr_t)start, count * FL_PAGE_SIZE, rights);
}

static void unprotect_one(int signal, siginfo_t *info, void *context)
{
	char *page = (char *)((uintptr_t)info->si_addr & ~(FL_PAGE_SIZE - 1));
	(void)context;
	traps++;
	wrong += signal != SIGSEGV || info->si_code != SEGV_ACCERR || page < pages ||
	         page >= pages + PAGES * FL_PAGE_SIZE;
	protect(page, 1, FL_PROT_READ | FL_PROT_WRITE);
}

static void pages_map(void)
{
	uint64_t at = pager_ask(PAGER_MMAP, 0, PAGES * FL_PAGE_SIZE,
	                        PAGER_MAPPING(FL_PROT_READ | FL_PROT_WRITE, 0));
	if (!at)
		tap_bail("no memory");
	pages = (char *)at;
}

static void repairs(void)
{
	struct sigaction action = {.sa_sigaction = unprotect_one, .sa_flags = SA_SIGINFO};
	(void)sigaction(SIGSEGV, &action, NULL);
	pages_map();
	protect(pages, PAGES, 0);
	pages_store(pages, PAGES, 1, 7);
	tap_ok(traps == PAGES && wrong == 0 && pages_hold(pages, PAGES, 1, 7),
	       "handler_unprotects_page_and_store_happens_once");
	traps = 0;
	for (unsigned round = 0; round < 10; round++) {
		protect(pages, PAGES, FL_PROT_READ);
		pages_store(pages, PAGES, 1, round);
	}
	tap_ok(traps == 10 * PAGES && wrong == 0,
	       "protect_many_traps_once_for_each_page_that_is_written");
	traps = 0;
	pages_load(pages, PAGES, 1);
	tap_equal(0, (uint64_t)traps, "read_of_readable_page_does_not_trap");
}

static volatile int code;
static void *volatile address;

static void leave(int signal, siginfo_t *info, void *context)
{
	(void)context;
	code = info->si_code;
	address = info->si_addr;
	siglongjmp(jump_buffer, signal);
}

static int trap_of(void (*body)(void))
{
	code = 0;
	int signal = sigsetjmp(jump_buffer, 1);
	if (signal == 0)
		body();
	return signal;
}

static void store_null(void)
{
	volatile int *volatile null = (volatile int *)16;
	*null = 1;
}

static void run_illegal(void)
{
	__asm__ volatile("unimp");
}

static void run_break(void)
{
	__asm__ volatile(".option push\n.option norvc\nebreak\n.option pop");
}

static void store_text(void)
{
	*(volatile char *)(uintptr_t)store_null = 1;
}

static void skip_instruction(int signal, siginfo_t *info, void *context)
{
	(void)info;
	runs += signal == SIGTRAP;
	((ucontext_t *)context)->uc_mcontext.__gregs[REG_PC] += 4;
	((ucontext_t *)context)->uc_mcontext.__gregs[REG_A0] = 42;
}

static void traps_of_all_kinds(void)
{
	struct sigaction action = {.sa_sigaction = leave, .sa_flags = SA_SIGINFO};
	(void)sigaction(SIGSEGV, &action, NULL);
	(void)sigaction(SIGILL, &action, NULL);
	(void)sigaction(SIGTRAP, &action, NULL);
	tap_ok(trap_of(store_null) == SIGSEGV && code == SEGV_MAPERR && address == (void *)16,
	       "null_store_is_segv_maperr");
	tap_ok(trap_of(store_text) == SIGSEGV && code == SEGV_ACCERR && address == (void *)store_null,
	       "store_to_text_is_segv_accerr");
	tap_ok(trap_of(run_illegal) == SIGILL && code == ILL_ILLOPC, "illegal_instruction_is_sigill");
	tap_ok(trap_of(run_break) == SIGTRAP && code == TRAP_BRKPT, "breakpoint_is_sigtrap");
	action.sa_sigaction = skip_instruction;
	(void)sigaction(SIGTRAP, &action, NULL);
	register long a0 __asm__("a0") = 1;
	__asm__ volatile(".option push\n.option norvc\nebreak\n.option pop" : "+r"(a0) : : "memory");
	tap_equal(42, (uint64_t)a0, "handler_may_change_the_registers_it_interrupted");
}

__attribute__((noinline)) static unsigned dive(unsigned level)
{
	volatile char room[1024];
	room[0] = (char)level;
	return level == UINT32_MAX ? 0 : dive(level + 1) + (unsigned)room[0];
}

static void dive_on(void)
{
	(void)!dive(0);
}

static void overflows(void)
{
	static char stack[SIGSTKSZ];
	stack_t alternate = {.ss_sp = stack, .ss_size = sizeof(stack)}, old;
	struct sigaction action = {.sa_sigaction = leave, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	tap_ok(sigaltstack(&alternate, &old) == 0 && (old.ss_flags & SS_DISABLE), "sigaltstack_is_set");
	(void)sigaction(SIGSEGV, &action, NULL);
	for (unsigned i = 0; i < 2; i++)
		tap_ok(trap_of(dive_on) == SIGSEGV && code == SEGV_MAPERR &&
		           (uintptr_t)address < LAYOUT_STACK_START,
		       "stack_overflow_is_handled_on_alternate_stack");
	alternate.ss_size = 1;
	tap_ok(sigaltstack(&alternate, NULL) == -1 && errno == ENOMEM, "sigaltstack_checks_size");
}

static int fault_blocked(void *context)
{
	sigset_t set = 1ul << SIGSEGV;
	(void)context;
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	store_null();
	return 0;
}

static void fault_again(int signal)
{
	(void)signal;
	store_null();
}

static int fault_in_handler(void *context)
{
	(void)context;
	(void)signal(SIGSEGV, fault_again);
	store_null();
	return 0;
}

static int overflow_without_stack(void *context)
{
	(void)context;
	(void)signal(SIGSEGV, fault_again);
	dive_on();
	return 0;
}

static void fatal_faults(void)
{
	(void)signal(SIGSEGV, fault_again);
	struct process_ending ending = child_wait(child_start(fault_blocked, NULL));
	tap_ok(ending.end == PROCESS_FAULTED && ending.reason == REASON_NULL,
	       "blocked_fault_ends_process");
	ending = child_wait(child_start(fault_in_handler, NULL));
	tap_ok(ending.end == PROCESS_FAULTED && ending.reason == REASON_NULL,
	       "fault_in_its_handler_ends_process");
	ending = child_wait(child_start(overflow_without_stack, NULL));
	tap_ok(ending.end == PROCESS_FAULTED && ending.reason == REASON_GUARD,
	       "stack_overflow_without_alternate_stack_ends_process");
}

const struct guest_case guest_cases[] = {
	{"trap_repair", repairs},
	{"trap_kinds", traps_of_all_kinds},
	{"trap_overflow", overflows},
	{"trap_fatal", fatal_faults},
	{NULL, NULL},
};

const struct guest_helper guest_helpers[] = {{NULL, NULL}};
