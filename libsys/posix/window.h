// The window that this process shares with the file server. Parts of it are claimed, so that a
// signal handler or another thread that comes in between gets another part, or none. Private to
// libsys.
#ifndef WINDOW_H
#define WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct window {
	uint64_t offset; // in the window
	size_t bytes;    // whole pages
	void *memory;
};

// Claims at most so many bytes, at least one page. False: there is none (no memory, or all
// claimed).
bool window_claim(size_t bytes, struct window *window);
void window_release(const struct window *window);
// In the child of a fork: it has no window yet.
void window_forget(void);

#endif
