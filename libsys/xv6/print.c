// xv6's printf: %d %u %x with l or ll, %p %c %s %%. What one call prints goes out in as few writes
// as its buffer allows; nothing stays behind when the call returns.
#include <stdarg.h>

#include "xv6.h"

#define BUFFER_BYTES 256
#define DIGITS_MAX 20

struct output {
	int fd;
	int used;
	char buffer[BUFFER_BYTES];
};

__attribute__((format(printf, 1, 2))) void xv6_printf(const char *format, ...);
__attribute__((format(printf, 2, 3))) void xv6_fprintf(int fd, const char *format, ...);

static void output_flush(struct output *out)
{
	if (out->used > 0)
		(void)xv6_write(out->fd, out->buffer, out->used);
	out->used = 0;
}

static void put(struct output *out, char c)
{
	if (out->used == BUFFER_BYTES)
		output_flush(out);
	out->buffer[out->used++] = c;
}

static void put_text(struct output *out, const char *text)
{
	for (text = text ? text : "(null)"; *text; text++)
		put(out, *text);
}

static void put_number(struct output *out, uint64_t value, unsigned base, unsigned least)
{
	char digits[DIGITS_MAX];
	unsigned count = 0;
	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value > 0 || count < least);
	while (count > 0)
		put(out, digits[--count]);
}

static void put_signed(struct output *out, int64_t value)
{
	if (value < 0)
		put(out, '-');
	put_number(out, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, 1);
}

// The letter behind a % and its l's; what is not known is printed as it stands.
static void put_argument(struct output *out, char letter, bool wide, va_list *arguments)
{
	switch (letter) {
	case 'd':
		put_signed(out, wide ? va_arg(*arguments, int64_t) : va_arg(*arguments, int));
		break;
	case 'u':
	case 'x':
		put_number(out, wide ? va_arg(*arguments, uint64_t) : va_arg(*arguments, unsigned),
		           letter == 'x' ? 16 : 10, 1);
		break;
	case 'p':
		put_text(out, "0x");
		put_number(out, va_arg(*arguments, uint64_t), 16, 16);
		break;
	case 'c':
		put(out, (char)va_arg(*arguments, int));
		break;
	case 's':
		put_text(out, va_arg(*arguments, const char *));
		break;
	case '%':
		put(out, '%');
		break;
	default:
		put(out, '%');
		put(out, letter);
	}
}

static void print(int fd, const char *format, va_list *arguments)
{
	struct output out = {.fd = fd};
	for (; *format; format++) {
		if (*format != '%') {
			put(&out, *format);
			continue;
		}
		bool wide = false;
		for (format++; *format == 'l'; format++)
			wide = true;
		if (*format == '\0')
			break;
		put_argument(&out, *format, wide, arguments);
	}
	output_flush(&out);
}

void xv6_printf(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	print(1, format, &arguments);
	va_end(arguments);
}

void xv6_fprintf(int fd, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	print(fd, format, &arguments);
	va_end(arguments);
}
