// Loading a server: everything it will ever use is there before it starts, so that it never faults.
//
// Not here: its handles and devices (root.c).
#include "fl/elf.h"
#include "fl/error.h"
#include "fl/string.h"
#include "proto/pager.h"
#include "proto/slots.h"
#include "root.h"

#define STACK_START (SERVER_STACK_TOP - SERVER_STACK_BYTES)

static void check(fl_error_t error, const char *what, const char *path)
{
	if (error)
		root_stop(STATUS_START_FAILED, "%s %s: %s", path, what, fl_error_text(error));
}

static void space_create(enum root_server server, const char *path, unsigned handle_frames)
{
	fl_slot_t space = ROOT_SERVER_SPACE + server;
	uint64_t frame = frame_take();
	check(fl_object_create(FL_TYPE_SPACE, frame, space, frame_take(), ROOT_ENDPOINT, server + 1u),
	      "gets no space", path);
	for (unsigned i = 0; i < handle_frames; i++)
		check(fl_space_feed(space, FL_FEED_HANDLES, frame_take(), i), "gets no handles", path);
}

static void region_load(fl_slot_t space, const struct fl_elf_region *region, const uint8_t *file)
{
	uint64_t bytes = region->end - region->start;
	uint64_t first;
	uint8_t *memory = pool_take(bytes / FL_PAGE_SIZE, &first);
	// region->bytes is 0 for a region of zeros.
	memcpy(memory, file + region->offset, region->bytes);
	memset(memory + region->bytes, 0, bytes - region->bytes);
	space_map(space, region->start, FL_ROOT_POOL, first, bytes / FL_PAGE_SIZE, region->rights);
}

static void stack_load(fl_slot_t space)
{
	uint64_t pages = SERVER_STACK_BYTES / FL_PAGE_SIZE;
	uint64_t first;
	memset(pool_take(pages, &first), 0, SERVER_STACK_BYTES);
	space_map(space, STACK_START, FL_ROOT_POOL, first, pages, FL_PROT_READ | FL_PROT_WRITE);
}

static void thread_create(enum root_server server, const char *path, uint64_t entry,
                          unsigned priority)
{
	static struct fl_context context;
	fl_slot_t thread = ROOT_SERVER_THREAD + server;
	memset(&context, 0, sizeof context);
	context.pc = entry;
	context.x[2] = SERVER_STACK_TOP;
	context.x[10] = FL_BOOTINFO_VA;
	check(fl_object_create(FL_TYPE_THREAD, frame_take(), thread, ROOT_SERVER_SPACE + server,
	                       priority, server),
	      "gets no thread", path);
	check(fl_thread_context(thread, FL_CONTEXT_SET, &context), "cannot be set to its entry", path);
}

void server_load(enum root_server server, const char *path, const struct fl_bootinfo *boot,
                 unsigned priority, unsigned handle_frames)
{
	const uint8_t *archive = (const uint8_t *)(SERVER_INITRD_VA + boot->initrd_offset);
	struct fl_cpio_entry entry;
	struct fl_elf elf;
	fl_error_t error = fl_cpio_find(archive, boot->initrd_bytes, path, &entry);
	if (error == FL_BAD_ARGUMENT)
		root_stop(STATUS_START_FAILED, "the initrd is no sound cpio archive (newc)");
	check(error, "is not in the initrd", path);
	check(fl_elf_parse(archive + entry.offset, entry.bytes, &elf), "cannot be loaded", path);
	if (elf.end > STACK_START - FL_PAGE_SIZE)
		root_stop(STATUS_START_FAILED, "%s is too big for a server", path);

	space_create(server, path, handle_frames);
	for (unsigned i = 0; i < elf.count; i++)
		region_load(ROOT_SERVER_SPACE + server, &elf.region[i], archive + entry.offset);
	stack_load(ROOT_SERVER_SPACE + server);
	space_map(ROOT_SERVER_SPACE + server, FL_BOOTINFO_VA, FL_ROOT_POOL, 0, 1, FL_PROT_READ);
	thread_create(server, path, elf.entry, priority);
}
