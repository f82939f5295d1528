// poll. The file server waits for what happens; for a time limit it has no clock, so a limited wait
// asks again at growing intervals.
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "copy.h"
#include "fl/process.h"
#include "proto/files.h"
#include "service.h"
#include "window.h"

#define NS_PER_MS 1000000ull
#define PAUSE_FIRST_NS (1 * NS_PER_MS)
#define PAUSE_LAST_NS (20 * NS_PER_MS)

static unsigned events_own(short events)
{
	return (events & (POLLIN | POLLRDNORM) ? FILES_READY_READ : 0) |
	       (events & (POLLOUT | POLLWRNORM) ? FILES_READY_WRITE : 0);
}

static short events_posix(unsigned ready, short wanted)
{
	short read = wanted & (POLLIN | POLLRDNORM);
	short write = wanted & (POLLOUT | POLLWRNORM);
	return (short)((ready & FILES_READY_READ ? read : 0) | (ready & FILES_READY_WRITE ? write : 0) |
	               (ready & FILES_READY_ERROR ? POLLERR : 0) |
	               (ready & FILES_READY_HANGUP ? POLLHUP : 0) |
	               (ready & FILES_READY_INVALID ? POLLNVAL : 0));
}

// Asks once; `wait`: it may return later, also with nothing. Entries with a negative descriptor are
// left out.
static fl_error_t poll_once(struct pollfd *fds, nfds_t count, bool wait, uint64_t *ready)
{
	uint32_t entries[FILES_POLL_MAX];
	struct window window = {0};
	unsigned asked = 0;
	for (nfds_t i = 0; i < count; i++) {
		unsigned fd = fds[i].fd < FILES_DESCRIPTORS ? (unsigned)fds[i].fd : FILES_DESCRIPTORS;
		if (fds[i].fd >= 0)
			entries[asked++] = FILES_POLL_ENTRY(fd, events_own(fds[i].events));
	}
	struct fl_message m = {.word = {FILES_WORD0(FILES_POLL, asked), wait}};
	void *at = &m.word[2];
	if (asked > FILES_POLL_INLINE) {
		if (!window_claim(sizeof(entries), &window))
			return FL_NO_MEMORY;
		at = window.memory;
		m.word[2] = window.offset;
	}
	memcpy(at, entries, asked * sizeof(entries[0]));
	fl_error_t error = service_call(SLOT_FILES, &m);
	*ready = m.word[1];
	memcpy(entries, at, asked * sizeof(entries[0]));
	if (window.memory)
		window_release(&window);
	asked = 0;
	for (nfds_t i = 0; i < count && error == FL_OK; i++) {
		fds[i].revents = 0;
		if (fds[i].fd >= 0 && *ready)
			fds[i].revents = events_posix(entries[asked] >> 16, fds[i].events);
		asked += fds[i].fd >= 0;
	}
	return error;
}

static fl_error_t poll_limited(struct pollfd *fds, nfds_t count, int timeout, uint64_t *ready)
{
	uint64_t end = timeout > 0 ? uptime_ns() + (uint64_t)timeout * NS_PER_MS : 0;
	uint64_t pause = PAUSE_FIRST_NS;
	for (;;) {
		fl_error_t error = poll_once(fds, count, timeout < 0, ready);
		uint64_t now = timeout > 0 ? uptime_ns() : 0;
		if (error != FL_OK || *ready || (timeout >= 0 && now >= end))
			return error;
		if (timeout < 0)
			continue;
		uint64_t part = pause < end - now ? pause : end - now;
		struct timespec request = {.tv_nsec = (long)part};
		if (nanosleep(&request, NULL) != 0)
			return FL_CANCELLED;
		pause = pause * 2 < PAUSE_LAST_NS ? pause * 2 : PAUSE_LAST_NS;
	}
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
	struct pollfd own[FILES_POLL_MAX];
	uint64_t ready = 0;
	if (count > FILES_POLL_MAX)
		return error_return(FL_BAD_ARGUMENT);
	fl_error_t error = count ? fl_copy(own, fds, count * sizeof(own[0])) : FL_OK;
	if (error == FL_OK)
		error = poll_limited(own, count, timeout, &ready);
	if (error == FL_OK && count)
		error = fl_copy(fds, own, count * sizeof(own[0]));
	return error == FL_OK ? (int)ready : error_return(error);
}
