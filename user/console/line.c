// The line discipline: echo, erase, kill, end of input. See line.h.
//
// Not here: who reads (console.c), modes (there is one).
#include "line.h"

#define LINE_MARK_END 0x100

int line_has_room(const struct line_input *input)
{
	// Any byte can finish the line in the making: room for all of it, itself and a mark.
	return LINE_READY_MAX - input->ready >= input->editing + 2;
}

int line_is_ready(const struct line_input *input)
{
	return input->ready != 0;
}

static void ready_put(struct line_input *input, uint16_t item)
{
	input->ring[(input->first + input->ready++) % LINE_READY_MAX] = item;
}

static void line_finish(struct line_input *input)
{
	for (unsigned i = 0; i < input->editing; i++)
		ready_put(input, (uint8_t)input->edit[i]);
	input->editing = 0;
}

// A byte above 0x7f that continues a character of UTF-8 goes together with its first byte.
static void line_erase(struct line_input *input, line_echo_fn echo)
{
	if (!input->editing)
		return;
	while (input->editing > 1 && (input->edit[input->editing - 1] & 0xc0) == 0x80)
		input->editing--;
	input->editing--;
	echo("\b \b", 3);
}

int line_take(struct line_input *input, uint8_t byte, line_echo_fn echo)
{
	char c = byte == '\r' ? '\n' : (char)byte;
	switch (byte) {
	case '\b':
	case LINE_KEY_ERASE:
		line_erase(input, echo);
		return 0;
	case LINE_KEY_KILL:
		while (input->editing)
			line_erase(input, echo);
		return 0;
	case LINE_KEY_END:
		line_finish(input);
		ready_put(input, LINE_MARK_END);
		return 1;
	case '\r':
	case '\n':
		line_finish(input);
		ready_put(input, '\n');
		echo("\n", 1);
		return 1;
	default:
		input->edit[input->editing++] = c;
		if (byte >= ' ' || byte == '\t')
			echo(&c, 1);
		if (input->editing < LINE_BYTES_MAX)
			return 0;
		line_finish(input);
		return 1;
	}
}

void line_peek(const struct line_input *input, unsigned wanted, uint8_t *data, unsigned *bytes,
               unsigned *used)
{
	*bytes = 0;
	*used = 0;
	while (*used < input->ready) {
		uint16_t item = input->ring[(input->first + *used) % LINE_READY_MAX];
		if (item == LINE_MARK_END) {
			// Behind text it only ends that text; on its own it is the end of input.
			(*used)++;
			return;
		}
		if (*bytes == wanted)
			return;
		data[(*bytes)++] = (uint8_t)item;
		(*used)++;
		if (item == '\n')
			return;
	}
}

void line_consume(struct line_input *input, unsigned used)
{
	input->first = (input->first + used) % LINE_READY_MAX;
	input->ready -= used;
}
