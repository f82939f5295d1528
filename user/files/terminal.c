// The console as a file. See terminal.h.
#include "terminal.h"

#include "fl/server.h"
#include "fl/string.h"
#include "proto/console.h"
#include "proto/files.h"
#include "proto/slots.h"

#define LINE_MAX 1024

// What was fetched and not read yet: the rest of a line, or an end of input (no byte).
static uint8_t line[LINE_MAX];
static unsigned line_first;
static unsigned line_end;
static int line_there;

// A piece of at most CONSOLE_DATA_MAX bytes; -1: there is none.
static int piece_take(uint8_t *to)
{
	struct fl_message m = {.word = {FILES_WORD0(CONSOLE_READ, CONSOLE_DATA_MAX)}};
	if (fl_call(SLOT_CONSOLE, &m) || FILES_CODE(m.word[0]))
		return -1;
	unsigned got = FILES_COUNT(m.word[0]);
	memcpy(to, &m.word[1], got);
	return (int)got;
}

int terminal_ready(void)
{
	int got = 0;
	if (line_there)
		return 1;
	line_first = line_end = 0;
	// A full piece without a newline has more behind it.
	while (LINE_MAX - line_end >= CONSOLE_DATA_MAX && (got = piece_take(line + line_end)) >= 0) {
		line_there = 1;
		line_end += (unsigned)got;
		if (got < CONSOLE_DATA_MAX || line[line_end - 1] == '\n')
			break;
	}
	return line_there;
}

unsigned terminal_read(void *to, unsigned bytes)
{
	if (bytes > line_end - line_first)
		bytes = line_end - line_first;
	memcpy(to, line + line_first, bytes);
	line_first += bytes;
	line_there = line_first < line_end;
	return bytes;
}

void terminal_read_undo(unsigned bytes)
{
	line_first -= bytes;
	line_there = 1;
}

void terminal_write(const uint8_t *from, unsigned bytes)
{
	for (unsigned done = 0; done < bytes;) {
		unsigned part = bytes - done < CONSOLE_DATA_MAX ? bytes - done : CONSOLE_DATA_MAX;
		struct fl_message m = {.word = {FILES_WORD0(CONSOLE_WRITE, part)}};
		memcpy(&m.word[1], from + done, part);
		if (fl_call(SLOT_CONSOLE, &m))
			return; // the console is gone, and soon the system
		done += part;
	}
}
