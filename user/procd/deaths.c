// Faults that nobody could meet: a signal for the thread, if the program handles it, else the end
// of the process.
#include "fl/server.h"
#include "procd.h"
#include "proto/pager.h"
#include "proto/slots.h"

static const char *reason_text(uint64_t reason)
{
	switch (reason) {
#define REASON_CASE(number, name, text)                                                            \
	case number:                                                                                   \
		return text;
		PAGER_REASONS(REASON_CASE)
#undef REASON_CASE
	default:
		return "unknown reason";
	}
}

static const char *access_text(uint64_t cause)
{
	switch (cause) {
	case FL_CAUSE_LOAD_MISALIGNED:
	case FL_CAUSE_LOAD_ACCESS:
	case FL_CAUSE_LOAD_PAGE:
		return "load";
	case FL_CAUSE_STORE_MISALIGNED:
	case FL_CAUSE_STORE_ACCESS:
	case FL_CAUSE_STORE_PAGE:
		return "store";
	default:
		return "fetch";
	}
}

// What a program's handler is told. Signal 0: nothing can be done about it.
static unsigned reason_signal(uint64_t reason, uint8_t *code)
{
	static const struct {
		uint8_t signal;
		uint8_t code;
	} signals[] = {
		[REASON_NO_REGION] = {SIGNAL_SEGMENT, SIGNAL_CODE_NOT_MAPPED},
		[REASON_NULL] = {SIGNAL_SEGMENT, SIGNAL_CODE_NOT_MAPPED},
		[REASON_GUARD] = {SIGNAL_SEGMENT, SIGNAL_CODE_NOT_MAPPED},
		[REASON_ABOVE_BREAK] = {SIGNAL_SEGMENT, SIGNAL_CODE_NOT_MAPPED},
		[REASON_PROTECTION] = {SIGNAL_SEGMENT, SIGNAL_CODE_NOT_PERMITTED},
		[REASON_KERNEL_ADDRESS] = {SIGNAL_SEGMENT, SIGNAL_CODE_NOT_MAPPED},
		[REASON_IO] = {SIGNAL_BUS, SIGNAL_CODE_OBJECT},
		[REASON_ILLEGAL] = {SIGNAL_ILLEGAL, SIGNAL_CODE_ILLEGAL},
		[REASON_BREAKPOINT] = {SIGNAL_TRAP, SIGNAL_CODE_BREAKPOINT},
		[REASON_MISALIGNED] = {SIGNAL_BUS, SIGNAL_CODE_MISALIGNED},
		[REASON_ACCESS_FAULT] = {SIGNAL_BUS, SIGNAL_CODE_NO_MEMORY_THERE},
	};
	if (reason >= sizeof signals / sizeof signals[0])
		return 0;
	*code = signals[reason].code;
	return signals[reason].signal;
}

// A thread that was stopped after its fault was recorded does not wait for an answer any more: it
// went to a handler, and will fault again when it comes back.
static bool fault_is_past(const struct thread *thread, uint64_t pc)
{
	static struct fl_context context;
	fl_error_t error = fl_thread_context(thread_slot(thread), FL_CONTEXT_GET, &context);
	return !error && context.pc != pc;
}

// True if the thread goes on in a handler.
static bool fault_handle(struct thread *thread, uint64_t reason, uint64_t address)
{
	struct signal_origin origin = {.value = address};
	unsigned signal = reason_signal(reason, &origin.code);
	uint32_t bit = SIGNAL_BIT(signal);
	if (!signal || !(thread->process->actions.handled & bit) || (thread->mask & bit) ||
	    thread->entering || thread->returning)
		return false;
	handler_enter(thread, signal, &origin);
	return true;
}

void deaths_take(void)
{
	for (;;) {
		struct fl_message m = {.word = {PAGER_DEATH_NEXT}};
		fl_error_t error = pager_call(&m);
		if (error == FL_EMPTY)
			return;
		if (error)
			server_fatal("procd: the pager does not tell who died");
		// A process that was killed at the same time is gone already.
		struct process *process = process_of_space(m.word[1]);
		if (!process || !m.word[1])
			continue;
		// A pager that tells no number has one thread a space.
		uint64_t number = m.word[2] >> 32;
		struct thread *thread = number ? thread_of_number(process, number) : process->threads;
		uint64_t reason = m.word[2] & UINT32_MAX;
		uint64_t cause = m.word[3];
		uint64_t pc = m.word[5];
		if (!thread || fault_is_past(thread, pc))
			continue;
		// For these stval is no address.
		int is_address = cause != FL_CAUSE_ILLEGAL && cause != FL_CAUSE_BREAKPOINT;
		uint64_t address = is_address ? m.word[4] : pc;
		if (fault_handle(thread, reason, address))
			continue;
		server_log("%s (pid %u): %s: %s at 0x%lx, pc 0x%lx", process->name, process->pid,
		           reason_text(reason), access_text(cause), address, pc);
		process_end(process, PROCESS_FAULTED, 0, (unsigned)reason);
	}
}
