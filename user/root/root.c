// The first program: which servers there are, and what each may do.
//
// Authority, in one place: console gets the UART, procd the timer and the way to switch off, the
// pager the RAM and the way to map it into the file server, the file server nothing but the initrd.
// Calls go one way: procd to files, console and pager; files to console and pager. Nobody gets a
// handle against that direction; the console may notify the file server.
#include "root.h"
#include "fl/error.h"
#include "fl/string.h"
#include "proto/console.h"
#include "proto/pager.h"
#include "proto/process.h"
#include "proto/slots.h"

#define PAGER_NAME_MAX 32

struct server_plan {
	const char *path;
	unsigned priority;
	unsigned slots; // of its handle table; 0 = what one frame holds
	int sees_initrd;
	enum fl_boot_kind device; // mapped at SERVER_DEVICE_VA; 0 = none
};

static char pager_path[sizeof "sys/" + PAGER_NAME_MAX] = "sys/pager";

// procd runs below console and files: when it stops a thread, neither is in the midst of the
// thread's call. So a call that a signal cuts short was not begun, or waits; never half done.
static const struct server_plan plans[SERVER_COUNT] = {
	[SERVER_CONSOLE] = {.path = "sys/console", .priority = 4, .device = FL_BOOT_UART},
	[SERVER_FILES] = {.path = "sys/files", .priority = 4, .sees_initrd = 1},
	[SERVER_PAGER] = {.path = pager_path, .priority = 6, .sees_initrd = 1},
	[SERVER_PROCD] = {.path = "sys/procd",
                      .priority = 3,
                      .slots = SLOT_SERVER_FREE + PROCESS_MAX + THREADS_MAX,
                      .sees_initrd = 1,
                      .device = FL_BOOT_TEST},
};

static void grant(enum root_server server, fl_slot_t to, fl_slot_t from, unsigned rights,
                  uint64_t badge, uint64_t count)
{
	fl_error_t error = fl_handle_copy(ROOT_SERVER_SPACE + server, to, from, rights, badge, count);
	if (error)
		root_stop(STATUS_START_FAILED, "%s gets no handle %u: %s", plans[server].path, to,
		          fl_error_text(error));
}

static const struct fl_boot_item *item_find(const struct fl_bootinfo *boot, enum fl_boot_kind kind)
{
	for (uint32_t i = 0; i < boot->item_count; i++) {
		if (boot->item[i].kind == kind)
			return &boot->item[i];
	}
	return NULL;
}

static void grants_make(const struct fl_bootinfo *boot)
{
	const fl_slot_t endpoint = ROOT_SERVER_ENDPOINT;
	for (unsigned i = 0; i < SERVER_COUNT; i++) {
		grant(i, SLOT_OWN, endpoint + i, FL_RIGHT_ALL, 0, 0);
		grant(i, SLOT_SPACE, ROOT_SERVER_SPACE + i, FL_RIGHT_ALL, 0, 0);
		grant(i, SLOT_MACHINE, FL_ROOT_MACHINE, FL_RIGHT_CONTROL, 0, 0);
	}
	const struct fl_boot_item *uart = item_find(boot, FL_BOOT_UART);
	if (!uart || !uart->irq)
		root_stop(STATUS_START_FAILED, "the machine has no UART (ns16550a) with an interrupt");
	grant(SERVER_CONSOLE, SLOT_IRQ, FL_ROOT_IRQ, FL_RIGHT_CONTROL, uart->irq, 1);
	grant(SERVER_CONSOLE, SLOT_IRQ_NOTIFY, endpoint + SERVER_CONSOLE, FL_RIGHT_NOTIFY, BITS_IRQ, 0);

	grant(SERVER_FILES, SLOT_CONSOLE, endpoint + SERVER_CONSOLE, FL_RIGHT_CALL,
	      CONSOLE_BADGE_SERVER + SERVER_FILES, 0);

	grant(SERVER_FILES, SLOT_PAGER, endpoint + SERVER_PAGER, FL_RIGHT_CALL, BADGE_FILES, 0);
	grant(SERVER_CONSOLE, SLOT_NOTIFY, endpoint + SERVER_FILES, FL_RIGHT_NOTIFY, BITS_CONSOLE, 0);

	grant(SERVER_PAGER, SLOT_FILES_SPACE, ROOT_SERVER_SPACE + SERVER_FILES, FL_RIGHT_MAP, 0, 0);
	grant(SERVER_PAGER, SLOT_MEMORY, FL_ROOT_MEMORY, FL_RIGHT_CONTROL, 0, 0);
	grant(SERVER_PAGER, SLOT_NOTIFY, endpoint + SERVER_PROCD, FL_RIGHT_NOTIFY, BITS_DEATH, 0);

	// procd mints the handles of its processes from these.
	const unsigned rights = FL_RIGHT_CALL | FL_RIGHT_MINT;
	grant(SERVER_PROCD, SLOT_FILES, endpoint + SERVER_FILES, rights, 0, 0);
	grant(SERVER_PROCD, SLOT_CONSOLE, endpoint + SERVER_CONSOLE, rights, 0, 0);
	grant(SERVER_PROCD, SLOT_PAGER, endpoint + SERVER_PAGER, FL_RIGHT_CALL, BADGE_CONTROL, 0);
	grant(SERVER_PROCD, SLOT_IRQ, FL_ROOT_IRQ, FL_RIGHT_CONTROL, 0, 1);
	grant(SERVER_PROCD, SLOT_IRQ_NOTIFY, endpoint + SERVER_PROCD, FL_RIGHT_NOTIFY, BITS_IRQ, 0);
}

static void device_map(enum root_server server, const struct fl_boot_item *item)
{
	uint64_t skip = item->base & (FL_PAGE_SIZE - 1);
	uint64_t pages = (skip + item->size + FL_PAGE_SIZE - 1) / FL_PAGE_SIZE;
	space_map(ROOT_SERVER_SPACE + server, SERVER_DEVICE_VA, item->slot, 0, pages,
	          FL_PROT_READ | FL_PROT_WRITE);
}

static void server_make(enum root_server server, const struct fl_bootinfo *boot)
{
	const struct server_plan *plan = &plans[server];
	unsigned handle_frames =
		plan->slots ? (plan->slots + FL_HANDLES_PER_FRAME - 1) / FL_HANDLES_PER_FRAME : 1;
	server_load(server, plan->path, boot, plan->priority, handle_frames);
	if (plan->sees_initrd)
		space_map(ROOT_SERVER_SPACE + server, SERVER_INITRD_VA, FL_ROOT_INITRD, 0,
		          boot->initrd_pages, FL_PROT_READ);
	const struct fl_boot_item *item = plan->device ? item_find(boot, plan->device) : NULL;
	if (item)
		device_map(server, item);
}

static void endpoints_make(void)
{
	for (fl_slot_t slot = ROOT_ENDPOINT; slot < ROOT_SERVER_SPACE; slot++) {
		fl_error_t error = fl_object_create(FL_TYPE_ENDPOINT, frame_take(), slot, 0, 0, 0);
		if (error)
			root_stop(STATUS_START_FAILED, "no endpoint: %s", fl_error_text(error));
	}
}

// The boot argument pager=NAME: another pager of the initrd.
static void pager_choose(const struct fl_bootinfo *boot)
{
	static const char key[] = "pager=";
	for (const char *word = boot->args; *word;) {
		size_t bytes = 0;
		while (word[bytes] && word[bytes] != ' ')
			bytes++;
		if (strncmp(word, key, sizeof key - 1) == 0) {
			const char *name = word + sizeof key - 1;
			size_t name_bytes = bytes - (sizeof key - 1);
			if (!name_bytes || name_bytes > PAGER_NAME_MAX || memchr(name, '/', name_bytes))
				root_stop(STATUS_START_FAILED,
				          "the boot argument pager= needs the name of a file in sys/");
			memcpy(pager_path + sizeof "sys/" - 1, name, name_bytes);
			pager_path[sizeof "sys/" - 1 + name_bytes] = '\0';
		}
		word += bytes;
		while (*word == ' ')
			word++;
	}
}

static const char *cause_text(uint64_t cause)
{
	switch (cause) {
	case FL_CAUSE_ILLEGAL:
		return "illegal instruction";
	case FL_CAUSE_BREAKPOINT:
		return "breakpoint";
	case FL_CAUSE_FETCH_PAGE:
		return "instruction page fault";
	case FL_CAUSE_LOAD_PAGE:
		return "load page fault";
	case FL_CAUSE_STORE_PAGE:
		return "store page fault";
	default:
		return "exception";
	}
}

static _Noreturn void servers_watch(void)
{
	for (;;) {
		struct fl_message m = {0};
		fl_error_t error = fl_receive(ROOT_ENDPOINT, &m);
		if (error)
			root_stop(STATUS_SERVER_DIED, "receive failed: %s", fl_error_text(error));
		if (m.received != FL_RECEIVED_FAULT || m.badge < 1 || m.badge > SERVER_COUNT)
			continue;
		root_stop(STATUS_SERVER_DIED, "server %s died: %s (cause %lu), stval 0x%lx, pc 0x%lx",
		          plans[m.badge - 1].path, cause_text(m.word[0]), m.word[0], m.word[1], m.word[2]);
	}
}

void server_main(const struct fl_bootinfo *boot);

void server_main(const struct fl_bootinfo *boot)
{
	store_start(boot);
	pager_choose(boot);
	if (!boot->initrd_pages)
		root_stop(STATUS_START_FAILED, "there is no initrd");
	space_map(FL_ROOT_SPACE, SERVER_INITRD_VA, FL_ROOT_INITRD, 0, boot->initrd_pages, FL_PROT_READ);
	endpoints_make();
	for (unsigned i = 0; i < SERVER_COUNT; i++)
		server_make(i, boot);
	pool_hide();
	grants_make(boot);
	for (unsigned i = 0; i < SERVER_COUNT; i++) {
		fl_error_t error = fl_thread_control(ROOT_SERVER_THREAD + i, FL_THREAD_START, 0);
		if (error)
			root_stop(STATUS_START_FAILED, "%s cannot be started: %s", plans[i].path,
			          fl_error_text(error));
	}
	servers_watch();
}
