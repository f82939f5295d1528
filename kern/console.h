// The firmware's console: early messages and panics. The UART itself belongs to a server.
#ifndef KERN_CONSOLE_H
#define KERN_CONSOLE_H

#include "types.h"

void console_put(const char *text);
void console_hex(uint64_t value); // as 0x...
void console_decimal(uint64_t value);

#endif
