// vmmap: the regions of a process as its pager keeps them.
#include <inttypes.h>
#include <unistd.h>

#include "fl/process.h"
#include "program.h"

static const char help[] = "usage: vmmap [PID]\n"
						   "Lists the regions of a process (of vmmap itself without PID):\n"
						   "start-end, rights, kind, resident pages, all pages.\n";

static const char *kind_text(unsigned kind)
{
	switch (kind) {
	case PAGER_KIND_IMAGE:
		return "image";
	case PAGER_KIND_ZERO:
		return "zero";
	case PAGER_KIND_HEAP:
		return "heap";
	case PAGER_KIND_STACK:
		return "stack";
	default:
		return "?";
	}
}

static void region_print(const struct process_region *region)
{
	printf("%010" PRIx64 "-%010" PRIx64 " %c%c%c %-5s %" PRIu64 " %" PRIu64 "\n", region->start,
	       region->end, region->rights & FL_PROT_READ ? 'r' : '-',
	       region->rights & FL_PROT_WRITE ? 'w' : '-', region->rights & FL_PROT_EXEC ? 'x' : '-',
	       kind_text(region->kind), region->resident_pages,
	       (region->end - region->start + FL_PAGE_SIZE - 1) / FL_PAGE_SIZE);
}

int main(int argc, char **argv)
{
	help_answer(argc, argv, help);
	long pid = argc == 1 ? getpid() : 0;
	if (argc > 2 || (argc == 2 && !number_parse(argv[1], 1, INT32_MAX, &pid)))
		usage_fail(help);
	for (uint64_t va = 0;;) {
		struct process_region region;
		fl_error_t error = process_region_next((int)pid, va, &region);
		if (error == FL_EMPTY)
			return EXIT_SUCCESS;
		if (error != FL_OK) {
			fprintf(stderr, "vmmap: %ld: %s\n", pid,
			        error == FL_NO_PROCESS ? "no such process" : "cannot be read");
			return EXIT_FAILURE;
		}
		region_print(&region);
		// The next one ends above; an empty heap is one point and must not come again.
		va = region.end > va ? region.end : va + 1;
	}
}
