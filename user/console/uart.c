// Driving the ns16550a. Output is polled: the wait is short and the order of output is kept without
// a queue. Input is interrupt-driven.
//
// Not here: the meaning of bytes.
//
// Registers: National Semiconductor PC16550D data sheet, "Registers". Firmware has set the speed.
#include "uart.h"

enum uart_register {
	UART_DATA = 0,
	UART_INTERRUPT_ENABLE = 1,
	UART_FIFO_CONTROL = 2,
	UART_LINE_CONTROL = 3,
	UART_LINE_STATUS = 5
};

#define INTERRUPT_RECEIVED 0x01
#define FIFO_ENABLE 0x01
#define LINE_8N1 0x03
#define STATUS_RECEIVED 0x01
#define STATUS_FIFO_EMPTY 0x20
#define STATUS_IDLE 0x40
#define FIFO_BYTES 16

static volatile uint8_t *uart_registers;
static unsigned uart_room; // bytes that surely fit into the transmitter's FIFO

void uart_start(uintptr_t registers)
{
	uart_registers = (volatile uint8_t *)registers;
	uart_registers[UART_INTERRUPT_ENABLE] = 0;
	uart_registers[UART_LINE_CONTROL] = LINE_8N1;
	uart_registers[UART_FIFO_CONTROL] = FIFO_ENABLE;
}

static void status_wait(uint8_t bit)
{
	while (!(uart_registers[UART_LINE_STATUS] & bit))
		continue;
}

void uart_put(char c)
{
	if (!uart_room) {
		status_wait(STATUS_FIFO_EMPTY);
		uart_room = FIFO_BYTES;
	}
	uart_registers[UART_DATA] = (uint8_t)c;
	uart_room--;
}

void uart_drain(void)
{
	status_wait(STATUS_IDLE);
}

int uart_get(uint8_t *byte)
{
	if (!(uart_registers[UART_LINE_STATUS] & STATUS_RECEIVED))
		return 0;
	*byte = uart_registers[UART_DATA];
	return 1;
}

void uart_interrupt(int enabled)
{
	uart_registers[UART_INTERRUPT_ENABLE] = enabled ? INTERRUPT_RECEIVED : 0;
}
