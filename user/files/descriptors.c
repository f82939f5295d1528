// Calls about descriptors and open files that move no data.
#include "files.h"

fl_error_t call_close(struct call *call)
{
	descriptor_close(call->client, call->fd);
	return FL_OK;
}

fl_error_t call_fstat(struct call *call)
{
	status_answer(call->m, call->file->inode, call->file->kind);
	if (call->file->pipe)
		call->m->word[1] = call->file->pipe->bytes;
	return FL_OK;
}

fl_error_t call_seek(struct call *call)
{
	struct open_file *file = call->file;
	int64_t offset = (int64_t)call->m->word[1];
	int64_t base = 0;
	int64_t target;
	if (file->kind == FILES_PIPE_END || file->kind == FILES_CONSOLE)
		return FILES_NOT_SEEKABLE;
	if (call->m->word[2] == FILES_SEEK_CURRENT)
		base = (int64_t)file->offset;
	else if (call->m->word[2] == FILES_SEEK_END)
		base = (int64_t)file->inode->bytes;
	else if (call->m->word[2] != FILES_SEEK_SET)
		return FL_BAD_ARGUMENT;
	if (__builtin_add_overflow(base, offset, &target) || target < 0)
		return FL_BAD_ARGUMENT;
	file->offset = (uint64_t)target;
	words_clear(call->m);
	call->m->word[1] = (uint64_t)target;
	return FL_OK;
}

fl_error_t call_truncate(struct call *call)
{
	if (call->file->kind != FILES_REGULAR || !(call->file->flags & FILES_O_WRITE))
		return FL_BAD_ARGUMENT;
	return inode_resize(call->file->inode, call->m->word[1]);
}

fl_error_t call_dup(struct call *call)
{
	unsigned fd;
	uint64_t lowest = call->m->word[1];
	if (lowest >= FILES_DESCRIPTORS)
		return FL_BAD_ARGUMENT;
	fl_error_t error = descriptor_give(call->client, call->file, (unsigned)lowest,
	                                   call->m->word[2] == FILES_O_CLOEXEC, &fd);
	words_clear(call->m);
	call->m->word[1] = fd;
	call->given[0] = error ? 0 : fd + 1;
	return error;
}

fl_error_t call_dup_to(struct call *call)
{
	uint64_t to = call->m->word[1];
	if (to >= FILES_DESCRIPTORS)
		return FL_BAD_HANDLE;
	if (to == call->fd)
		return FL_OK;
	call->file->references++; // closing the target must not take it with it
	if (call->client->open[to])
		descriptor_close(call->client, (unsigned)to);
	descriptor_set(call->client, (unsigned)to, call->file, 0);
	open_release(call->file);
	return FL_OK;
}

fl_error_t call_flags_get(struct call *call)
{
	unsigned cloexec = call->client->cloexec >> call->fd & 1 ? FILES_O_CLOEXEC : 0;
	words_clear(call->m);
	call->m->word[1] = call->file->flags | cloexec;
	return FL_OK;
}

fl_error_t call_flags_set(struct call *call)
{
	const unsigned mutable = FILES_O_APPEND | FILES_O_NONBLOCK;
	if (call->m->word[1] & ~(uint64_t) mutable)
		return FL_BAD_ARGUMENT;
	call->file->flags = (uint16_t)((call->file->flags & ~mutable) | call->m->word[1]);
	return FL_OK;
}

fl_error_t call_cloexec_set(struct call *call)
{
	if (call->m->word[1] > 1)
		return FL_BAD_ARGUMENT;
	call->client->cloexec &= ~(1ul << call->fd);
	call->client->cloexec |= call->m->word[1] << call->fd;
	return FL_OK;
}

static fl_error_t end_give(struct call *call, struct pipe *pipe, unsigned flags, unsigned *fd)
{
	const unsigned kept = FILES_O_READ | FILES_O_WRITE | FILES_O_NONBLOCK;
	struct open_file *file = open_create(FILES_PIPE_END, flags & kept);
	if (!file)
		return FILES_TABLE_FULL;
	file->pipe = pipe;
	*(flags & FILES_O_READ ? &pipe->readers : &pipe->writers) += 1;
	fl_error_t error = descriptor_give(call->client, file, 0, flags & FILES_O_CLOEXEC, fd);
	open_release(file);
	return error;
}

fl_error_t call_pipe(struct call *call)
{
	uint64_t flags = call->m->word[1];
	unsigned reader, writer;
	if (flags & ~(uint64_t)(FILES_O_CLOEXEC | FILES_O_NONBLOCK))
		return FL_BAD_ARGUMENT;
	struct pipe *pipe = pipe_create();
	if (!pipe)
		return FILES_TABLE_FULL;
	pipe->writers = 1; // ours, while it is made
	fl_error_t error = end_give(call, pipe, (unsigned)flags | FILES_O_READ, &reader);
	if (!error) {
		error = end_give(call, pipe, (unsigned)flags | FILES_O_WRITE, &writer);
		if (error)
			descriptor_close(call->client, reader);
	}
	pipe->writers--;
	pipe_settle(pipe);
	if (error)
		return error;
	words_clear(call->m);
	call->m->word[1] = reader;
	call->m->word[2] = writer;
	call->given[0] = reader + 1;
	call->given[1] = writer + 1;
	return FL_OK;
}
