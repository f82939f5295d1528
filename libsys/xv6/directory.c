// read() of a directory: entries of 16 bytes, as xv6 has them on its disk.
//
// One entry at a time is fetched, so that the descriptor's offset, which others may share, is
// behind the last one that was handed out.
#include <errno.h>
#include <string.h>

#include "copy.h"
#include "proto/files.h"
#include "service.h"
#include "window.h"
#include "xv6.h"

#define RECORD_UNIT 8 // records are so aligned; a window's parts too
#define RECORD_MAX (sizeof(struct files_entry) + FILES_NAME_MAX + RECORD_UNIT)

struct xv6_entry {
	uint16_t number;
	char name[XV6_DIRSIZ];
};

_Static_assert(sizeof(struct xv6_entry) == 16, "xv6's struct dirent");

// The next record alone: room is offered for one with a short name, then for longer ones. *bytes is
// 0 at the end.
static fl_error_t record_read(int fd, const struct window *window, size_t *bytes)
{
	fl_error_t error = FL_BAD_ARGUMENT;
	for (size_t room = sizeof(struct files_entry) + RECORD_UNIT;
	     error == FL_BAD_ARGUMENT && room <= RECORD_MAX; room += RECORD_UNIT) {
		struct fl_message m = {.word = {FILES_HEAD(FILES_ENTRIES, 0, fd), 0, window->offset, room}};
		error = service_call(SLOT_FILES, &m);
		*bytes = m.word[1];
	}
	return error;
}

static struct xv6_entry entry_translate(const struct files_entry *record)
{
	struct xv6_entry entry = {.number = (uint16_t)record->number};
	if (entry.number == 0)
		entry.number = UINT16_MAX; // 0 would mean a free slot
	memcpy(entry.name, record->name,
	       record->name_bytes < XV6_DIRSIZ ? record->name_bytes : XV6_DIRSIZ);
	return entry;
}

int xv6_directory_read(int fd, char *to, int bytes)
{
	struct window window;
	int done = 0;
	if (!window_claim(RECORD_MAX, &window))
		return -1;
	while (bytes - done >= (int)sizeof(struct xv6_entry)) {
		size_t got = 0;
		fl_error_t error = record_read(fd, &window, &got);
		if (error == FL_OK && got == 0)
			break;
		if (error == FL_OK) {
			struct xv6_entry entry = entry_translate(window.memory);
			error = fl_copy(to + done, &entry, sizeof(entry));
		}
		if (error != FL_OK) {
			done = done > 0 ? done : -1;
			break;
		}
		done += (int)sizeof(struct xv6_entry);
	}
	window_release(&window);
	return done;
}
