// The console server: one UART, shared by programs (read, write) and servers (log lines).
//
// Not here: the line discipline (line.c), registers (uart.c), who waits for a line (the file
// server).
#include "proto/console.h"
#include "fl/server.h"
#include "fl/string.h"
#include "line.h"
#include "proto/files.h"
#include "proto/slots.h"
#include "uart.h"

#define LOG_SOURCES_MAX 8
#define LOG_BYTES_MAX 240

struct log_source {
	int used;
	uint64_t badge;
	unsigned bytes;
	char text[LOG_BYTES_MAX];
};

static struct line_input input;
static int input_paused; // no room: the receiver's interrupt is off
static int column_zero = 1;
static struct log_source log_sources[LOG_SOURCES_MAX];

static void output(const char *text, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		uart_put(text[i]);
	if (bytes)
		column_zero = text[bytes - 1] == '\n';
}

static void input_take(void)
{
	uint8_t byte;
	while (line_has_room(&input)) {
		if (!uart_get(&byte)) {
			if (input_paused)
				uart_interrupt(1);
			input_paused = 0;
			return;
		}
		(void)line_take(&input, byte, output);
	}
	// What waits in the receiver stays there, and its sender waits, until somebody reads.
	uart_interrupt(0);
	input_paused = 1;
}

// The file server asks again when we have notified it that something is ready.
static void input_tell(void)
{
	if (line_is_ready(&input) && fl_notify(SLOT_NOTIFY))
		server_fatal("console: the file server cannot be notified");
}

// Nobody waits here: what is taken is for the file server, which gives it to the one that reads.
static enum server_answer console_read(struct fl_message *m, unsigned count)
{
	unsigned bytes;
	unsigned used;
	uint8_t data[CONSOLE_DATA_MAX] = {0};
	if (m->badge < CONSOLE_BADGE_SERVER)
		return server_reply_error(m, FL_NO_RIGHT);
	if (count < 1 || count > CONSOLE_DATA_MAX)
		return server_reply_error(m, FL_BAD_ARGUMENT);
	if (!line_is_ready(&input))
		return server_reply_error(m, FL_EMPTY);
	line_peek(&input, count, data, &bytes, &used);
	line_consume(&input, used);
	m->word[0] = FILES_WORD0(FL_OK, bytes);
	memcpy(&m->word[1], data, sizeof data);
	if (input_paused)
		input_take();
	return SERVER_REPLY;
}

static enum server_answer console_write(struct fl_message *m, unsigned count)
{
	char data[CONSOLE_DATA_MAX];
	if (count < 1 || count > CONSOLE_DATA_MAX)
		return server_reply_error(m, FL_BAD_ARGUMENT);
	memcpy(data, &m->word[1], sizeof data);
	output(data, count);
	memset(m->word, 0, sizeof m->word);
	m->word[0] = FILES_WORD0(FL_OK, count);
	return SERVER_REPLY;
}

static struct log_source *log_source_get(uint64_t badge)
{
	struct log_source *unused = NULL;
	for (unsigned i = 0; i < LOG_SOURCES_MAX; i++) {
		struct log_source *source = &log_sources[i];
		if (source->used && source->badge == badge)
			return source;
		if (!source->used && !unused)
			unused = source;
	}
	if (unused)
		*unused = (struct log_source){.used = 1, .badge = badge};
	return unused;
}

static void log_line_end(struct log_source *source)
{
	static const char head[] = {CONSOLE_RECORD, 'l', 'o', 'g', ' '};
	if (!column_zero)
		output("\n", 1);
	output(head, sizeof head);
	output(source->text, source->bytes);
	output("\n", 1);
	source->used = 0;
}

static enum server_answer console_log(struct fl_message *m, unsigned count)
{
	char data[CONSOLE_DATA_MAX];
	if (m->badge && m->badge < CONSOLE_BADGE_SERVER)
		return server_reply_error(m, FL_NO_RIGHT);
	if (count > CONSOLE_DATA_MAX)
		return server_reply_error(m, FL_BAD_ARGUMENT);
	struct log_source *source = log_source_get(m->badge);
	if (!source)
		return server_reply_error(m, FL_LIMIT);
	memcpy(data, &m->word[1], sizeof data);
	for (unsigned i = 0; i < count && source->bytes < LOG_BYTES_MAX; i++) {
		// A name that a program chose must not break the line or start a record.
		int is_control = (uint8_t)data[i] < ' ' || data[i] == LINE_KEY_ERASE;
		source->text[source->bytes++] = is_control ? '?' : data[i];
	}
	if (count < CONSOLE_DATA_MAX)
		log_line_end(source);
	memset(m->word, 0, sizeof m->word);
	m->word[0] = FILES_WORD0(FL_OK, count);
	return SERVER_REPLY;
}

static enum server_answer console_call(struct fl_message *m)
{
	unsigned count = FILES_COUNT(m->word[0]);
	if (m->word[0] >> 32)
		return server_reply_error(m, FL_BAD_CALL);
	switch (FILES_CODE(m->word[0])) {
	case CONSOLE_WRITE:
		return console_write(m, count);
	case CONSOLE_READ:
		return console_read(m, count);
	case CONSOLE_LOG:
		return console_log(m, count);
	case CONSOLE_DRAIN:
		uart_drain();
		return server_reply_error(m, FL_OK);
	default:
		return server_reply_error(m, FL_BAD_CALL);
	}
}

static void console_bits(uint64_t bits)
{
	if (!(bits & BITS_IRQ))
		return;
	input_take();
	if (fl_irq_control(SLOT_IRQ, 0, FL_IRQ_ACK, 0))
		server_fatal("console: the interrupt cannot be acknowledged");
	input_tell();
}

void server_main(const struct fl_bootinfo *boot)
{
	static const struct server_handlers handlers = {.call = console_call, .bits = console_bits};
	const struct fl_boot_item *item = server_boot_item(boot, FL_BOOT_UART);
	if (!item)
		server_fatal("console: there is no UART");
	uart_start(SERVER_DEVICE_VA + (item->base & (FL_PAGE_SIZE - 1)));
	if (fl_irq_control(SLOT_IRQ, 0, FL_IRQ_BIND, SLOT_IRQ_NOTIFY))
		server_fatal("console: the interrupt cannot be bound");
	uart_interrupt(1);
	server_loop(&handlers);
}
