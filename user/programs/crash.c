// crash: does one thing that must end a process, so that its end can be looked at. The forbidden
// access is made in a way that the compiler can neither foresee nor leave out.
#include <stdint.h>
#include <unistd.h>

#include "fl/kernel.h"
#include "program.h"
#include "proto/pager.h"

#define KERNEL_ADDRESS 0xffffffc000000000ul // the first of the upper half of Sv39
#define NONCANONICAL_ADDRESS (1ul << 38)    // bits 63-39 are not copies of bit 38
#define HOLE_ADDRESS (LAYOUT_MMAP_START + FL_PAGE_SIZE)
#define STACK_STEP_BYTES 1024

static const uint64_t read_only = 1;
static uint64_t writable[2] = {0x0000806700008067ul, 0}; // two times `ret`

static void store(uintptr_t address)
{
	__asm__ volatile("sd zero, 0(%0)" : : "r"(address) : "memory");
}

static void load(uintptr_t address)
{
	__asm__ volatile("ld t0, 0(%0)" : : "r"(address) : "t0", "memory");
}

static void jump(uintptr_t address)
{
	__asm__ volatile("jalr %0" : : "r"(address) : "ra", "memory");
}

static void null_store(void)
{
	store(0);
}

static void null_load(void)
{
	load(0);
}

static void null_jump(void)
{
	jump(0);
}

static void guard_store(void)
{
	store(LAYOUT_STACK_START - sizeof(uint64_t));
}

static void hole_load(void)
{
	load(HOLE_ADDRESS);
}

static void text_store(void)
{
	store((uintptr_t)text_store & ~7ul);
}

static void rodata_store(void)
{
	store((uintptr_t)&read_only);
}

static void data_jump(void)
{
	jump((uintptr_t)writable);
}

static void kernel_load(void)
{
	load(KERNEL_ADDRESS);
}

static void kernel_store(void)
{
	store(KERNEL_ADDRESS);
}

static void noncanonical_load(void)
{
	load(NONCANONICAL_ADDRESS);
}

static void above_break_store(void)
{
	store(((uintptr_t)sbrk(0) + FL_PAGE_SIZE - 1) & ~(FL_PAGE_SIZE - 1));
}

static void illegal(void)
{
	__asm__ volatile("unimp");
}

static void privileged(void)
{
	__asm__ volatile("csrr t0, sstatus" : : : "t0");
}

static void breakpoint(void)
{
	__asm__ volatile("ebreak");
}

static void misaligned(void)
{
	__asm__ volatile("amoadd.d zero, zero, 0(%0)" : : "r"((uintptr_t)writable + 1) : "memory");
}

// Deeper and deeper; the use of `frame` after the call keeps it from becoming a loop.
static __attribute__((noinline)) uint64_t stack_grow(uint64_t depth)
{
	volatile char frame[STACK_STEP_BYTES];
	frame[0] = (char)depth;
	return depth == UINT64_MAX ? 0 : stack_grow(depth + 1) + (uint64_t)frame[0];
}

static void stack_overflow(void)
{
	volatile uint64_t sum = stack_grow(0);
	(void)sum;
}

static const struct {
	const char *name;
	void (*run)(void);
} kind[] = {
	{"null", null_store},
	{"null-load", null_load},
	{"null-jump", null_jump},
	{"guard", guard_store},
	{"hole", hole_load},
	{"text", text_store},
	{"rodata", rodata_store},
	{"exec-data", data_jump},
	{"kernel", kernel_load},
	{"kernel-store", kernel_store},
	{"noncanonical", noncanonical_load},
	{"above-break", above_break_store},
	{"illegal", illegal},
	{"privileged", privileged},
	{"ebreak", breakpoint},
	{"misaligned", misaligned},
	{"stack-overflow", stack_overflow},
};
#define KINDS (sizeof(kind) / sizeof(kind[0]))

static void help_print(FILE *stream)
{
	fprintf(stream, "usage: crash KIND\nEnds by the fault of that kind:");
	for (unsigned i = 0; i < KINDS; i++)
		fprintf(stream, "%s%s", i % 6 == 0 ? "\n  " : " ", kind[i].name);
	fprintf(stream, "\n");
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		help_print(stdout);
		return EXIT_SUCCESS;
	}
	for (unsigned i = 0; argc == 2 && i < KINDS; i++) {
		if (strcmp(argv[1], kind[i].name) == 0) {
			kind[i].run();
			fprintf(stderr, "crash: %s: nothing happened\n", kind[i].name);
			return EXIT_FAILURE;
		}
	}
	help_print(stderr);
	return USAGE_STATUS;
}
