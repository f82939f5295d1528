// The console's input: bytes of the UART become lines. Plain C: no kernel calls, no registers, so
// that it runs on a host.
#ifndef LINE_H
#define LINE_H

#include <stdint.h>

#define LINE_BYTES_MAX 1024 // a longer line is handed on in parts
#define LINE_READY_MAX 4096 // a power of two

// Keys of the line editor.
#define LINE_KEY_END 0x04   // Ctrl-D: end of input
#define LINE_KEY_KILL 0x15  // Ctrl-U: forget the line
#define LINE_KEY_ERASE 0x7f // DEL, and backspace (0x08)

struct line_input {
	// The line in the making; it is not ready yet.
	unsigned editing;
	char edit[LINE_BYTES_MAX];
	// Finished input, a ring: bytes, or LINE_MARK_END where Ctrl-D stood.
	unsigned first;
	unsigned ready;
	uint16_t ring[LINE_READY_MAX];
};

// Where echo goes.
typedef void (*line_echo_fn)(const char *text, unsigned bytes);

// 1 if one more byte can be taken without losing anything.
int line_has_room(const struct line_input *input);

// Takes one byte from the terminal; needs line_has_room. Returns 1 if something became ready.
int line_take(struct line_input *input, uint8_t byte, line_echo_fn echo);

// 1 if a reader need not wait.
int line_is_ready(const struct line_input *input);

// What a read of `wanted` bytes gets: *bytes many bytes in data (0: end of input), never past the
// end of a line. Nothing is taken until line_consume is told *used.
void line_peek(const struct line_input *input, unsigned wanted, uint8_t *data, unsigned *bytes,
               unsigned *used);
void line_consume(struct line_input *input, unsigned used);

#endif
