// libFuzzer target: any bytes as a device tree. The sanitizers watch the reads, machine_check the
// result. Not here: exact values (machine_test.c).
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "machine.h"
#include "machine_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct machine machine;
	const char *wrong = machine_check(&machine, machine_read(data, size, &machine));
	if (wrong) {
		fprintf(stderr, "machine_check: %s\n", wrong);
		abort();
	}
	return 0;
}
