// Calls that an ordinary program has no business making: kernel calls with handles it lacks, server
// messages that are not for it or make no sense. Each gets an error, and nothing changes.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "proto/console.h"
#include "proto/files.h"
#include "proto/slots.h"

#define NAME_BYTES 80

static const uint64_t numbers[] = {0,
                                   1,
                                   2,
                                   5,
                                   6,
                                   127,
                                   128,
                                   8191,
                                   8192,
                                   FL_PAGE_SIZE,
                                   1ul << 31,
                                   1ul << 32,
                                   ~0ul,
                                   1ul << 63,
                                   0x80200000ul,
                                   0x3000000000ul,
                                   FL_USER_END};
#define NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

static const char *const call_names[] = {
#define CALL_NAME(number, name, function, text) [number] = #function,
	FL_SYSCALLS(CALL_NAME)
#undef CALL_NAME
};

// What a program may do with its four call handles, or without any: these succeed or wait.
static bool is_allowed(unsigned call, uint64_t slot, uint64_t op)
{
	switch (call) {
	case FL_SYS_VERSION:
	case FL_SYS_COUNTERS:
		return true;
	case FL_SYS_CALL:
		return slot >= SLOT_PAGER && slot <= SLOT_CONSOLE;
	case FL_SYS_THREAD_CONTROL:
		return slot == 0 && op == FL_THREAD_YIELD;
	default:
		return false;
	}
}

static void kernel_call(unsigned call)
{
	unsigned accepted = 0;
	for (unsigned a = 0; a < NUMBERS; a++) {
		for (unsigned b = 0; b < NUMBERS; b++) {
			for (unsigned c = 0; c < NUMBERS; c++) {
				uint64_t other = numbers[(a + b + c) % NUMBERS];
				if (is_allowed(call, numbers[a], numbers[b]))
					continue;
				if (call == FL_SYS_HANDLE_CLOSE && numbers[b] >= SLOT_PAGER &&
				    numbers[b] <= SLOT_CONSOLE)
					continue; // its own handles are its own affair
				struct fl_result r;
				accepted += fl_invoke(call, numbers[a], numbers[b], numbers[c], other, other, 0, 0,
				                      &r) == FL_OK;
			}
		}
	}
	char name[NAME_BYTES];
	(void)snprintf(name, sizeof(name), "call_%s_without_right_fails", call_names[call]);
	tap_equal(0, accepted, name);
}

static void kernel(void)
{
	for (unsigned call = 0; call < FL_SYS_COUNT; call++) {
		if (call != FL_SYS_VERSION && call != FL_SYS_COUNTERS)
			kernel_call(call);
	}
	unsigned known = 0;
	for (unsigned i = 0; i < NUMBERS; i++) {
		for (unsigned call = FL_SYS_COUNT; call < FL_SYS_COUNT + 100; call++)
			known += fl_invoke(call, numbers[i], 1, 1, 1, 1, 1, 1, NULL) != FL_BAD_CALL;
	}
	register uint64_t number __asm__("a7") = ~0ul;
	register uint64_t result __asm__("a0") = 0;
	__asm__ volatile("ecall"
	                 : "+r"(result)
	                 : "r"(number)
	                 : "memory", "a1", "a2", "a3", "a4", "a5", "a6", "t0", "t1", "t2", "t3", "t4",
	                   "t5", "t6");
	known += result != FL_BAD_CALL;
	tap_equal(0, known, "call_with_unknown_number_fails");
	tap_equal(FL_ABI_VERSION, fl_version(), "call_version_still_answers");
}

static fl_error_t ask(fl_slot_t slot, uint64_t label, uint64_t a, uint64_t b, uint64_t c)
{
	struct fl_message m = {.word = {label, a, b, c}};
	fl_error_t error = fl_call(slot, &m);
	return error != FL_OK ? error : (fl_error_t)FILES_CODE(m.word[0]);
}

static void pager(void)
{
	unsigned refused = 0, labels = 0;
	for (uint64_t label = PAGER_SPACE_CREATE; label <= PAGER_AUDIT; label++, labels++)
		refused += ask(SLOT_PAGER, label, 1, 0, 0) == FL_NO_RIGHT;
	tap_equal(labels, refused, "pager_control_messages_from_program_are_refused");
	tap_ok(ask(SLOT_PAGER, 0, 0, 0, 0) == FL_BAD_CALL &&
	           ask(SLOT_PAGER, PAGER_AUDIT + 1, 0, 0, 0) == FL_BAD_CALL &&
	           ask(SLOT_PAGER, ~0ul, 0, 0, 0) == FL_BAD_CALL,
	       "pager_unknown_messages_are_refused");
}

static void processes(void)
{
	tap_ok(ask(SLOT_PROCESS, 0, 0, 0, 0) == FL_BAD_CALL &&
	           ask(SLOT_PROCESS, PROCESS_POWEROFF + 1, 0, 0, 0) == FL_BAD_CALL &&
	           ask(SLOT_PROCESS, ~0ul, 0, 0, 0) == FL_BAD_CALL,
	       "process_unknown_messages_are_refused");
	tap_equal(FL_BAD_ARGUMENT, ask(SLOT_PROCESS, PROCESS_POWEROFF, 256, 0, 0),
	          "process_poweroff_with_large_status_is_refused");
	tap_equal(FL_BAD_ARGUMENT, ask(SLOT_PROCESS, PROCESS_WAIT, 1ul << 32, 0, 0),
	          "process_wait_with_large_pid_is_refused");
	tap_equal(FL_BAD_ARGUMENT, ask(SLOT_PROCESS, PROCESS_WAIT, 0, 2, 0),
	          "process_wait_with_unknown_flag_is_refused");
	tap_equal(FL_NO_PROCESS, ask(SLOT_PROCESS, PROCESS_KILL, ~0ul, 9, 0),
	          "process_kill_of_large_pid_is_refused");
	tap_equal(FL_NO_PROCESS, ask(SLOT_PROCESS, PROCESS_KILL, 0, 9, 0),
	          "process_kill_of_pid_0_is_refused");
	tap_equal(FL_NO_PROCESS, ask(SLOT_PROCESS, PROCESS_REGION, 1ul << 40, 0, 0),
	          "process_region_of_absent_is_refused");
	tap_equal(FL_NO_PROCESS, ask(SLOT_PROCESS, PROCESS_PTE, 0, 0, 0),
	          "process_pte_of_pid_0_is_refused");
	tap_ok(ask(SLOT_PROCESS, PROCESS_PTE, (uint64_t)getpid(), 1ul << 63, 0) != FL_OK,
	       "process_pte_of_kernel_address_is_refused");
	tap_equal(FL_EMPTY, ask(SLOT_PROCESS, PROCESS_INFO, ~0ul, 0, 0),
	          "process_info_after_last_is_empty");
}

static void servers(void)
{
	tap_ok(ask(SLOT_FILES, 0, 0, 0, 0) == FL_BAD_CALL &&
	           ask(SLOT_FILES, 99, 0, 0, 0) == FL_BAD_CALL,
	       "files_unknown_messages_are_refused");
	unsigned refused = 0;
	for (uint64_t label = FILES_CREATE; label <= FILES_LOCATE; label++)
		refused += ask(SLOT_FILES, label, (uint64_t)getpid(), 1000, 0) == FL_NO_RIGHT;
	tap_equal(FILES_LOCATE - FILES_CREATE + 1, refused, "files_messages_of_procd_are_refused");
	tap_equal(FL_BAD_ADDRESS, ask(SLOT_FILES, FILES_WORD0(FILES_STAT, 33), 0, ~0ul, 0),
	          "files_path_outside_window_is_refused");
	tap_equal(FL_BAD_HANDLE, ask(SLOT_FILES, FILES_HEAD(FILES_READ, 1, 64), 0, 0, 0),
	          "files_read_of_large_descriptor_is_refused");
	tap_equal(FL_BAD_ARGUMENT, ask(SLOT_FILES, FILES_HEAD(FILES_WRITE, 41, 1), 0, 0, 0),
	          "files_write_of_41_bytes_in_message_is_refused");
	tap_ok(ask(SLOT_FILES, FILES_HEAD(FILES_WRITE, 0, 1), 0, 1ul << 16, 1) == FL_BAD_ADDRESS &&
	           ask(SLOT_FILES, FILES_HEAD(FILES_WRITE, 0, 1), 0, 0, ~0ul) == FL_BAD_ADDRESS &&
	           ask(SLOT_FILES, FILES_HEAD(FILES_WRITE, 0, 1), 0, ~0ul, 2) == FL_BAD_ADDRESS,
	       "files_write_from_outside_window_is_refused");
	tap_ok(ask(SLOT_FILES, FILES_WINDOW, 0, 0, 0) == FL_BAD_ARGUMENT &&
	           ask(SLOT_FILES, FILES_WINDOW, 17, 0, 0) == FL_BAD_ARGUMENT,
	       "files_window_of_wrong_size_is_refused");
	tap_equal(FL_NO_RIGHT, ask(SLOT_CONSOLE, FILES_WORD0(CONSOLE_READ, 4), 0, 0, 0),
	          "console_read_from_program_is_refused");
	tap_equal(FL_NO_RIGHT, ask(SLOT_CONSOLE, FILES_WORD0(CONSOLE_LOG, 4), 0x41414141, 0, 0),
	          "console_log_from_program_is_refused");
	tap_ok(ask(SLOT_CONSOLE, 0, 0, 0, 0) == FL_BAD_CALL &&
	           ask(SLOT_CONSOLE, 99, 0, 0, 0) == FL_BAD_CALL &&
	           ask(SLOT_CONSOLE, 1ul << 32 | CONSOLE_WRITE, 0, 0, 0) == FL_BAD_CALL,
	       "console_unknown_messages_are_refused");
	tap_ok(ask(SLOT_CONSOLE, FILES_WORD0(CONSOLE_WRITE, 0), 0, 0, 0) == FL_BAD_ARGUMENT &&
	           ask(SLOT_CONSOLE, FILES_WORD0(CONSOLE_WRITE, 41), 0, 0, 0) == FL_BAD_ARGUMENT,
	       "console_counts_out_of_range_are_refused");
}

const struct guest_case guest_cases[] = {
	{"call_kernel", kernel},   {"call_pager", pager}, {"call_process", processes},
	{"call_servers", servers}, {NULL, NULL},
};

const struct guest_helper guest_helpers[] = {{NULL, NULL}};
