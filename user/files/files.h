// What the handlers of the file server share.
#ifndef FILES_H
#define FILES_H

#include "client.h"
#include "fl/server.h"

// A handler finds its arguments in m->word, whose words 1 .. 5 become the results; they are 0 if it
// returns an error. *answer is SERVER_REPLY unless it parks.
struct call {
	struct client *client;
	struct open_file *file; // of calls that name a descriptor
	unsigned fd;
	unsigned count; // bits 16-31 of word 0; of the reply afterwards
	struct fl_message *m;
	enum server_answer answer;
	// What a caller that was cancelled meanwhile must not have done (files.c takes it back):
	uint64_t moved;         // bytes read or written
	uint64_t offset_before; // of the open file
	uint64_t bytes_before;  // of the inode
	unsigned given[2];      // descriptors + 1
};
typedef fl_error_t call_handler_t(struct call *call);

// names.c: calls by path
call_handler_t call_open, call_stat, call_unlink, call_rmdir, call_mkdir, call_chdir, call_link,
	call_rename, call_getcwd;
// data.c: calls by descriptor that move data, or wait until some can be moved
call_handler_t call_read, call_write, call_wait, call_poll, call_entries;
// After the answer: others learn of the change, or it is taken back.
void data_commit(const struct call *call);
void data_undo(const struct call *call, int is_read);
// descriptors.c: the other calls by descriptor
call_handler_t call_close, call_fstat, call_seek, call_truncate, call_dup, call_dup_to,
	call_flags_get, call_flags_set, call_cloexec_set, call_pipe;

// Words 1 .. 4.
void status_answer(struct fl_message *m, const struct inode *inode, enum files_kind kind);
void words_clear(struct fl_message *m);

#endif
