// Building and searching the tree of the initrd's files. See index.h.
#include "index.h"

#include "fl/cpio.h"
#include "fl/string.h"
#include "proto/files.h"

static unsigned bucket_of(unsigned parent, const char *name, unsigned bytes)
{
	uint32_t hash = 2166136261u ^ parent; // FNV-1a
	for (unsigned i = 0; i < bytes; i++)
		hash = (hash ^ (uint8_t)name[i]) * 16777619u;
	return (hash ^ hash >> 16) & (INDEX_BUCKETS - 1);
}

static unsigned child_find(const struct file_index *index, unsigned parent, const char *name,
                           unsigned bytes)
{
	unsigned place = index->bucket[bucket_of(parent, name, bytes)];
	for (; place; place = index->file[place].bucket_next) {
		const struct index_file *file = &index->file[place];
		if (file->parent == parent && file->name_bytes == bytes &&
		    memcmp(file->name, name, bytes) == 0)
			break;
	}
	return place;
}

// Returns the new place, 0 if there is no room.
static unsigned child_add(struct file_index *index, unsigned parent, const char *name,
                          unsigned bytes)
{
	if (index->count == INDEX_FILES_MAX)
		return 0;
	unsigned place = index->count++;
	uint16_t *bucket = &index->bucket[bucket_of(parent, name, bytes)];
	index->file[place] = (struct index_file){
		.name = name,
		.name_bytes = (uint16_t)bytes,
		.kind = FILES_FOLDER,
		.mode = 0555,
		.parent = (uint16_t)parent,
		.bucket_next = *bucket,
	};
	*bucket = (uint16_t)place;
	struct index_file *folder = &index->file[parent];
	if (folder->last_child)
		index->file[folder->last_child].sibling = (uint16_t)place;
	else
		folder->first_child = (uint16_t)place;
	folder->last_child = (uint16_t)place;
	return place;
}

static unsigned component_bytes(const char *path)
{
	unsigned bytes = 0;
	while (path[bytes] && path[bytes] != '/')
		bytes++;
	return bytes;
}

static int component_sound(const char *name, unsigned bytes)
{
	return bytes <= FILES_NAME_MAX && !(bytes == 1 && name[0] == '.') &&
	       !(bytes == 2 && name[0] == '.' && name[1] == '.');
}

static int path_sound(const char *path)
{
	while (*path) {
		unsigned bytes = component_bytes(path);
		if (!component_sound(path, bytes))
			return 0;
		path += bytes;
		while (*path == '/')
			path++;
	}
	return 1;
}

// The place of the path's last part; folders on the way and the last part are made if need be.
// -1: no room, or a file stands where a folder must be.
static int path_make(struct file_index *index, const char *path)
{
	unsigned place = 0;
	while (*path) {
		if (index->file[place].kind != FILES_FOLDER)
			return -1;
		unsigned bytes = component_bytes(path);
		unsigned next = child_find(index, place, path, bytes);
		if (!next)
			next = child_add(index, place, path, bytes);
		if (!next)
			return -1;
		place = next;
		path += bytes;
		while (*path == '/')
			path++;
	}
	return (int)place;
}

static int entry_add(struct file_index *index, const struct fl_cpio_entry *entry)
{
	uint32_t type = entry->mode & FL_CPIO_TYPE;
	if ((type != FL_CPIO_FOLDER && type != FL_CPIO_REGULAR) || !path_sound(entry->name))
		return 0;
	int place = path_make(index, entry->name);
	if (place < 0)
		return 0;
	struct index_file *file = &index->file[place];
	if (type == FL_CPIO_REGULAR) {
		// A folder that has entries, or the root, does not become a file.
		if (place == 0 || file->first_child)
			return 0;
		file->kind = FILES_REGULAR;
		file->offset = entry->offset;
		file->bytes = entry->bytes;
	} else {
		file->kind = FILES_FOLDER;
		file->offset = 0;
		file->bytes = 0;
	}
	file->mode = entry->mode & 0777;
	return 1;
}

fl_error_t index_build(struct file_index *index, const void *base, uint64_t bytes)
{
	struct fl_cpio cpio;
	struct fl_cpio_entry entry;
	fl_error_t error;
	memset(index, 0, sizeof *index);
	index->base = base;
	index->count = 1;
	index->file[0].kind = FILES_FOLDER;
	index->file[0].mode = 0555;
	fl_cpio_start(&cpio, base, bytes);
	while ((error = fl_cpio_next(&cpio, &entry)) == FL_OK) {
		if (!entry_add(index, &entry))
			index->ignored++;
	}
	return error == FL_EMPTY ? FL_OK : error;
}

const struct index_file *index_file(const struct file_index *index, uint64_t number)
{
	return number >= 1 && number <= index->count ? &index->file[number - 1] : NULL;
}

static fl_error_t folder_get(const struct file_index *index, uint64_t number,
                             const struct index_file **folder)
{
	*folder = index_file(index, number);
	if (!*folder)
		return FL_NO_FILE;
	return (*folder)->kind == FILES_FOLDER ? FL_OK : FL_NOT_DIRECTORY;
}

fl_error_t index_walk(const struct file_index *index, uint64_t folder, const char *name,
                      unsigned name_bytes, uint64_t *number)
{
	const struct index_file *file;
	fl_error_t error = folder_get(index, folder, &file);
	if (error)
		return error;
	if (name_bytes == 1 && name[0] == '.') {
		*number = folder;
		return FL_OK;
	}
	if (name_bytes == 2 && name[0] == '.' && name[1] == '.') {
		*number = file->parent + 1u; // the root is its own parent
		return FL_OK;
	}
	unsigned place = child_find(index, (unsigned)folder - 1, name, name_bytes);
	*number = place + 1u;
	return place ? FL_OK : FL_NO_FILE;
}

fl_error_t index_entry(const struct file_index *index, uint64_t folder, uint64_t place,
                       uint64_t *number)
{
	const struct index_file *file;
	fl_error_t error = folder_get(index, folder, &file);
	if (error)
		return error;
	unsigned at = file->first_child;
	for (; at && place; place--)
		at = index->file[at].sibling;
	*number = at + 1u;
	return at ? FL_OK : FL_EMPTY;
}
