// user/console/line.c: what a reader gets of what is typed, and what is echoed.
#include <string.h>

#include "line.h"
#include "tap.h"

static struct line_input input;
static char echoed[16384];
static unsigned echoed_bytes;

static void echo(const char *text, unsigned bytes)
{
	memcpy(echoed + echoed_bytes, text, bytes);
	echoed_bytes += bytes;
}

static void start(void)
{
	memset(&input, 0, sizeof input);
	echoed_bytes = 0;
}

static void type(const char *text)
{
	for (; *text; text++) {
		EXPECT(line_has_room(&input), 1);
		(void)line_take(&input, (uint8_t)*text, echo);
	}
}

// Reads at most `wanted` bytes and expects exactly these.
static void expect_read(unsigned wanted, const char *expected)
{
	uint8_t data[64];
	unsigned bytes;
	unsigned used;
	EXPECT(line_is_ready(&input), 1);
	line_peek(&input, wanted, data, &bytes, &used);
	line_consume(&input, used);
	EXPECT(bytes, strlen(expected));
	EXPECT(memcmp(data, expected, strlen(expected)), 0);
}

static void expect_echo(const char *expected)
{
	EXPECT(echoed_bytes, strlen(expected));
	EXPECT(memcmp(echoed, expected, strlen(expected)), 0);
}

static void take_text_ready_only_at_newline(void)
{
	start();
	type("hello");
	EXPECT(line_is_ready(&input), 0);
	type("\r");
	expect_read(40, "hello\n");
	EXPECT(line_is_ready(&input), 0);
	expect_echo("hello\n");
}

static void read_less_than_a_line_rest_stays(void)
{
	start();
	type("abcdef\nxy\n");
	expect_read(4, "abcd");
	expect_read(40, "ef\n"); // never past the end of a line
	expect_read(40, "xy\n");
}

static void take_erase_and_kill_edit_the_line(void)
{
	start();
	type("abx\x7f\x08y\n");
	expect_read(40, "ay\n");
	expect_echo("abx\b \b\b \by\n");
	start();
	type("\x7f\x7f");
	expect_echo(""); // nothing there to erase
	type("forget\x15kept\n");
	expect_read(40, "kept\n");
	start();
	type("a\xc3\xa4\x7f\n"); // one character of two bytes
	expect_read(40, "a\n");
}

static void take_erase_after_newline_line_is_out_of_reach(void)
{
	start();
	type("a\n\x7f\x15"
	     "b\n");
	expect_read(40, "a\n");
	expect_read(40, "b\n");
}

static void take_end_key_alone_is_end_of_input(void)
{
	start();
	type("\x04");
	expect_read(40, "");
	EXPECT(line_is_ready(&input), 0);
	type("next\n");
	expect_read(40, "next\n");
}

static void take_end_key_after_text_hands_text_on(void)
{
	start();
	type("abc\x04");
	expect_read(40, "abc");
	EXPECT(line_is_ready(&input), 0);
	type("abcd\x04"); // also if the read was full just there
	expect_read(4, "abcd");
	EXPECT(line_is_ready(&input), 0);
}

static void peek_without_consume_loses_nothing(void)
{
	uint8_t data[64];
	unsigned bytes;
	unsigned used;
	start();
	type("keep\n");
	line_peek(&input, 40, data, &bytes, &used); // the reader was gone
	EXPECT(bytes, 5);
	expect_read(40, "keep\n");
}

static void take_line_without_end_handed_on_in_parts(void)
{
	start();
	for (unsigned i = 0; i < LINE_BYTES_MAX; i++)
		type("z");
	EXPECT(line_is_ready(&input), 1);
	EXPECT(input.ready, LINE_BYTES_MAX);
	type("\n");
	EXPECT(input.ready, LINE_BYTES_MAX + 1);
}

static void take_until_full_nothing_lost(void)
{
	unsigned typed = 0;
	unsigned read = 0;
	start();
	while (line_has_room(&input)) {
		char c[2] = {(char)('a' + typed % 26), 0};
		(void)line_take(&input, (uint8_t)(typed % 50 == 49 ? '\n' : c[0]), echo);
		typed++;
	}
	EXPECT(typed >= LINE_READY_MAX - 60, 1);
	while (line_is_ready(&input)) {
		uint8_t data[40];
		unsigned bytes;
		unsigned used;
		line_peek(&input, sizeof data, data, &bytes, &used);
		line_consume(&input, used);
		for (unsigned i = 0; i < bytes; i++, read++)
			EXPECT(data[i], read % 50 == 49 ? '\n' : 'a' + read % 26);
	}
	EXPECT(read + input.editing, typed);
	EXPECT(line_has_room(&input), 1);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"take_text_ready_only_at_newline", take_text_ready_only_at_newline},
		{"read_less_than_a_line_rest_stays", read_less_than_a_line_rest_stays},
		{"take_erase_and_kill_edit_the_line", take_erase_and_kill_edit_the_line},
		{"take_erase_after_newline_line_is_out_of_reach",
	     take_erase_after_newline_line_is_out_of_reach},
		{"take_end_key_alone_is_end_of_input", take_end_key_alone_is_end_of_input},
		{"take_end_key_after_text_hands_text_on", take_end_key_after_text_hands_text_on},
		{"peek_without_consume_loses_nothing", peek_without_consume_loses_nothing},
		{"take_line_without_end_handed_on_in_parts", take_line_without_end_handed_on_in_parts},
		{"take_until_full_nothing_lost", take_until_full_nothing_lost},
	};
	return tap_run(tests, sizeof tests / sizeof tests[0]);
}
