// Calls that move data, and those that wait until some can be moved.
//
// No call that moves data ever waits: what cannot be done now is FL_AGAIN, and who wants to wait
// then calls FILES_WAIT and tries again.
#include "files.h"
#include "fl/string.h"
#include "folder.h"
#include "terminal.h"
#include "wait.h"

#define CONSOLE_WRITE_MAX 4096u // of one call, so that others have their turn

// Where the data lies or goes: the message or the window.
static fl_error_t data_find(const struct call *call, void *words, void **data, uint64_t *bytes)
{
	*data = words;
	*bytes = call->count;
	if (call->count > FILES_DATA_MAX)
		return FL_BAD_ARGUMENT;
	if (call->count)
		return FL_OK;
	*bytes = call->m->word[3];
	*data = client_window(call->client, call->m->word[2], *bytes);
	return *data ? FL_OK : FL_BAD_ADDRESS;
}

// FL_AGAIN, and whether the caller is to wait.
static fl_error_t would_wait(const struct call *call)
{
	words_clear(call->m);
	call->m->word[1] = !(call->file->flags & FILES_O_NONBLOCK);
	return FL_AGAIN;
}

static fl_error_t file_read(struct open_file *file, void *to, uint64_t bytes, uint64_t *done)
{
	switch (file->kind) {
	case FILES_FOLDER:
		return FL_IS_DIRECTORY;
	case FILES_NULL:
		return FL_OK;
	case FILES_ZERO:
		memset(to, 0, bytes);
		*done = bytes;
		return FL_OK;
	case FILES_CONSOLE:
		if (bytes && !terminal_ready())
			return FL_AGAIN;
		*done = bytes ? terminal_read(to, (unsigned)bytes) : 0;
		return FL_OK;
	case FILES_PIPE_END:
		*done = pipe_read(file->pipe, to, (unsigned)bytes);
		return *done || !bytes || !file->pipe->writers ? FL_OK : FL_AGAIN;
	default:
		*done = inode_read(file->inode, file->offset, to, bytes);
		file->offset += *done;
		return FL_OK;
	}
}

fl_error_t call_read(struct call *call)
{
	uint64_t words[FL_MESSAGE_WORDS - 1] = {0};
	void *data;
	uint64_t bytes, done = 0;
	if (!(call->file->flags & FILES_O_READ))
		return FL_BAD_HANDLE;
	fl_error_t error = data_find(call, words, &data, &bytes);
	call->offset_before = call->file->offset;
	if (!error)
		error = file_read(call->file, data, bytes, &done);
	if (error == FL_AGAIN)
		return would_wait(call);
	if (error)
		return error;
	words_clear(call->m);
	if (data != words)
		call->m->word[1] = done;
	else
		memcpy(&call->m->word[1], words, sizeof words);
	call->count = data == words ? (unsigned)done : 0;
	call->moved = done;
	return FL_OK;
}

static fl_error_t file_write(struct open_file *file, const void *from, uint64_t bytes,
                             uint64_t *done)
{
	switch (file->kind) {
	case FILES_NULL:
	case FILES_ZERO:
		*done = bytes;
		return FL_OK;
	case FILES_CONSOLE:
		*done = bytes < CONSOLE_WRITE_MAX ? bytes : CONSOLE_WRITE_MAX;
		terminal_write(from, (unsigned)*done);
		return FL_OK;
	case FILES_PIPE_END:
		if (!file->pipe->readers)
			return FILES_BROKEN_PIPE;
		*done = pipe_write(file->pipe, from, (unsigned)bytes);
		return *done || !bytes ? FL_OK : FL_AGAIN;
	default:
		if (file->flags & FILES_O_APPEND)
			file->offset = file->inode->bytes;
		fl_error_t error = inode_write(file->inode, file->offset, from, bytes, done);
		file->offset += *done;
		return error;
	}
}

fl_error_t call_write(struct call *call)
{
	uint64_t words[FL_MESSAGE_WORDS - 1];
	void *data;
	uint64_t bytes, done = 0;
	if (!(call->file->flags & FILES_O_WRITE))
		return FL_BAD_HANDLE;
	memcpy(words, &call->m->word[1], sizeof words);
	call->offset_before = call->file->offset;
	call->bytes_before = call->file->inode ? call->file->inode->bytes : 0;
	fl_error_t error = data_find(call, words, &data, &bytes);
	if (!error)
		error = file_write(call->file, data, bytes, &done);
	if (error == FL_AGAIN)
		return would_wait(call);
	if (error)
		return error;
	words_clear(call->m);
	call->m->word[1] = call->moved = done;
	call->m->word[2] = done < bytes && !(call->file->flags & FILES_O_NONBLOCK);
	call->count = 0;
	return FL_OK;
}

void data_commit(const struct call *call)
{
	if (call->file->pipe && call->moved)
		waiters_wake(call->file->pipe);
}

// Nobody else was served meanwhile, so what was read is still where it was.
void data_undo(const struct call *call, int is_read)
{
	struct open_file *file = call->file;
	file->offset = call->offset_before;
	if (file->pipe && is_read)
		pipe_read_undo(file->pipe, (unsigned)call->moved);
	else if (file->pipe)
		file->pipe->bytes -= (unsigned)call->moved;
	else if (file->kind == FILES_CONSOLE && is_read)
		terminal_read_undo((unsigned)call->moved);
	else if (file->kind == FILES_REGULAR && !is_read && file->inode->bytes > call->bytes_before)
		(void)(inode_resize(file->inode, call->bytes_before) == FL_OK); // it only shrinks
}

// need: bytes that a writer of a pipe wants to write at once.
static unsigned file_ready(const struct open_file *file, unsigned need)
{
	const unsigned both = FILES_READY_READ | FILES_READY_WRITE;
	const struct pipe *pipe = file->pipe;
	if (file->kind == FILES_CONSOLE)
		return terminal_ready() ? both : FILES_READY_WRITE;
	if (file->kind != FILES_PIPE_END)
		return both;
	if (file->flags & FILES_O_READ)
		return (pipe->bytes ? FILES_READY_READ : 0) | (pipe->writers ? 0 : FILES_READY_HANGUP);
	if (!pipe->readers)
		return FILES_READY_ERROR | FILES_READY_WRITE;
	return FILES_PIPE_BYTES - pipe->bytes >= need ? FILES_READY_WRITE : 0;
}

static const void *file_event(const struct open_file *file)
{
	return file->kind == FILES_CONSOLE ? WAIT_CONSOLE : file->pipe;
}

fl_error_t call_wait(struct call *call)
{
	uint64_t events = call->m->word[1];
	uint64_t need = call->m->word[2];
	if (events != FILES_READY_READ && events != FILES_READY_WRITE)
		return FL_BAD_ARGUMENT;
	if (need < 1 || need > FILES_PIPE_ATOMIC)
		need = 1; // of more than can be written at once any part will do
	unsigned ready = file_ready(call->file, (unsigned)need);
	words_clear(call->m);
	if (ready & (events | FILES_READY_HANGUP | FILES_READY_ERROR))
		return FL_OK;
	waiter_park(call->client, call->m->token, file_event(call->file));
	call->answer = SERVER_PARKED;
	return FL_OK;
}

static unsigned entry_ready(const struct client *client, uint32_t entry)
{
	const struct open_file *file = open_find(client, entry & 0xffff);
	unsigned wanted = entry >> 16 & (FILES_READY_READ | FILES_READY_WRITE);
	if (!file)
		return FILES_READY_INVALID;
	return file_ready(file, FILES_PIPE_ATOMIC) & (wanted | FILES_READY_HANGUP | FILES_READY_ERROR);
}

fl_error_t call_poll(struct call *call)
{
	uint32_t entries[FILES_POLL_MAX];
	uint64_t wait = call->m->word[1];
	void *at = &call->m->word[2];
	if (call->count > FILES_POLL_MAX)
		return FL_BAD_ARGUMENT;
	unsigned bytes = call->count * (unsigned)sizeof entries[0];
	if (call->count > FILES_POLL_INLINE)
		at = client_window(call->client, call->m->word[2], bytes);
	if (!at)
		return FL_BAD_ADDRESS;
	memcpy(entries, at, bytes);
	uint64_t ready = 0;
	for (unsigned i = 0; i < call->count; i++) {
		unsigned events = entry_ready(call->client, entries[i]);
		entries[i] = FILES_POLL_ENTRY(entries[i] & 0xffff, events);
		ready += events != 0;
	}
	call->m->word[1] = ready;
	if (ready || !wait) {
		memcpy(at, entries, bytes);
		return FL_OK;
	}
	waiter_park(call->client, call->m->token, WAIT_ANY);
	call->answer = SERVER_PARKED;
	return FL_OK;
}

// The entry at the file's offset, which moves behind it. 0: there is none.
static int entry_next(struct open_file *file, struct folder_entry *entry)
{
	if (file->offset < 2) {
		static const char dots[] = "..";
		struct inode *inode = file->offset ? file->inode->parent : file->inode;
		*entry = (struct folder_entry){inode, dots, (unsigned)++file->offset};
		return 1;
	}
	uint64_t cursor = file->offset - 2;
	int found = folder_next(file->inode, &cursor, entry);
	file->offset = cursor + 2;
	return found;
}

fl_error_t call_entries(struct call *call)
{
	struct open_file *file = call->file;
	uint64_t bytes = call->m->word[3], done = 0;
	uint8_t *to = client_window(call->client, call->m->word[2], bytes);
	if (file->kind != FILES_FOLDER)
		return FL_NOT_DIRECTORY;
	if (!to || call->m->word[2] % 8)
		return FL_BAD_ADDRESS;
	for (;;) {
		struct folder_entry entry;
		uint64_t before = file->offset;
		if (!entry_next(file, &entry))
			break;
		uint64_t need = (sizeof(struct files_entry) + entry.name_bytes + 7) & ~7ul;
		if (need > bytes - done) {
			file->offset = before;
			if (!done)
				return FL_BAD_ARGUMENT;
			break;
		}
		struct files_entry *record = (struct files_entry *)(to + done);
		*record = (struct files_entry){.number = inode_number(entry.inode),
		                               .bytes = (uint16_t)need,
		                               .kind = entry.inode->kind,
		                               .name_bytes = (uint8_t)entry.name_bytes};
		memcpy(record->name, entry.name, entry.name_bytes);
		done += need;
	}
	words_clear(call->m);
	call->m->word[1] = done;
	return FL_OK;
}
