// read and write. Up to 40 bytes travel in the message, more through the window; if there is no
// memory for a window, 40 at a time.
//
// The file server never makes these calls wait. If nothing can be moved now and the descriptor is a
// blocking one, FILES_WAIT waits, without any data that could be lost, and the call is made again.
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "copy.h"
#include "proto/files.h"
#include "service.h"
#include "window.h"

// What one call moved.
struct step {
	size_t asked; // how much it tried
	size_t done;
	bool wait; // nothing now: wait and do it again
	bool more; // only a part, and the rest is wanted too
};

static fl_error_t step_end(fl_error_t error, const struct fl_message *m, struct step *step)
{
	step->wait = error == FL_AGAIN && m->word[1] == 1;
	return error;
}

static fl_error_t step_read_inline(int fd, char *buffer, size_t bytes, struct step *step)
{
	step->asked = bytes < FILES_DATA_MAX ? bytes : FILES_DATA_MAX;
	struct fl_message m = {.word = {FILES_HEAD(FILES_READ, step->asked, fd)}};
	fl_error_t error = service_call(SLOT_FILES, &m);
	if (error != FL_OK)
		return step_end(error, &m, step);
	step->done = FILES_COUNT(m.word[0]);
	if (step->done > step->asked)
		return FL_IO; // the buffer is only so long
	return step->done ? fl_copy(buffer, &m.word[1], step->done) : FL_OK;
}

static fl_error_t step_read(int fd, char *buffer, size_t bytes, struct step *step)
{
	struct window window;
	*step = (struct step){0};
	if (bytes > 0 && (bytes <= FILES_DATA_MAX || !window_claim(bytes, &window)))
		return step_read_inline(fd, buffer, bytes, step);
	if (bytes == 0)
		window = (struct window){0};
	step->asked = bytes < window.bytes ? bytes : window.bytes;
	struct fl_message m = {.word = {FILES_HEAD(FILES_READ, 0, fd), 0, window.offset, step->asked}};
	fl_error_t error = step_end(service_call(SLOT_FILES, &m), &m, step);
	if (error == FL_OK) {
		step->done = m.word[1];
		if (step->done > step->asked)
			error = FL_IO;
		else if (step->done)
			error = fl_copy(buffer, window.memory, step->done);
	}
	if (window.bytes)
		window_release(&window);
	return error;
}

static fl_error_t step_write_inline(int fd, const char *buffer, size_t bytes, struct step *step)
{
	step->asked = bytes < FILES_DATA_MAX ? bytes : FILES_DATA_MAX;
	struct fl_message m = {.word = {FILES_HEAD(FILES_WRITE, step->asked, fd)}};
	fl_error_t error = fl_copy(&m.word[1], buffer, step->asked);
	if (error != FL_OK)
		return error;
	error = step_end(service_call(SLOT_FILES, &m), &m, step);
	step->done = error == FL_OK ? m.word[1] : 0;
	step->more = error == FL_OK && m.word[2];
	return error;
}

static fl_error_t step_write(int fd, const char *buffer, size_t bytes, struct step *step)
{
	struct window window = {0};
	*step = (struct step){0};
	if (bytes > 0 && (bytes <= FILES_DATA_MAX || !window_claim(bytes, &window)))
		return step_write_inline(fd, buffer, bytes, step);
	step->asked = bytes < window.bytes ? bytes : window.bytes;
	struct fl_message m = {.word = {FILES_HEAD(FILES_WRITE, 0, fd), 0, window.offset, step->asked}};
	fl_error_t error = step->asked ? fl_copy(window.memory, buffer, step->asked) : FL_OK;
	if (error == FL_OK)
		error = step_end(service_call(SLOT_FILES, &m), &m, step);
	step->done = error == FL_OK ? m.word[1] : 0;
	step->more = error == FL_OK && m.word[2];
	if (window.bytes)
		window_release(&window);
	return error;
}

static fl_error_t descriptor_wait(int fd, unsigned events, size_t need)
{
	struct fl_message m = {.word = {FILES_HEAD(FILES_WAIT, 0, fd), events, need}};
	return service_call(SLOT_FILES, &m);
}

// What has been moved counts more than an error behind it.
static ssize_t result(fl_error_t error, size_t done)
{
	return error == FL_OK || done > 0 ? (ssize_t)done : error_return(error);
}

ssize_t read(int fd, void *buffer, size_t bytes)
{
	size_t done = 0;
	struct step step;
	fl_error_t error;
	if (bytes > PTRDIFF_MAX)
		return error_return(FL_BAD_ARGUMENT);
	do {
		error = step_read(fd, (char *)buffer + done, bytes - done, &step);
		if (error == FL_AGAIN && step.wait && done == 0) {
			error = descriptor_wait(fd, FILES_READY_READ, 0);
			step.done = step.asked = 0;
		} else if (error == FL_OK) {
			done += step.done;
			if (step.done == 0)
				break;
		}
	} while (error == FL_OK && step.done == step.asked && done < bytes);
	return result(error, done);
}

ssize_t write(int fd, const void *buffer, size_t bytes)
{
	size_t done = 0;
	struct step step;
	fl_error_t error;
	if (bytes > PTRDIFF_MAX)
		return error_return(FL_BAD_ARGUMENT);
	do {
		error = step_write(fd, (const char *)buffer + done, bytes - done, &step);
		if (error == FL_AGAIN && step.wait) {
			error = descriptor_wait(fd, FILES_READY_WRITE, bytes - done);
			step.more = true;
		}
		done += step.done;
	} while (error == FL_OK && done < bytes && (step.more || step.done == step.asked));
	return result(error, done);
}
