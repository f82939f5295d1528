// Formatted text into a buffer: the few conversions that log lines need.
//
// Not here: widths, precision, floating point; a conversion that is not known is copied as it
// stands.
#include "fl/print.h"

#include <stdint.h>

struct print_sink {
	char *text;
	size_t size;
	size_t used;
};

static void sink_put(struct print_sink *sink, char c)
{
	if (sink->used + 1 < sink->size)
		sink->text[sink->used++] = c;
}

static void sink_text(struct print_sink *sink, const char *text)
{
	for (text = text ? text : "(null)"; *text; text++)
		sink_put(sink, *text);
}

static void sink_number(struct print_sink *sink, uint64_t value, unsigned base)
{
	char digit[20]; // 2^64 - 1 in decimal
	unsigned count = 0;
	do {
		digit[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (count)
		sink_put(sink, digit[--count]);
}

static void sink_signed(struct print_sink *sink, int64_t value)
{
	if (value < 0)
		sink_put(sink, '-');
	sink_number(sink, value < 0 ? -(uint64_t)value : (uint64_t)value, 10);
}

size_t fl_print_list(char *text, size_t size, const char *format, va_list list)
{
	struct print_sink sink = {text, size, 0};
	for (; *format; format++) {
		if (*format != '%') {
			sink_put(&sink, *format);
			continue;
		}
		int is_long = format[1] == 'l';
		format += 1 + is_long;
		switch (*format) {
		case 's':
			sink_text(&sink, va_arg(list, const char *));
			break;
		case 'c':
			sink_put(&sink, (char)va_arg(list, int));
			break;
		case 'd':
			sink_signed(&sink, is_long ? va_arg(list, long) : va_arg(list, int));
			break;
		case 'u':
		case 'x':
			sink_number(&sink, is_long ? va_arg(list, unsigned long) : va_arg(list, unsigned),
			            *format == 'u' ? 10 : 16);
			break;
		case '\0': // a lone % at the end
			format--;
			break;
		default:
			sink_put(&sink, *format);
		}
	}
	text[sink.used] = '\0';
	return sink.used;
}

size_t fl_print(char *text, size_t size, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	size_t used = fl_print_list(text, size, format, list);
	va_end(list);
	return used;
}
