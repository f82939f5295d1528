// xv6's calls about processes, memory and time.
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "copy.h"
#include "fl/process.h"
#include "proto/pager.h"
#include "service.h"
#include "window.h"
#include "xv6.h"

#define TICK_NS 100000000l
#define TICKS_PER_SECOND 10
#define SBRK_LAZY 2
#define STACK_PAGES 4   // that a program has from the start
#define STRING_ALIGN 16 // of each argument on xv6's stack

int xv6_wait(int *status);
int xv6_kill(int pid);
int xv6_exec(const char *path, char **argv);
char *xv6_sys_sbrk(int increment, int how);
char *xv6_sbrklazy(int increment);
int xv6_pause(int ticks);
int xv6_uptime(void);

// The whole exit status, or -1 for a child that did not exit.
int xv6_wait(int *status)
{
	struct process_ending ending;
	if (process_wait(0, 0, &ending) != FL_OK)
		return -1;
	int value = ending.end == PROCESS_EXITED ? ending.value : -1;
	if (status && fl_copy(status, &value, sizeof(value)) != FL_OK)
		return -1;
	return ending.pid;
}

int xv6_kill(int pid)
{
	return kill(pid, SIGKILL);
}

// Copies the arguments: they may be anywhere. Fewer than XV6_MAXARG, all in one page with their
// pointers, as on xv6's stack of one page.
static bool arguments_fetch(char **argv, char *copy[XV6_MAXARG], char text[XV6_PAGE_BYTES])
{
	size_t used = 0;
	for (size_t i = 0; i < XV6_MAXARG; i++) {
		if (fl_copy(&copy[i], &argv[i], sizeof(copy[i])) != FL_OK)
			return false;
		if (!copy[i])
			return used + (i + 1) * sizeof(copy[i]) <= XV6_PAGE_BYTES;
		if (fl_copy_text(text + used, copy[i], XV6_PAGE_BYTES - used) != FL_OK)
			return false;
		copy[i] = text + used;
		size_t bytes = strlen(copy[i]) + 1;
		used += (bytes + STRING_ALIGN - 1) & ~(size_t)(STRING_ALIGN - 1);
	}
	return false;
}

int xv6_exec(const char *path, char **argv)
{
	char file[XV6_PATH_BYTES];
	char *copy[XV6_MAXARG];
	char text[XV6_PAGE_BYTES];
	if (!path_fetch(file, path) || !arguments_fetch(argv, copy, text))
		return -1;
	(void)execv(file, copy);
	if (path_to_bin(file))
		(void)execv(file, copy);
	return -1;
}

static char *break_move(int increment, uint64_t flags)
{
	struct fl_message m = {.word = {PAGER_SBRK, (uint64_t)(int64_t)increment, flags}};
	return service_call(SLOT_PAGER, &m) == FL_OK ? (char *)m.word[1] : (char *)-1;
}

// Eager growth fails when frames are short; to shrink by too much changes nothing, and is no error.
// Does not go through sbrk, which sets errno: in a child that has used up all memory that store
// may be the first one to its page, and its end.
char *xv6_sys_sbrk(int increment, int how)
{
	char *old = break_move(increment, increment > 0 && how != SBRK_LAZY ? PAGER_SBRK_EAGER : 0);
	return old == (char *)-1 && increment < 0 ? break_move(0, 0) : old;
}

char *xv6_sbrk(int increment)
{
	return xv6_sys_sbrk(increment, 0);
}

char *xv6_sbrklazy(int increment)
{
	return xv6_sys_sbrk(increment, SBRK_LAZY);
}

int xv6_pause(int ticks)
{
	if (ticks < 0)
		ticks = 0;
	struct timespec time = {.tv_sec = ticks / TICKS_PER_SECOND,
	                        .tv_nsec = ticks % TICKS_PER_SECOND * TICK_NS};
	return nanosleep(&time, NULL);
}

int xv6_uptime(void)
{
	return (int)(uptime_ns() / TICK_NS);
}

// xv6 gives a program all pages of its image and stack at exec. Programs that count free pages
// before and after a piece of work rely on that, so here each gets its own at once.
static void pages_touch(volatile char *start, const volatile char *end)
{
	for (volatile char *at = start; at < end; at += FL_PAGE_SIZE)
		*at = *at;
}

// Writing to a pipe that nobody reads gives -1 and nothing else. The whole window with the file
// server is made now, for the same reason as the pages.
__attribute__((constructor)) static void program_prepare(void)
{
	extern char data_start[], data_end[];
	char stack[STACK_PAGES * FL_PAGE_SIZE];
	struct window window;
	pages_touch(data_start, data_end);
	pages_touch(stack, stack + sizeof(stack));
	(void)signal(SIGPIPE, SIG_IGN);
	if (window_claim(LAYOUT_WINDOW_BYTES, &window))
		window_release(&window);
}
