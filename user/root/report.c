// root's only way to say something: through the kernel to the firmware's console.
#include <stdarg.h>

#include "fl/print.h"
#include "root.h"

#define REPORT_BYTES 240

static void put_text(const char *text)
{
	for (; *text; text++)
		(void)fl_machine_control(FL_ROOT_MACHINE, FL_MACHINE_PUTC, (unsigned char)*text);
}

_Noreturn void root_stop(unsigned status, const char *format, ...)
{
	char text[REPORT_BYTES];
	va_list list;
	va_start(list, format);
	(void)fl_print_list(text, sizeof text, format, list);
	va_end(list);
	// The console server may have left the cursor anywhere.
	put_text("\n\x1elog root: ");
	put_text(text);
	put_text("\n");
	(void)fl_machine_control(FL_ROOT_MACHINE, FL_MACHINE_STOP, status);
	for (;;)
		__asm__ volatile("ebreak"); // root has no pager: this thread ends here
}
