// Calls that name files by path.
#include "files.h"
#include "fl/string.h"
#include "tree.h"

// A path is copied once: its owner may change the window at any time.
static char text[2 * FILES_PATH_MAX];

static fl_error_t text_take(struct call *call)
{
	if (call->count > sizeof text)
		return FILES_LONG_NAME;
	const void *from = &call->m->word[2];
	if (call->count > FILES_INLINE_MAX)
		from = client_window(call->client, call->m->word[2], call->count);
	if (!from)
		return FL_BAD_ADDRESS;
	memcpy(text, from, call->count);
	return FL_OK;
}

static fl_error_t place_take(struct call *call, struct place *place)
{
	fl_error_t error = text_take(call);
	return error ? error : path_find(call->client->folder, text, call->count, place);
}

void words_clear(struct fl_message *m)
{
	memset(&m->word[1], 0, sizeof m->word - sizeof m->word[0]);
}

void status_answer(struct fl_message *m, const struct inode *inode, enum files_kind kind)
{
	words_clear(m);
	m->word[3] = FILES_WHAT(kind, 0666, 1);
	if (!inode)
		return;
	m->word[1] = inode->bytes;
	m->word[2] = inode_number(inode);
	m->word[3] = FILES_WHAT(inode->kind, inode->mode, inode->links);
	m->word[4] = inode->pages ? inode->pages : (inode->source_bytes + PAGE_BYTES - 1) / PAGE_BYTES;
}

static fl_error_t open_check(const struct inode *inode, unsigned flags)
{
	if (inode->kind == FILES_FOLDER) {
		if (flags & (FILES_O_WRITE | FILES_O_TRUNCATE | FILES_O_CREATE))
			return FL_IS_DIRECTORY;
		return FL_OK;
	}
	return flags & FILES_O_FOLDER ? FL_NOT_DIRECTORY : FL_OK;
}

// The open file, in no descriptor yet.
static fl_error_t file_open(struct inode *inode, unsigned flags, struct open_file **file)
{
	fl_error_t error = open_check(inode, flags);
	if (error)
		return error;
	const unsigned kept = FILES_O_READ | FILES_O_WRITE | FILES_O_APPEND | FILES_O_NONBLOCK;
	*file = open_create(inode->kind, flags & kept);
	if (!*file)
		return FILES_TABLE_FULL;
	(*file)->inode = inode;
	inode->references++;
	return FL_OK;
}

fl_error_t call_open(struct call *call)
{
	struct place place;
	struct open_file *file;
	unsigned fd;
	unsigned flags = (uint32_t)call->m->word[1];
	unsigned mode = (uint32_t)(call->m->word[1] >> 32);
	if (flags & ~FILES_O_ALL || !(flags & (FILES_O_READ | FILES_O_WRITE)))
		return FL_BAD_ARGUMENT;
	fl_error_t error = place_take(call, &place);
	if (error)
		return error;
	struct inode *inode = place.inode;
	if (inode && flags & FILES_O_CREATE && flags & FILES_O_EXCLUSIVE)
		return FL_EXISTS;
	if (!inode && !(flags & FILES_O_CREATE))
		return FL_NO_FILE;
	if (!inode)
		error = tree_create(&place, FILES_REGULAR, mode, &inode);
	if (!error)
		error = file_open(inode, flags, &file);
	if (!error) {
		error = descriptor_give(call->client, file, 0, flags & FILES_O_CLOEXEC, &fd);
		open_release(file);
	}
	if (error) {
		if (inode && !place.inode) { // a call that fails leaves no file behind
			place.inode = inode;
			(void)(tree_unlink(&place) == FL_OK);
		}
		return error;
	}
	if (inode->kind == FILES_REGULAR && flags & FILES_O_TRUNCATE)
		error = inode_resize(inode, 0);
	words_clear(call->m);
	call->m->word[1] = fd;
	call->given[0] = fd + 1;
	return error;
}

fl_error_t call_stat(struct call *call)
{
	struct place place;
	fl_error_t error = place_take(call, &place);
	if (!error && !place.inode)
		error = FL_NO_FILE;
	if (!error)
		status_answer(call->m, place.inode, place.inode->kind);
	return error;
}

fl_error_t call_unlink(struct call *call)
{
	struct place place;
	fl_error_t error = place_take(call, &place);
	return error ? error : tree_unlink(&place);
}

fl_error_t call_rmdir(struct call *call)
{
	struct place place;
	fl_error_t error = place_take(call, &place);
	return error ? error : tree_rmdir(&place);
}

fl_error_t call_mkdir(struct call *call)
{
	struct place place;
	struct inode *inode;
	fl_error_t error = place_take(call, &place);
	return error ? error : tree_create(&place, FILES_FOLDER, (uint32_t)call->m->word[1], &inode);
}

fl_error_t call_chdir(struct call *call)
{
	struct place place;
	fl_error_t error = place_take(call, &place);
	if (error)
		return error;
	if (!place.inode)
		return FL_NO_FILE;
	if (place.inode->kind != FILES_FOLDER)
		return FL_NOT_DIRECTORY;
	struct inode *before = call->client->folder;
	call->client->folder = place.inode;
	place.inode->references++;
	before->references--;
	inode_settle(before);
	return FL_OK;
}

static fl_error_t places_take(struct call *call, struct place *from, struct place *to)
{
	uint64_t first = call->m->word[1];
	fl_error_t error = text_take(call);
	if (error)
		return error;
	if (first > call->count)
		return FL_BAD_ARGUMENT;
	error = path_find(call->client->folder, text, (unsigned)first, from);
	if (error)
		return error;
	return path_find(call->client->folder, text + first, call->count - (unsigned)first, to);
}

fl_error_t call_link(struct call *call)
{
	struct place from, to;
	fl_error_t error = places_take(call, &from, &to);
	if (!error && !from.inode)
		error = FL_NO_FILE;
	return error ? error : tree_link(from.inode, &to);
}

fl_error_t call_rename(struct call *call)
{
	struct place from, to;
	fl_error_t error = places_take(call, &from, &to);
	return error ? error : tree_rename(&from, &to);
}

fl_error_t call_getcwd(struct call *call)
{
	unsigned start;
	fl_error_t error = tree_path(call->client->folder, text, FILES_PATH_MAX, &start);
	if (error)
		return error;
	unsigned bytes = FILES_PATH_MAX - start;
	if (bytes > call->m->word[3])
		return FL_TOO_BIG;
	void *to = client_window(call->client, call->m->word[2], bytes);
	if (!to)
		return FL_BAD_ADDRESS;
	memcpy(to, text + start, bytes);
	words_clear(call->m);
	call->m->word[1] = bytes;
	return FL_OK;
}
