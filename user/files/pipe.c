// Pipes. See pipe.h. A pipe's pages are taken when it is made: a write then cannot run out of
// memory.
#include "pipe.h"

#include <stddef.h>

#include "fl/string.h"

#define PIPES_MAX 512

static struct pipe pipes[PIPES_MAX];

static void pages_give(struct pipe *pipe)
{
	for (unsigned i = 0; i < PIPE_PAGES; i++) {
		if (pipe->page[i])
			page_give(pipe->page[i]);
	}
	*pipe = (struct pipe){.readers = 0};
}

struct pipe *pipe_create(void)
{
	unsigned place = 0;
	while (place < PIPES_MAX && pipes[place].page[0])
		place++;
	if (place == PIPES_MAX)
		return NULL;
	struct pipe *pipe = &pipes[place];
	for (unsigned i = 0; i < PIPE_PAGES; i++) {
		pipe->page[i] = page_take();
		if (!pipe->page[i]) {
			pages_give(pipe);
			return NULL;
		}
	}
	return pipe;
}

void pipe_settle(struct pipe *pipe)
{
	if (!pipe->readers && !pipe->writers)
		pages_give(pipe);
}

// The bytes at place `at` of the ring that lie together, at most *part of them.
static uint8_t *ring_at(const struct pipe *pipe, unsigned at, unsigned *part)
{
	at %= FILES_PIPE_BYTES;
	unsigned left = PAGE_BYTES - at % PAGE_BYTES;
	if (*part > left)
		*part = left;
	return (uint8_t *)page_memory(pipe->page[at / PAGE_BYTES]) + at % PAGE_BYTES;
}

unsigned pipe_read(struct pipe *pipe, void *to, unsigned bytes)
{
	if (bytes > pipe->bytes)
		bytes = pipe->bytes;
	for (unsigned done = 0; done < bytes;) {
		unsigned part = bytes - done;
		const uint8_t *from = ring_at(pipe, pipe->first, &part);
		memcpy((uint8_t *)to + done, from, part);
		pipe->first = (pipe->first + part) % FILES_PIPE_BYTES;
		pipe->bytes -= part;
		done += part;
	}
	return bytes;
}

void pipe_read_undo(struct pipe *pipe, unsigned bytes)
{
	pipe->first = (pipe->first + FILES_PIPE_BYTES - bytes) % FILES_PIPE_BYTES;
	pipe->bytes += bytes;
}

unsigned pipe_write(struct pipe *pipe, const void *from, unsigned bytes)
{
	unsigned room = FILES_PIPE_BYTES - pipe->bytes;
	if (bytes > room) {
		if (bytes <= FILES_PIPE_ATOMIC)
			return 0;
		bytes = room;
	}
	for (unsigned done = 0; done < bytes;) {
		unsigned part = bytes - done;
		uint8_t *to = ring_at(pipe, pipe->first + pipe->bytes, &part);
		memcpy(to, (const uint8_t *)from + done, part);
		pipe->bytes += part;
		done += part;
	}
	return bytes;
}
