// fl_copy and fl_copy_text, on which every function stands that is handed a pointer: bad addresses
// are errors and the process lives; untouched pages just work.
#include <string.h>
#include <unistd.h>

#include "copy.h"
#include "guest.h"

#define SPAN 200
#define ALIGNMENTS 9

static const char *const bad_names[] = {"null", "low", "kernel", "top", "last byte"};
static const uintptr_t bad_addresses[] = {0, 0x800, 0x80200000ul << 12, FL_USER_END - 8, ~0ul};
#define BAD (sizeof(bad_addresses) / sizeof(bad_addresses[0]))

// Every pair of alignments and every length, with a byte before and after that must stay.
static void aligned(void)
{
	unsigned char from[SPAN];
	unsigned char to[SPAN];
	unsigned wrong = 0;
	for (unsigned i = 0; i < SPAN; i++)
		from[i] = (unsigned char)(i * 7 + 1);
	for (unsigned a = 1; a < ALIGNMENTS; a++) {
		for (unsigned b = 1; b < ALIGNMENTS; b++) {
			for (unsigned bytes = 0; bytes < SPAN - ALIGNMENTS; bytes++) {
				memset(to, 0xee, sizeof(to));
				wrong += fl_copy(to + a, from + b, bytes) != FL_OK;
				wrong += memcmp(to + a, from + b, bytes) != 0;
				wrong += to[a - 1] != 0xee || to[a + bytes] != 0xee;
			}
		}
	}
	tap_equal(0, wrong, "copy_every_alignment_and_length_is_exact");
}

static void bad(void)
{
	char own[64] = "own";
	for (unsigned i = 0; i < BAD; i++) {
		void *address = (void *)bad_addresses[i];
		bool failed = fl_copy(own, address, 8) == FL_FAULT &&
		              fl_copy(own, address, sizeof(own)) == FL_FAULT &&
		              fl_copy(own, address, ~0ul) == FL_FAULT &&
		              fl_copy_text(own, address, sizeof(own)) == FL_FAULT;
		tap_ok(failed, "copy_from_bad_address_fails");
		failed = fl_copy(address, own, 8) == FL_FAULT &&
		         fl_copy(address, own, sizeof(own)) == FL_FAULT &&
		         fl_copy_text(address, own, sizeof(own)) == FL_FAULT;
		if (!tap_ok(failed, "copy_to_bad_address_fails"))
			tap_note("address: %s", bad_names[i]);
		tap_equal(FL_OK, fl_copy(address, own, 0), "copy_of_nothing_touches_nothing");
	}
	void *text = (void *)(uintptr_t)aligned;
	tap_equal(FL_FAULT, fl_copy(text, own, 16), "copy_to_text_fails");
	tap_equal(FL_OK, fl_copy(own, text, 16), "copy_from_text_works");
	tap_equal(0, (uint64_t)memcmp(own, text, 16), "copy_from_text_is_exact");
}

static void edge(void)
{
	char own[128];
	char *memory = heap_take(2);
	char *end = memory + 2 * FL_PAGE_SIZE;
	tap_equal(FL_OK, fl_copy(own, memory + FL_PAGE_SIZE - 40, 80),
	          "copy_from_untouched_pages_works");
	tap_equal(0, (uint64_t)(own[0] | own[79]), "copy_from_untouched_pages_reads_zero");
	memset(own, 'x', sizeof(own));
	tap_equal(FL_OK, fl_copy(end - 80, own, 80), "copy_to_untouched_page_works");
	unsigned wrong = 0;
	for (unsigned over = 1; over < 80; over++) {
		wrong += fl_copy(end - 80 + over, own, 80) != FL_FAULT;
		wrong += fl_copy(own, end - 80 + over, 80) != FL_FAULT;
	}
	tap_equal(0, wrong, "copy_over_the_end_of_memory_fails");
	tap_equal(FL_OK, fl_copy(own, end - 80, 80), "copy_up_to_the_end_of_memory_works");
	tap_equal(FL_FAULT, fl_copy_text(own, end - 80, sizeof(own)), "text_without_end_fails");
	end[-1] = '\0';
	tap_equal(FL_OK, fl_copy_text(own, end - 80, 80), "text_that_ends_with_memory_works");
	tap_equal(79, strlen(own), "text_that_ends_with_memory_is_whole");
	tap_equal(FL_TOO_BIG, fl_copy_text(own, end - 80, 79), "text_longer_than_room_is_too_big");
}

static int child_body(void *context)
{
	char own[8];
	memset(context, 'c', 8); // a page that is shared with the parent
	return fl_copy(own, NULL, 8) == FL_FAULT && fl_copy(context, own, 8) == FL_OK ? 0 : 1;
}

static void forked(void)
{
	char own[8];
	char *memory = heap_take(1);
	memset(memory, 'p', 8);
	(void)!fl_copy(own, memory, 8); // the pager knows the range now
	tap_equal(0, (uint64_t)child_run(child_body, memory),
	          "copy_in_child_fails_and_works_as_before");
	tap_ok(memory[0] == 'p', "copy_in_child_stays_there");
	pid_t helper = helper_start("exec", NULL);
	struct process_ending ending = child_wait(helper);
	tap_ok(ending.end == PROCESS_EXITED && ending.value == 0, "copy_after_exec_fails_as_before");
}

static void cheap(void)
{
	char own[FL_PAGE_SIZE];
	char *memory = heap_take(1);
	struct measurement m;
	memset(memory, 1, FL_PAGE_SIZE);
	(void)!fl_copy(own, memory, FL_PAGE_SIZE);
	measure_begin(&m);
	(void)!fl_copy(own, memory, FL_PAGE_SIZE);
	measure_end(&m);
	tap_equal(0, m.kernel_entries - m.interrupts, "copy_of_resident_page_enters_no_kernel");
}

const struct guest_case guest_cases[] = {
	{"copy_aligned", aligned}, {"copy_bad", bad},     {"copy_edge", edge},
	{"copy_forked", forked},   {"copy_cheap", cheap}, {NULL, NULL},
};

static int exec_helper(int argc, char **argv)
{
	char own[8];
	(void)argc;
	(void)argv;
	return fl_copy(own, NULL, 8) == FL_FAULT ? 0 : 1;
}

const struct guest_helper guest_helpers[] = {{"exec", exec_helper}, {NULL, NULL}};
