// cpio archives for tests, put together by hand. Not here: any check.
#ifndef ARCHIVE_H
#define ARCHIVE_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ARCHIVE_BYTES_MAX (1u << 20)
#define ARCHIVE_FILE 0100644u
#define ARCHIVE_FOLDER 0040755u

struct archive {
	uint32_t bytes;
	uint8_t data[ARCHIVE_BYTES_MAX];
};

static inline void archive_pad(struct archive *archive)
{
	while (archive->bytes % 4)
		archive->data[archive->bytes++] = 0;
}

// An entry whose name and contents may hold any bytes; name_bytes counts the NUL.
static inline void archive_add_bytes(struct archive *archive, const char *name, uint32_t name_bytes,
                                     uint32_t mode, const void *contents, uint32_t bytes)
{
	char header[111];
	snprintf(header, sizeof header, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", 1,
	         mode, 0, 0, 1, 0, bytes, 0, 0, 0, 0, name_bytes, 0);
	memcpy(archive->data + archive->bytes, header, 110);
	archive->bytes += 110;
	memcpy(archive->data + archive->bytes, name, name_bytes);
	archive->bytes += name_bytes;
	archive_pad(archive);
	if (bytes)
		memcpy(archive->data + archive->bytes, contents, bytes);
	archive->bytes += bytes;
	archive_pad(archive);
}

static inline void archive_add(struct archive *archive, const char *name, uint32_t mode,
                               const char *contents)
{
	archive_add_bytes(archive, name, (uint32_t)strlen(name) + 1, mode, contents,
	                  (uint32_t)strlen(contents));
}

static inline void archive_end(struct archive *archive)
{
	archive_add_bytes(archive, "TRAILER!!!", 11, 0, NULL, 0);
}

#endif
