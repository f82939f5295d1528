// vmstat: the pager's statistics and the kernel's counters, one "key value" line each.
#include <inttypes.h>

#include "fl/process.h"
#include "program.h"

static const char help[] = "usage: vmstat\n"
						   "Prints the pager's statistics and the kernel's counters: key value.\n";

// In the order of fl_counters.
static const char *const counter_key[] = {"kernel_entries",  "kernel_satp_writes",
                                          "kernel_sfences",  "kernel_messages",
                                          "kernel_fence_is", "kernel_interrupts"};

int main(int argc, char **argv)
{
	help_answer(argc, argv, help);
	if (argc != 1)
		usage_fail(help);
	uint64_t value[STAT_COUNT];
	fl_error_t error = pager_statistics(value);
	if (error != FL_OK) {
		fprintf(stderr, "vmstat: the pager's statistics cannot be read (error %d)\n", (int)error);
		return EXIT_FAILURE;
	}
	struct fl_result counters;
	uint64_t instructions = fl_instructions();
	fl_counters(&counters);
	for (unsigned i = 0; i < STAT_COUNT; i++)
		printf("%s %" PRIu64 "\n", pager_statistic_key(i), value[i]);
	for (unsigned i = 0; i < sizeof(counter_key) / sizeof(counter_key[0]); i++)
		printf("%s %" PRIu64 "\n", counter_key[i], counters.value[i]);
	// Of all modes since power-on; exact with boot/run --icount.
	printf("instructions %" PRIu64 "\n", instructions);
	return EXIT_SUCCESS;
}
