// Early console; see console.h.
#include "console.h"

#include "sbi.h"

void console_put(const char *text)
{
	for (; *text; text++)
		sbi_putchar(*text);
}

static void put_number(uint64_t value, unsigned base)
{
	char digits[21];
	unsigned n = sizeof(digits) - 1;
	digits[n] = 0;
	do {
		digits[--n] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	console_put(&digits[n]);
}

void console_hex(uint64_t value)
{
	console_put("0x");
	put_number(value, 16);
}

void console_decimal(uint64_t value)
{
	put_number(value, 10);
}
