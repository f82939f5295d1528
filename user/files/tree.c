// Paths and the tree. See tree.h.
#include "tree.h"

#include <stddef.h>

#include "fl/cpio.h"
#include "fl/string.h"
#include "folder.h"

static struct inode *root;

struct inode *tree_root(void)
{
	return root;
}

static int is_dot(const char *name, unsigned bytes)
{
	return bytes == 1 && name[0] == '.';
}

static int is_dot_dot(const char *name, unsigned bytes)
{
	return bytes == 2 && name[0] == '.' && name[1] == '.';
}

static struct inode *step(struct inode *folder, const char *name, unsigned bytes)
{
	if (is_dot(name, bytes))
		return folder;
	if (is_dot_dot(name, bytes))
		return folder->parent;
	return folder_find(folder, name, bytes);
}

fl_error_t path_find(struct inode *from, const char *path, unsigned bytes, struct place *place)
{
	if (bytes == 0 || memchr(path, '\0', bytes))
		return FL_NO_FILE;
	if (bytes >= FILES_PATH_MAX)
		return FILES_LONG_NAME;
	*place = (struct place){.inode = path[0] == '/' ? root : from};
	for (unsigned at = 0; at < bytes;) {
		if (path[at] == '/') {
			at++;
			place->wants_folder = 1;
			continue;
		}
		unsigned end = at;
		while (end < bytes && path[end] != '/')
			end++;
		if (!place->inode)
			return FL_NO_FILE;
		if (place->inode->kind != FILES_FOLDER)
			return FL_NOT_DIRECTORY;
		if (end - at > FILES_NAME_MAX)
			return FILES_LONG_NAME;
		struct inode *folder = place->inode;
		*place = (struct place){folder, path + at, end - at, 0, step(folder, path + at, end - at)};
		at = end;
	}
	if (place->inode && place->wants_folder && place->inode->kind != FILES_FOLDER)
		return FL_NOT_DIRECTORY;
	if (!place->name || is_dot(place->name, place->name_bytes) ||
	    is_dot_dot(place->name, place->name_bytes)) {
		place->folder = NULL;
		place->name_bytes = 0;
	}
	return FL_OK;
}

fl_error_t path_inode(struct inode *from, const char *path, unsigned bytes, struct inode **inode)
{
	struct place place;
	fl_error_t error = path_find(from, path, bytes, &place);
	*inode = error ? NULL : place.inode;
	return error ? error : place.inode ? FL_OK : FL_NO_FILE;
}

// A folder's links: its name, its own "." and the ".." of each folder in it.
static fl_error_t name_add(const struct place *place, struct inode *inode)
{
	if (!place->folder->links) // it was removed and is only kept open
		return FL_NO_FILE;
	int is_folder = inode->kind == FILES_FOLDER;
	if (inode->links >= INODE_LINKS_MAX || (is_folder && place->folder->links >= INODE_LINKS_MAX))
		return FILES_TOO_MANY_LINKS;
	fl_error_t error = folder_add(place->folder, place->name, place->name_bytes, inode);
	if (error)
		return error;
	inode->links++;
	if (is_folder) {
		inode->parent = place->folder;
		place->folder->links++;
	}
	return FL_OK;
}

fl_error_t tree_create(const struct place *place, enum files_kind kind, unsigned mode,
                       struct inode **out)
{
	if (place->inode || !place->folder)
		return FL_EXISTS;
	if (place->wants_folder && kind != FILES_FOLDER)
		return FL_IS_DIRECTORY;
	struct inode *inode = inode_create(kind, mode);
	if (!inode)
		return FILES_NO_SPACE;
	fl_error_t error = name_add(place, inode);
	if (error) {
		inode_settle(inode);
		return error;
	}
	inode->links += kind == FILES_FOLDER;
	*out = inode;
	return FL_OK;
}

fl_error_t tree_unlink(const struct place *place)
{
	if (!place->inode)
		return FL_NO_FILE;
	if (place->inode->kind == FILES_FOLDER)
		return FL_IS_DIRECTORY;
	folder_remove(place->folder, place->name, place->name_bytes);
	place->inode->links--;
	inode_settle(place->inode);
	return FL_OK;
}

// The folder has no entries; somebody may still have it open or work in it.
static void folder_orphan(struct inode *folder)
{
	folder->parent->links--;
	folder->parent = root;
	folder->links = 0;
	inode_settle(folder);
}

fl_error_t tree_rmdir(const struct place *place)
{
	if (!place->inode)
		return FL_NO_FILE;
	if (place->inode->kind != FILES_FOLDER)
		return FL_NOT_DIRECTORY;
	if (!place->folder) // ".", ".." or the root
		return place->inode == root ? FL_BUSY : FL_BAD_ARGUMENT;
	if (place->inode->pages)
		return FILES_NOT_EMPTY;
	folder_remove(place->folder, place->name, place->name_bytes);
	folder_orphan(place->inode);
	return FL_OK;
}

fl_error_t tree_link(struct inode *inode, const struct place *to)
{
	if (inode->kind == FILES_FOLDER)
		return FL_NO_RIGHT;
	if (to->inode || !to->folder)
		return FL_EXISTS;
	if (to->wants_folder)
		return FL_NO_FILE;
	return name_add(to, inode);
}

static int is_inside(const struct inode *folder, const struct inode *above)
{
	for (; folder != root; folder = folder->parent) {
		if (folder == above)
			return 1;
	}
	return above == root;
}

static fl_error_t rename_check(const struct place *from, const struct place *to)
{
	if (!from->inode)
		return FL_NO_FILE;
	if (!from->folder || !to->folder)
		return FL_BUSY;
	int is_folder = from->inode->kind == FILES_FOLDER;
	if (is_folder && is_inside(to->folder, from->inode))
		return FL_BAD_ARGUMENT;
	if (!to->inode)
		return to->wants_folder && !is_folder ? FL_NOT_DIRECTORY : FL_OK;
	if (is_folder && to->inode->kind != FILES_FOLDER)
		return FL_NOT_DIRECTORY;
	if (!is_folder && to->inode->kind == FILES_FOLDER)
		return FL_IS_DIRECTORY;
	return is_folder && to->inode->pages ? FILES_NOT_EMPTY : FL_OK;
}

// The new name first, for that can fail; the old one then goes.
fl_error_t tree_rename(const struct place *from, const struct place *to)
{
	fl_error_t error = rename_check(from, to);
	if (error || from->inode == to->inode)
		return error;
	struct inode *inode = from->inode;
	int is_folder = inode->kind == FILES_FOLDER;
	if (to->inode) {
		folder_replace(to->folder, to->name, to->name_bytes, inode);
		inode->links++;
		to->folder->links += is_folder;
	} else {
		error = name_add(to, inode);
		if (error)
			return error;
	}
	folder_remove(from->folder, from->name, from->name_bytes);
	inode->links--;
	if (is_folder) {
		from->folder->links--;
		inode->parent = to->folder;
	}
	if (to->inode && is_folder) {
		folder_orphan(to->inode);
	} else if (to->inode) {
		to->inode->links--;
		inode_settle(to->inode);
	}
	return FL_OK;
}

static const struct folder_entry *entry_of(const struct inode *folder, struct folder_entry *entry)
{
	uint64_t cursor = 0;
	while (folder_next(folder->parent, &cursor, entry)) {
		if (entry->inode == folder)
			return entry;
	}
	return NULL;
}

fl_error_t tree_path(const struct inode *folder, char *buffer, unsigned bytes, unsigned *start)
{
	*start = bytes;
	for (; folder != root; folder = folder->parent) {
		struct folder_entry found;
		const struct folder_entry *entry = folder->links ? entry_of(folder, &found) : NULL;
		if (!entry)
			return FL_NO_FILE;
		if (entry->name_bytes + 1 > *start)
			return FILES_LONG_NAME;
		*start -= entry->name_bytes + 1;
		buffer[*start] = '/';
		memcpy(buffer + *start + 1, entry->name, entry->name_bytes);
	}
	if (*start == bytes)
		buffer[--*start] = '/';
	return FL_OK;
}

// What a path of the archive leads to; folders on the way are made. 0: no room, or a file is in the
// way.
static int entry_place(const char *path, unsigned bytes, struct place *place)
{
	for (unsigned at = 0; at < bytes; at++) {
		struct place part;
		struct inode *folder;
		if (path[at] != '/' || at == 0)
			continue;
		if (path_find(root, path, at, &part))
			return 0;
		if (!part.inode && tree_create(&part, FILES_FOLDER, 0755, &folder))
			return 0;
	}
	return path_find(root, path, bytes, place) == FL_OK && place->folder;
}

static int entry_add(const struct fl_cpio_entry *entry, const uint8_t *archive)
{
	uint32_t type = entry->mode & FL_CPIO_TYPE;
	struct place place;
	int is_folder = type == FL_CPIO_FOLDER;
	if (is_folder && entry->name_bytes == 0)
		return 1; // the root itself
	if ((!is_folder && type != FL_CPIO_REGULAR) ||
	    !entry_place(entry->name, entry->name_bytes, &place))
		return 0;
	struct inode *inode = place.inode;
	if (!inode && tree_create(&place, is_folder ? FILES_FOLDER : FILES_REGULAR, 0, &inode))
		return 0;
	if ((inode->kind == FILES_FOLDER) != is_folder)
		return 0;
	inode->mode = entry->mode & 0777;
	if (!is_folder) {
		inode->source = archive + entry->offset;
		inode->source_bytes = inode->bytes = entry->bytes;
	}
	return 1;
}

fl_error_t tree_build(const void *archive, uint64_t bytes, unsigned *ignored)
{
	struct fl_cpio cpio;
	struct fl_cpio_entry entry;
	fl_error_t error;
	root = inode_create(FILES_FOLDER, 0755);
	root->links = 2;
	root->parent = root;
	*ignored = 0;
	fl_cpio_start(&cpio, archive, bytes);
	while ((error = fl_cpio_next(&cpio, &entry)) == FL_OK)
		*ignored += !entry_add(&entry, archive);
	return error == FL_EMPTY ? FL_OK : error;
}
