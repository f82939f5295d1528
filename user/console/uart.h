// The UART of the console: an ns16550a with byte-wide registers.
#ifndef UART_H
#define UART_H

#include <stdint.h>

// registers: where they are mapped. What is in the receiver stays there.
void uart_start(uintptr_t registers);

// Waits for room in the transmitter.
void uart_put(char c);

// Waits until the last bit has left.
void uart_drain(void);

// 1 and a byte, or 0 if none has come.
int uart_get(uint8_t *byte);

// Whether a byte that comes raises the interrupt.
void uart_interrupt(int enabled);

#endif
