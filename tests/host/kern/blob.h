// Flattened device trees for the tests of kern/fdt.c and kern/machine.c: made by hand, right or
// wrong, or read from a file. Not here: any check of what is put together.
#ifndef BLOB_H
#define BLOB_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fdt.h"
#include "tap.h"

#define BLOB_RESERVATIONS 40 // offset of the reservation block
#define BLOB_RESERVED_MAX 32

enum { BLOB_BEGIN = 1, BLOB_END_NODE, BLOB_PROPERTY, BLOB_NOP, BLOB_END = 9 };
// Offsets of header words.
enum { BLOB_TOTAL = 4, BLOB_TOKENS = 8, BLOB_STRINGS = 12, BLOB_RESERVED = 16, BLOB_VERSION = 20 };
enum { BLOB_COMPATIBLE = 24, BLOB_STRINGS_BYTES = 32, BLOB_TOKENS_BYTES = 36 };

struct blob {
	uint8_t tokens[16384];
	uint32_t tokens_bytes;
	char strings[1024];
	uint32_t strings_bytes;
	uint64_t reserved[2 * BLOB_RESERVED_MAX]; // pairs; the end is added
	uint32_t reserved_count;
};

static inline void blob_word(uint8_t *at, uint32_t word)
{
	for (int byte = 0; byte < 4; byte++)
		at[byte] = (uint8_t)(word >> (24 - 8 * byte));
}

static inline void blob_token(struct blob *blob, uint32_t token)
{
	blob_word(blob->tokens + blob->tokens_bytes, token);
	blob->tokens_bytes += 4;
}

static inline void blob_bytes(struct blob *blob, const void *bytes, uint32_t length)
{
	memcpy(blob->tokens + blob->tokens_bytes, bytes, length);
	blob->tokens_bytes += length;
	while (blob->tokens_bytes % 4 != 0)
		blob->tokens[blob->tokens_bytes++] = 0;
}

static inline void blob_begin(struct blob *blob, const char *name)
{
	blob_token(blob, BLOB_BEGIN);
	blob_bytes(blob, name, (uint32_t)strlen(name) + 1);
}

static inline void blob_end(struct blob *blob)
{
	blob_token(blob, BLOB_END_NODE);
}

static inline uint32_t blob_string(struct blob *blob, const char *text)
{
	uint32_t at = blob->strings_bytes;
	memcpy(blob->strings + at, text, strlen(text) + 1);
	blob->strings_bytes += (uint32_t)strlen(text) + 1;
	return at;
}

static inline void blob_property(struct blob *blob, const char *name, const void *value,
                                 uint32_t length)
{
	blob_token(blob, BLOB_PROPERTY);
	blob_token(blob, length);
	blob_token(blob, blob_string(blob, name));
	blob_bytes(blob, value, length);
}

static inline void blob_text(struct blob *blob, const char *name, const char *text)
{
	blob_property(blob, name, text, (uint32_t)strlen(text) + 1);
}

static inline void blob_cells(struct blob *blob, const char *name, const uint32_t *cells,
                              uint32_t count)
{
	uint8_t bytes[64];
	for (uint32_t index = 0; index < count; index++)
		blob_word(bytes + 4 * index, cells[index]);
	blob_property(blob, name, bytes, 4 * count);
}

#define BLOB_CELLS(blob, name, ...)                                                                \
	blob_cells(blob, name, (const uint32_t[]){__VA_ARGS__},                                        \
	           sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

// The whole blob, in memory that ends where it ends. The caller frees it.
static inline uint8_t *blob_make(const struct blob *blob, uint32_t *bytes)
{
	uint32_t tokens = BLOB_RESERVATIONS + 16 * (blob->reserved_count + 1);
	uint32_t strings = tokens + blob->tokens_bytes;
	const uint32_t header[10] = {
		0xd00dfeed,
		strings + blob->strings_bytes,
		tokens,
		strings,
		BLOB_RESERVATIONS,
		17,
		16,
		0,
		blob->strings_bytes,
		blob->tokens_bytes,
	};
	*bytes = header[1];
	uint8_t *made = calloc(1, *bytes);
	for (int word = 0; word < 10; word++)
		blob_word(made + 4 * word, header[word]);
	for (uint32_t word = 0; word < 2 * blob->reserved_count; word++) {
		blob_word(made + BLOB_RESERVATIONS + 8 * word, (uint32_t)(blob->reserved[word] >> 32));
		blob_word(made + BLOB_RESERVATIONS + 8 * word + 4, (uint32_t)blob->reserved[word]);
	}
	memcpy(made + tokens, blob->tokens, blob->tokens_bytes);
	memcpy(made + strings, blob->strings, blob->strings_bytes);
	return made;
}

// The file, in memory that ends where it ends, so that the sanitizer sees every read beyond. The
// caller frees it.
static inline uint8_t *blob_read(const char *folder, const char *name, uint32_t *bytes)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "rb");
	if (!file)
		tap_bail("cannot read", path);
	uint8_t *made = malloc(FDT_BYTES_MAX);
	*bytes = (uint32_t)fread(made, 1, FDT_BYTES_MAX, file);
	fclose(file);
	return realloc(made, *bytes ? *bytes : 1);
}

#endif
