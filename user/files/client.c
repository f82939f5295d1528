// Clients, descriptors, open files. See client.h.
#include "client.h"

#include <stddef.h>

#include "fl/string.h"
#include "proto/pager.h"
#include "proto/slots.h"
#include "tree.h"
#include "wait.h"

static struct client clients[CLIENTS_MAX];
static struct open_file open_files[FILES_OPEN_MAX];

_Static_assert(CLIENTS_MAX <= FILES_WINDOW_PLACES, "a window for each");

struct client *client_find(uint64_t pid)
{
	struct client *client = &clients[pid % CLIENTS_MAX];
	return pid && client->pid == pid ? client : NULL;
}

unsigned client_place(const struct client *client)
{
	return (unsigned)(client - clients);
}

void *client_window(const struct client *client, uint64_t offset, uint64_t bytes)
{
	uint64_t there = (uint64_t)client->window_pages * PAGE_BYTES;
	if (offset > there || bytes > there - offset)
		return NULL;
	return (void *)(FILES_WINDOW_VA + client_place(client) * LAYOUT_WINDOW_BYTES + offset);
}

struct open_file *open_find(const struct client *client, unsigned fd)
{
	unsigned place = fd < FILES_DESCRIPTORS ? client->open[fd] : 0;
	return place ? &open_files[place - 1] : NULL;
}

struct open_file *open_create(enum files_kind kind, unsigned flags)
{
	static unsigned next;
	for (unsigned i = 0; i < FILES_OPEN_MAX; i++) {
		struct open_file *file = &open_files[(next + i) % FILES_OPEN_MAX];
		if (file->references)
			continue;
		next = (next + i + 1) % FILES_OPEN_MAX;
		*file =
			(struct open_file){.references = 1, .kind = (uint8_t)kind, .flags = (uint16_t)flags};
		return file;
	}
	return NULL;
}

void open_release(struct open_file *file)
{
	if (--file->references)
		return;
	if (file->inode) {
		file->inode->references--;
		inode_settle(file->inode);
	}
	if (file->pipe) {
		*(file->flags & FILES_O_READ ? &file->pipe->readers : &file->pipe->writers) -= 1;
		waiters_wake(file->pipe);
		pipe_settle(file->pipe);
	}
}

void descriptor_set(struct client *client, unsigned fd, struct open_file *file, int cloexec)
{
	file->references++;
	client->open[fd] = (uint16_t)(file - open_files + 1);
	client->cloexec &= ~(1ul << fd);
	client->cloexec |= (uint64_t)(cloexec != 0) << fd;
}

fl_error_t descriptor_give(struct client *client, struct open_file *file, unsigned lowest,
                           int cloexec, unsigned *fd)
{
	for (*fd = lowest; *fd < FILES_DESCRIPTORS && client->open[*fd]; (*fd)++)
		continue;
	if (*fd >= FILES_DESCRIPTORS)
		return FILES_TOO_MANY_OPEN;
	descriptor_set(client, *fd, file, cloexec);
	return FL_OK;
}

void descriptor_close(struct client *client, unsigned fd)
{
	struct open_file *file = open_find(client, fd);
	client->open[fd] = 0;
	client->cloexec &= ~(1ul << fd);
	open_release(file);
}

static fl_error_t client_start(uint64_t pid, uint64_t space, struct inode *folder,
                               struct client **out)
{
	struct client *client = &clients[pid % CLIENTS_MAX];
	if (!pid || pid > UINT32_MAX)
		return FL_BAD_ARGUMENT;
	if (client->pid)
		return FL_EXISTS;
	*client = (struct client){.pid = (uint32_t)pid, .space = space, .folder = folder};
	folder->references++;
	*out = client;
	return FL_OK;
}

fl_error_t client_create(uint64_t pid, uint64_t space)
{
	struct client *client;
	struct open_file *file = open_create(FILES_CONSOLE, FILES_O_READ | FILES_O_WRITE);
	if (!file)
		return FILES_TABLE_FULL;
	fl_error_t error = client_start(pid, space, tree_root(), &client);
	for (unsigned fd = 0; !error && fd < 3; fd++)
		descriptor_set(client, fd, file, 0);
	open_release(file);
	return error;
}

fl_error_t client_fork(const struct client *parent, uint64_t pid, uint64_t space)
{
	struct client *client;
	fl_error_t error = client_start(pid, space, parent->folder, &client);
	if (error)
		return error;
	client->cloexec = parent->cloexec;
	memcpy(client->open, parent->open, sizeof client->open);
	for (unsigned fd = 0; fd < FILES_DESCRIPTORS; fd++) {
		struct open_file *file = open_find(client, fd);
		if (file)
			file->references++;
	}
	return FL_OK;
}

void client_exec(struct client *client)
{
	for (unsigned fd = 0; fd < FILES_DESCRIPTORS; fd++) {
		if (client->open[fd] && client->cloexec >> fd & 1)
			descriptor_close(client, fd);
	}
}

// The waiters first: they must not be told of what closes here.
void client_exit(struct client *client)
{
	waiters_forget(client);
	for (unsigned fd = 0; fd < FILES_DESCRIPTORS; fd++) {
		if (client->open[fd])
			descriptor_close(client, fd);
	}
	client->folder->references--;
	inode_settle(client->folder);
	client->pid = 0;
}
