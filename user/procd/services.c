// Calls to the servers below procd (pager, files, console) and the end of the machine.
#include "fl/server.h"
#include "fl/string.h"
#include "procd.h"
#include "proto/console.h"
#include "proto/files.h"
#include "proto/slots.h"

// Values of the sifive_test device (QEMU, hw/misc/sifive_test): bits 0-15 say how it ends, bits
// 16-31 carry the status of a failure.
#define TEST_PASS 0x5555u
#define TEST_FAIL 0x3333u

static volatile uint32_t *test_device; // NULL: the machine has none

void services_start(const struct fl_bootinfo *boot)
{
	const struct fl_boot_item *item = server_boot_item(boot, FL_BOOT_TEST);
	if (item)
		test_device = (volatile uint32_t *)(SERVER_DEVICE_VA + (item->base & (FL_PAGE_SIZE - 1)));
}

fl_error_t pager_call(struct fl_message *m)
{
	fl_error_t error = fl_call(SLOT_PAGER, m);
	return error ? error : (fl_error_t)m->word[0];
}

static fl_error_t files_call(struct fl_message *m)
{
	fl_error_t error = fl_call(SLOT_FILES, m);
	return error ? error : (fl_error_t)FILES_CODE(m->word[0]);
}

fl_error_t files_find(const char *path, uint64_t *file)
{
	size_t bytes = strnlen(path, FILES_INLINE_MAX);
	struct fl_message m = {.word = {FILES_WORD0(FILES_STAT, bytes)}};
	memcpy(&m.word[2], path, bytes);
	fl_error_t error = files_call(&m);
	*file = m.word[2];
	return error;
}

fl_error_t files_process(enum files_label label, uint64_t word1, uint64_t word2, uint64_t word3)
{
	struct fl_message m = {.word = {FILES_WORD0(label, 0), word1, word2, word3}};
	return files_call(&m);
}

fl_error_t files_locate(uint64_t file, uint64_t *offset, uint64_t *bytes)
{
	struct fl_message m = {.word = {FILES_WORD0(FILES_LOCATE, 0), file}};
	fl_error_t error = files_call(&m);
	*offset = m.word[1];
	*bytes = m.word[2];
	return error;
}

_Noreturn void machine_off(unsigned status)
{
	struct fl_message m = {.word = {FILES_WORD0(CONSOLE_DRAIN, 0)}};
	fl_error_t drained = fl_call(SLOT_CONSOLE, &m);
	(void)drained; // the machine stops with or without the last words
	if (test_device)
		*test_device = status ? status << 16 | TEST_FAIL : TEST_PASS;
	fl_machine_control(SLOT_MACHINE, FL_MACHINE_STOP, status);
	server_fatal("procd: the machine does not stop");
}
