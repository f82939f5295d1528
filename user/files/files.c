// The file server: start, who calls, and which handler answers.
//
// It calls the pager (for pages and windows) and the console, which never wait for it; procd and
// programs call it. It never waits for a client: calls that wait are parked (wait.h).
#include "files.h"

#include "fl/string.h"
#include "proto/pager.h"
#include "proto/slots.h"
#include "tree.h"
#include "wait.h"

static const uint8_t *archive;

static fl_error_t call_window(struct call *call)
{
	struct client *client = call->client;
	uint64_t pages = call->m->word[1];
	if (pages < 1 || pages > LAYOUT_WINDOW_BYTES / FL_PAGE_SIZE)
		return FL_BAD_ARGUMENT;
	if (pages > client->window_pages) {
		struct fl_message ask = {
			.word = {PAGER_WINDOW, client->space, client_place(client), pages}};
		fl_error_t error = fl_call(SLOT_PAGER, &ask);
		if (!error)
			error = (fl_error_t)ask.word[0];
		if (error)
			return error;
		client->window_pages = (uint32_t)pages;
	}
	words_clear(call->m);
	call->m->word[1] = client->window_pages;
	return FL_OK;
}

static const struct {
	call_handler_t *handler;
	int by_descriptor;
} calls[] = {
	[FILES_OPEN] = {call_open, 0},
	[FILES_STAT] = {call_stat, 0},
	[FILES_UNLINK] = {call_unlink, 0},
	[FILES_RMDIR] = {call_rmdir, 0},
	[FILES_MKDIR] = {call_mkdir, 0},
	[FILES_CHDIR] = {call_chdir, 0},
	[FILES_LINK] = {call_link, 0},
	[FILES_RENAME] = {call_rename, 0},
	[FILES_CLOSE] = {call_close, 1},
	[FILES_FSTAT] = {call_fstat, 1},
	[FILES_READ] = {call_read, 1},
	[FILES_WRITE] = {call_write, 1},
	[FILES_SEEK] = {call_seek, 1},
	[FILES_TRUNCATE] = {call_truncate, 1},
	[FILES_DUP] = {call_dup, 1},
	[FILES_DUP_TO] = {call_dup_to, 1},
	[FILES_FLAGS_GET] = {call_flags_get, 1},
	[FILES_FLAGS_SET] = {call_flags_set, 1},
	[FILES_CLOEXEC_SET] = {call_cloexec_set, 1},
	[FILES_ENTRIES] = {call_entries, 1},
	[FILES_WAIT] = {call_wait, 1},
	[FILES_PIPE] = {call_pipe, 0},
	[FILES_POLL] = {call_poll, 0},
	[FILES_GETCWD] = {call_getcwd, 0},
	[FILES_WINDOW] = {call_window, 0},
};

static fl_error_t client_call(struct call *call)
{
	unsigned label = FILES_CODE(call->m->word[0]);
	if (label >= sizeof calls / sizeof calls[0] || !calls[label].handler)
		return label >= FILES_CREATE && label <= FILES_LOCATE ? FL_NO_RIGHT : FL_BAD_CALL;
	if (calls[label].by_descriptor) {
		call->file = open_find(call->client, call->fd);
		if (!call->file)
			return FL_BAD_HANDLE;
	} else if (call->fd) {
		return FL_BAD_ARGUMENT;
	}
	return calls[label].handler(call);
}

// Only a file of the archive that is as it was: programs are loaded from there.
static fl_error_t locate(struct fl_message *m)
{
	const struct inode *inode = inode_find(m->word[1]);
	if (!inode)
		return FL_NO_FILE;
	if (inode->kind == FILES_FOLDER)
		return FL_IS_DIRECTORY;
	if (!inode->source || inode->pages || inode->source_bytes != inode->bytes)
		return FL_NOT_EXECUTABLE;
	words_clear(m);
	m->word[1] = (uint64_t)(inode->source - archive);
	m->word[2] = inode->bytes;
	return FL_OK;
}

static fl_error_t procd_call(struct call *call)
{
	struct fl_message *m = call->m;
	struct client *client = client_find(m->word[1]);
	switch (FILES_CODE(m->word[0])) {
	case FILES_STAT:
		// Paths of procd start at the root.
		call->client = &(struct client){.folder = tree_root()};
		return call_stat(call);
	case FILES_CREATE:
		return client_create(m->word[1], m->word[2]);
	case FILES_FORK:
		return client ? client_fork(client, m->word[2], m->word[3]) : FL_NO_PROCESS;
	case FILES_EXEC:
		if (client)
			client_exec(client);
		return client ? FL_OK : FL_NO_PROCESS;
	case FILES_EXIT:
		if (client)
			client_exit(client);
		return client ? FL_OK : FL_NO_PROCESS;
	case FILES_LOCATE:
		return locate(m);
	default:
		return FL_BAD_CALL;
	}
}

// These calls must not have happened if the caller was cancelled before it had the answer: it will
// think that they have not.
static enum server_answer call_finish(const struct call *call, unsigned label)
{
	struct fl_message answer = *call->m;
	int is_data = label == FILES_READ || label == FILES_WRITE;
	int is_told = server_reply_now(&answer) == FL_OK;
	if (is_data && is_told)
		data_commit(call);
	else if (is_data)
		data_undo(call, label == FILES_READ);
	for (unsigned i = 0; i < 2 && !is_told; i++) {
		if (call->given[i])
			descriptor_close(call->client, call->given[i] - 1);
	}
	return SERVER_PARKED;
}

static enum server_answer files_call(struct fl_message *m)
{
	struct call call = {
		.client = client_find(m->badge),
		.fd = FILES_FD(m->word[0]),
		.count = FILES_COUNT(m->word[0]),
		.m = m,
		.answer = SERVER_REPLY,
	};
	fl_error_t error = FL_NO_PROCESS;
	if (!m->badge)
		error = procd_call(&call);
	else if (call.client)
		error = client_call(&call);
	if (error && error != FL_AGAIN)
		words_clear(m);
	unsigned label = FILES_CODE(m->word[0]);
	m->word[0] = FILES_WORD0(error, !error && label == FILES_READ ? call.count : 0);
	if (!error && (label == FILES_READ || label == FILES_WRITE || call.given[0]))
		return call_finish(&call, label);
	return call.answer;
}

static void files_bits(uint64_t bits)
{
	if (bits & BITS_CONSOLE)
		waiters_wake(WAIT_CONSOLE);
}

static void device_make(const char *path, enum files_kind kind)
{
	struct place place;
	struct inode *inode;
	fl_error_t error = path_find(tree_root(), path, (unsigned)strlen(path), &place);
	if (!error && !place.inode)
		error = tree_create(&place, kind, kind == FILES_FOLDER ? 0755 : 0666, &inode);
	if (error)
		server_log("files: no /%s", path);
}

void server_main(const struct fl_bootinfo *boot)
{
	static const struct server_handlers handlers = {.call = files_call, .bits = files_bits};
	unsigned ignored;
	archive = (const uint8_t *)(SERVER_INITRD_VA + boot->initrd_offset);
	if (tree_build(archive, boot->initrd_bytes, &ignored))
		server_log("files: the initrd is malformed after %u files", inodes_used() - 1);
	if (ignored)
		server_log("files: %u entries of the initrd ignored (no file, bad name or no room)",
		           ignored);
	device_make("dev", FILES_FOLDER);
	device_make("dev/console", FILES_CONSOLE);
	device_make("dev/tty", FILES_CONSOLE);
	device_make("dev/null", FILES_NULL);
	device_make("dev/zero", FILES_ZERO);
	server_loop(&handlers);
}
