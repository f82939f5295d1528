// Console, TAP, and the loop over a suite's tests. The console is the UART itself, so that printing
// makes no kernel calls and disturbs no counter; the first and the last line go through the kernel.
#include <stdarg.h>

#include "fl/print.h"
#include "fl/string.h"
#include "harness.h"

#define UART_VA 0x100000000ul
#define UART_STATUS 5
#define UART_STATUS_EMPTY 0x20
#define NOTES_MAX 12 // lines of one test

static volatile uint8_t *uart;
static unsigned run, failed, test_failures;

static void put(char c)
{
	if (!uart) {
		(void)fl_machine_control(FL_ROOT_MACHINE, FL_MACHINE_PUTC, (unsigned char)c);
		return;
	}
	while (!(uart[UART_STATUS] & UART_STATUS_EMPTY))
		;
	*uart = (uint8_t)c;
}

static void put_text(const char *text)
{
	for (; *text; text++)
		put(*text);
}

static void print_list(const char *format, va_list list)
{
	char line[240];
	fl_print_list(line, sizeof line, format, list);
	put_text(line);
}

void print(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	print_list(format, list);
	va_end(list);
}

void note(const char *format, ...)
{
	va_list list;
	put_text("# ");
	va_start(list, format);
	print_list(format, list);
	va_end(list);
	put('\n');
}

void console_open(void)
{
	unsigned installed;
	put_text("\n\x1e"
	         "begin\n");
	for (unsigned i = 0; i < boot->item_count; i++) {
		const struct fl_boot_item *item = &boot->item[i];
		if (item->kind == FL_BOOT_UART && !uart &&
		    fl_map_fixed(FL_ROOT_SPACE, UART_VA, item->slot, 0, 1, FL_PROT_READ | FL_PROT_WRITE,
		                 &installed) == FL_OK)
			uart = (volatile uint8_t *)(UART_VA + item->base % FL_PAGE_SIZE);
	}
}

bool expect_at(const char *file, int line, const char *what, uint64_t expected, uint64_t got)
{
	if (expected == got)
		return true;
	if (test_failures++ < NOTES_MAX)
		note("%s:%d: %s: expected %ld (0x%lx), got %ld (0x%lx)", file, line, what, (long)expected,
		     (unsigned long)expected, (long)got, (unsigned long)got);
	return false;
}

void tests_run(const struct suite *suite)
{
	for (unsigned i = 0; i < suite->count; i++) {
		uint64_t before = memory_in_use();
		test_failures = 0;
		suite->tests[i].run();
		expect(before, memory_in_use());
		run++;
		failed += test_failures != 0;
		print("%sok %u - %s\n", test_failures ? "not " : "", run, suite->tests[i].name);
	}
}

unsigned tests_failed(void)
{
	return failed;
}

void tests_end(void)
{
	print("1..%u\n", run);
}

void stop(unsigned status)
{
	print("\n\x1e"
	      "end %u\n",
	      status);
	(void)fl_machine_control(FL_ROOT_MACHINE, FL_MACHINE_STOP, status);
	for (;;)
		;
}

void bail(const char *file, int line, const char *what)
{
	print("# %s:%d: needed: %s\nBail out!\n", file, line, what);
	stop(1);
}
