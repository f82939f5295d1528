// Log lines and last words of the servers.
#include <stdarg.h>

#include "fl/print.h"
#include "fl/server.h"
#include "fl/string.h"
#include "proto/console.h"
#include "proto/files.h"
#include "proto/slots.h"

#define LOG_LINE_BYTES 200

void server_log(const char *format, ...)
{
	char text[LOG_LINE_BYTES];
	va_list list;
	va_start(list, format);
	size_t bytes = fl_print_list(text, sizeof text, format, list);
	va_end(list);

	// A part that is not full ends the line, so a multiple of the part's size needs an empty one.
	size_t at = 0;
	size_t part;
	do {
		part = bytes - at < CONSOLE_DATA_MAX ? bytes - at : CONSOLE_DATA_MAX;
		struct fl_message m = {0};
		m.word[0] = FILES_WORD0(CONSOLE_LOG, part);
		memcpy(&m.word[1], text + at, part);
		if (fl_call(SLOT_CONSOLE, &m))
			return; // no console, no log: nothing else to tell it to
		at += part;
	} while (part == CONSOLE_DATA_MAX);
}

_Noreturn void server_fatal(const char *text)
{
	static const char *const parts[] = {"\n\x1elog server: ", NULL, "\n"};
	for (unsigned i = 0; i < 3; i++) {
		for (const char *at = parts[i] ? parts[i] : text; *at; at++)
			(void)fl_machine_control(SLOT_MACHINE, FL_MACHINE_PUTC, (unsigned char)*at);
	}
	for (;;)
		__asm__ volatile("ebreak");
}
