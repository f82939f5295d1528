// The file server: the files of the initrd, read-only, by the protocol of proto/files.h.
//
// Not here: paths (a client walks name by name), descriptors and offsets (the client's library
// keeps them), writing.
#include "proto/files.h"
#include "fl/server.h"
#include "fl/string.h"
#include "index.h"
#include "proto/slots.h"

static struct file_index files_index;

static enum server_answer answer(struct fl_message *m, unsigned count)
{
	m->word[0] = FILES_WORD0(FL_OK, count);
	return SERVER_REPLY;
}

static enum server_answer files_walk(struct fl_message *m, unsigned count)
{
	char name[FILES_NAME_MAX];
	if (count < 1 || count > sizeof name)
		return server_reply_error(m, FL_BAD_ARGUMENT);
	memcpy(name, &m->word[2], sizeof name);
	uint64_t number;
	fl_error_t error = index_walk(&files_index, m->word[1], name, count, &number);
	if (error)
		return server_reply_error(m, error);
	memset(m->word, 0, sizeof m->word);
	m->word[1] = number;
	m->word[2] = index_file(&files_index, number)->kind;
	return answer(m, 0);
}

static enum server_answer files_stat(struct fl_message *m, const struct index_file *file)
{
	memset(m->word, 0, sizeof m->word);
	m->word[1] = file->bytes;
	m->word[2] = file->kind;
	m->word[3] = file->mode;
	return answer(m, 0);
}

static enum server_answer files_read(struct fl_message *m, const struct index_file *file,
                                     unsigned count)
{
	uint64_t offset = m->word[2];
	if (file->kind == FILES_FOLDER)
		return server_reply_error(m, FL_IS_DIRECTORY);
	if (count < 1 || count > FILES_DATA_MAX)
		return server_reply_error(m, FL_BAD_ARGUMENT);
	uint64_t left = offset < file->bytes ? file->bytes - offset : 0;
	if (count > left)
		count = (unsigned)left;
	memset(m->word, 0, sizeof m->word);
	if (count)
		memcpy(&m->word[1], files_index.base + file->offset + offset, count);
	return answer(m, count);
}

static enum server_answer files_entry(struct fl_message *m)
{
	uint64_t number;
	fl_error_t error = index_entry(&files_index, m->word[1], m->word[2], &number);
	if (error)
		return server_reply_error(m, error);
	const struct index_file *file = index_file(&files_index, number);
	memset(m->word, 0, sizeof m->word);
	m->word[1] = number;
	memcpy(&m->word[2], file->name, file->name_bytes);
	return answer(m, file->name_bytes);
}

static enum server_answer files_locate(struct fl_message *m, const struct index_file *file)
{
	if (file->kind == FILES_FOLDER)
		return server_reply_error(m, FL_IS_DIRECTORY);
	memset(m->word, 0, sizeof m->word);
	m->word[1] = file->offset;
	m->word[2] = file->bytes;
	return answer(m, 0);
}

static enum server_answer files_call(struct fl_message *m)
{
	unsigned label = FILES_CODE(m->word[0]);
	unsigned count = FILES_COUNT(m->word[0]);
	const struct index_file *file = index_file(&files_index, m->word[1]);
	if (m->word[0] >> 32 || label < FILES_WALK || label > FILES_LOCATE)
		return server_reply_error(m, FL_BAD_CALL);
	if (!file)
		return server_reply_error(m, FL_NO_FILE);
	switch (label) {
	case FILES_WALK:
		return files_walk(m, count);
	case FILES_STAT:
		return files_stat(m, file);
	case FILES_READ:
		return files_read(m, file, count);
	case FILES_ENTRY:
		return files_entry(m);
	default:
		return files_locate(m, file);
	}
}

void server_main(const struct fl_bootinfo *boot)
{
	static const struct server_handlers handlers = {.call = files_call};
	const void *archive = (const void *)(SERVER_INITRD_VA + boot->initrd_offset);
	if (index_build(&files_index, archive, boot->initrd_bytes))
		server_log("files: the initrd is malformed after %u files", files_index.count - 1);
	if (files_index.ignored)
		server_log("files: %u entries of the initrd ignored (no file, bad name or no room)",
		           files_index.ignored);
	server_loop(&handlers);
}
