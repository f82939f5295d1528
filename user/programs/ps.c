// ps: one line a process.
#include <inttypes.h>

#include "fl/process.h"
#include "program.h"

static const char help[] =
	"usage: ps\n"
	"Lists the processes: pid, parent's pid, state, resident memory in KiB,\n"
	"name.\n";

static const char *state_text(enum process_state state)
{
	switch (state) {
	case PROCESS_RUNNING:
		return "run";
	case PROCESS_WAITING:
		return "wait";
	case PROCESS_SLEEPING:
		return "sleep";
	case PROCESS_ZOMBIE:
		return "zombie";
	case PROCESS_STOPPED:
		return "stop";
	}
	return "?";
}

int main(int argc, char **argv)
{
	help_answer(argc, argv, help);
	if (argc != 1)
		usage_fail(help);
	printf("%5s %5s %-6s %8s %s\n", "PID", "PPID", "STATE", "RSS", "NAME");
	for (int from = 1;;) {
		struct process_info info;
		fl_error_t error = process_next(from, &info);
		if (error == FL_EMPTY)
			return EXIT_SUCCESS;
		if (error != FL_OK) {
			fprintf(stderr, "ps: the process list cannot be read (error %d)\n", (int)error);
			return EXIT_FAILURE;
		}
		// A zombie has no memory any more, and a process may end while we look.
		struct process_memory memory = {0};
		if (process_memory_read(info.pid, &memory) != FL_OK)
			memory.resident_pages = 0;
		printf("%5d %5d %-6s %8" PRIu64 " %s\n", (int)info.pid, (int)info.parent,
		       state_text(info.state), memory.resident_pages * (FL_PAGE_SIZE / 1024), info.name);
		from = info.pid + 1;
	}
}
