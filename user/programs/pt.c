// pt: the page table of a process as a tree, read entry by entry through procd and its pager.
//
// Entry format: RISC-V privileged specification 20211203, "Sv39: Page-Based 39-bit Virtual-Memory
// System": bits 0-7 V R W X U G A D, bits 10-53 the physical page number.
#include <inttypes.h>
#include <unistd.h>

#include "fl/process.h"
#include "program.h"

#define LEVELS 3
#define PTE_V 0x01u
#define PTE_LEAF 0x0eu // any of R, W, X
#define PTE_PPN_SHIFT 10
#define PTE_PPN_MASK ((1ul << 44) - 1)

static const char help[] =
	"usage: pt [PID]\n"
	"Prints the valid entries of a process's page table (of pt's own without\n"
	"PID), each level indented: index, virtual address, bits VRWXUGAD,\n"
	"physical address of the page or of the next table.\n";

// The bytes that one entry of a level maps, and its index for an address.
static uint64_t level_bytes(unsigned level)
{
	return 1ul << (FL_PAGE_SHIFT + 9 * level);
}

static void entry_print(unsigned level, uint64_t va, uint64_t pte)
{
	static const char letters[] = "VRWXUGAD";
	char bits[sizeof(letters)];
	for (unsigned i = 0; i < sizeof(letters) - 1; i++)
		bits[i] = pte >> i & 1 ? letters[i] : '-';
	bits[sizeof(letters) - 1] = '\0';
	uint64_t start = va & ~(level_bytes(level) - 1);
	printf("%*s[%3u] 0x%010" PRIx64 " %s 0x%" PRIx64 "%s\n", (int)(2 * (LEVELS - 1 - level)), "",
	       (unsigned)(va / level_bytes(level) & 0x1ff), start, bits,
	       (pte >> PTE_PPN_SHIFT & PTE_PPN_MASK) << FL_PAGE_SHIFT, pte & PTE_LEAF ? "" : " table");
}

// Prints what the path to va shows for the first time (levels below `known`), and returns the level
// whose entry ends the path: everything it maps is dealt with.
static unsigned path_print(uint64_t va, const uint64_t pte[LEVELS], unsigned known)
{
	unsigned level = LEVELS - 1;
	for (;; level--) {
		uint64_t entry = pte[LEVELS - 1 - level];
		if (!(entry & PTE_V))
			return level;
		if (level < known)
			entry_print(level, va, entry);
		if ((entry & PTE_LEAF) || level == 0)
			return level;
	}
}

int main(int argc, char **argv)
{
	help_answer(argc, argv, help);
	long pid = argc == 1 ? getpid() : 0;
	if (argc > 2 || (argc == 2 && !number_parse(argv[1], 1, INT32_MAX, &pid)))
		usage_fail(help);
	uint64_t va = 0;
	unsigned known = LEVELS; // entries of levels from here up were printed for this va
	while (va < FL_USER_END) {
		uint64_t pte[LEVELS];
		fl_error_t error = process_pte((int)pid, va, pte);
		if (error != FL_OK) {
			fprintf(stderr, "pt: %ld: %s\n", pid,
			        error == FL_NO_PROCESS ? "no such process" : "cannot be read");
			return EXIT_FAILURE;
		}
		unsigned level = path_print(va, pte, known);
		va = (va & ~(level_bytes(level) - 1)) + level_bytes(level);
		// Crossing into another table shows that table's entry anew.
		known = 1;
		while (known < LEVELS && va % level_bytes(known) == 0)
			known++;
	}
	return EXIT_SUCCESS;
}
