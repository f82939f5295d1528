// The reader of flattened device trees. See fdt.h; section numbers are those of the Devicetree
// Specification 0.4.
//
// Not here: a tree in memory. What a caller wants twice it looks up twice.
#include "fdt.h"

#define MAGIC 0xd00dfeedu
#define VERSION_OLDEST 16 // the first with today's structure block
#define VERSION 17        // what is described here; it gives the size of the structure block

// The words of the header (5.2, "Header").
enum header {
	HEADER_MAGIC,
	HEADER_TOTAL_BYTES,
	HEADER_TOKENS,
	HEADER_STRINGS,
	HEADER_RESERVATIONS,
	HEADER_VERSION,
	HEADER_VERSION_COMPATIBLE,
	HEADER_BOOT_HART,
	HEADER_STRINGS_BYTES,
	HEADER_TOKENS_BYTES, // from version 17 on
	HEADER_WORDS
};

// 5.4.1, "Lexical structure".
enum token { TOKEN_BEGIN_NODE = 1, TOKEN_END_NODE, TOKEN_PROPERTY, TOKEN_NOP, TOKEN_END = 9 };

static bool bytes_part(struct fdt_bytes whole, uint32_t at, uint32_t length, struct fdt_bytes *part)
{
	if (at > whole.length || length > whole.length - at)
		return false;
	*part = (struct fdt_bytes){whole.data + at, length};
	return true;
}

static bool word_read(struct fdt_bytes from, uint32_t at, uint32_t *word)
{
	struct fdt_bytes part;
	if (!bytes_part(from, at, 4, &part))
		return false;
	*word = (uint32_t)part.data[0] << 24 | (uint32_t)part.data[1] << 16 |
	        (uint32_t)part.data[2] << 8 | part.data[3];
	return true;
}

static bool word_take(struct fdt_bytes from, uint32_t *at, uint32_t *word)
{
	if (!word_read(from, *at, word))
		return false;
	*at += 4;
	return true;
}

static bool token_take(struct fdt_bytes tokens, uint32_t *at, uint32_t *token)
{
	do {
		if (!word_take(tokens, at, token))
			return false;
	} while (*token == TOKEN_NOP);
	return true;
}

// The result may lie up to 3 bytes behind the end of the block: the next read then fails.
static uint32_t token_align(uint32_t at)
{
	return (at + 3) & ~3u;
}

static bool name_take(struct fdt_bytes tokens, uint32_t *at, const char **name)
{
	for (uint32_t end = *at; end < tokens.length; end++) {
		if (tokens.data[end] == '\0') {
			*name = (const char *)tokens.data + *at;
			*at = token_align(end + 1);
			return true;
		}
	}
	return false;
}

// FL_EMPTY: what comes next is no property, and `at` has not moved.
static fl_error_t property_take(const struct fdt *fdt, uint32_t *at, const char **name,
                                struct fdt_bytes *value)
{
	uint32_t token, length, name_at, next = *at;
	if (!token_take(fdt->tokens, &next, &token))
		return FL_BAD_ARGUMENT;
	if (token != TOKEN_PROPERTY)
		return FL_EMPTY;
	if (!word_take(fdt->tokens, &next, &length) || !word_take(fdt->tokens, &next, &name_at) ||
	    !bytes_part(fdt->tokens, next, length, value) || name_at >= fdt->strings.length)
		return FL_BAD_ARGUMENT;
	*name = (const char *)fdt->strings.data + name_at;
	*at = token_align(next + length);
	return FL_OK;
}

fl_error_t fdt_open(const void *blob, uint64_t max_bytes, struct fdt *fdt)
{
	uint32_t head[HEADER_WORDS];
	struct fdt_bytes all = {blob, max_bytes < FDT_BYTES_MAX ? (uint32_t)max_bytes : FDT_BYTES_MAX};
	if (!blob)
		return FL_BAD_ARGUMENT;
	// A version 16 header lacks the last word, but some block follows it at once.
	for (uint32_t word = 0; word < HEADER_WORDS; word++) {
		if (!word_read(all, 4 * word, &head[word]))
			return FL_BAD_ARGUMENT;
	}
	if (head[HEADER_MAGIC] != MAGIC || head[HEADER_VERSION] < VERSION_OLDEST ||
	    head[HEADER_VERSION_COMPATIBLE] > VERSION ||
	    !bytes_part(all, 0, head[HEADER_TOTAL_BYTES], &fdt->whole))
		return FL_BAD_ARGUMENT;
	uint32_t total = fdt->whole.length, tokens = head[HEADER_TOKENS];
	if (head[HEADER_VERSION] < VERSION)
		head[HEADER_TOKENS_BYTES] = tokens < total ? total - tokens : 0;
	fdt->reservations = head[HEADER_RESERVATIONS];
	// 5.6, "Alignment".
	if (tokens % 4 != 0 || fdt->reservations % 8 != 0 || fdt->reservations > total ||
	    !bytes_part(fdt->whole, tokens, head[HEADER_TOKENS_BYTES], &fdt->tokens) ||
	    !bytes_part(fdt->whole, head[HEADER_STRINGS], head[HEADER_STRINGS_BYTES], &fdt->strings))
		return FL_BAD_ARGUMENT;
	// With a NUL at its end, every offset into the strings block gives a terminated name.
	if (fdt->strings.length > 0 && fdt->strings.data[fdt->strings.length - 1] != '\0')
		return FL_BAD_ARGUMENT;
	return FL_OK;
}

static fl_error_t node_enter(const struct fdt *fdt, struct fdt_walk *walk, struct fdt_node *node)
{
	const char *name;
	struct fdt_bytes value;
	fl_error_t error;

	if (walk->depth == FDT_DEPTH_MAX)
		return FL_LIMIT;
	if ((walk->started && walk->depth == 0) || !name_take(fdt->tokens, &walk->at, &node->name))
		return FL_BAD_ARGUMENT;
	walk->started = true;
	node->depth = walk->depth++;
	node->properties = walk->at;
	do {
		error = property_take(fdt, &walk->at, &name, &value);
	} while (error == FL_OK);
	return error == FL_EMPTY ? FL_OK : error;
}

fl_error_t fdt_next(const struct fdt *fdt, struct fdt_walk *walk, struct fdt_node *node)
{
	for (;;) {
		uint32_t token;
		if (!token_take(fdt->tokens, &walk->at, &token))
			return FL_BAD_ARGUMENT;
		if (token == TOKEN_BEGIN_NODE)
			return node_enter(fdt, walk, node);
		if (token == TOKEN_END)
			return walk->started && walk->depth == 0 ? FL_EMPTY : FL_BAD_ARGUMENT;
		// A property here would follow a child of its node, which 5.4.2, "Tree structure", forbids.
		if (token != TOKEN_END_NODE || walk->depth == 0)
			return FL_BAD_ARGUMENT;
		walk->depth--;
	}
}

bool fdt_property(const struct fdt *fdt, const struct fdt_node *node, const char *name,
                  struct fdt_bytes *value)
{
	const char *found;
	uint32_t at = node->properties;
	while (property_take(fdt, &at, &found, value) == FL_OK) {
		if (fdt_name_is(found, name))
			return true;
	}
	return false;
}

fl_error_t fdt_reservation(const struct fdt *fdt, uint32_t index, uint64_t *base, uint64_t *bytes)
{
	struct fdt_bytes list, entry;
	uint32_t offset = fdt->reservations;
	// The index is checked before it is multiplied.
	if (!bytes_part(fdt->whole, offset, fdt->whole.length - offset, &list) ||
	    index >= list.length / 16 || !bytes_part(list, index * 16, 16, &entry) ||
	    !fdt_number(entry, 0, 2, base) || !fdt_number(entry, 2, 2, bytes))
		return FL_BAD_ARGUMENT;
	return *base == 0 && *bytes == 0 ? FL_EMPTY : FL_OK;
}

bool fdt_number(struct fdt_bytes value, uint64_t at, uint64_t cells, uint64_t *number)
{
	uint32_t high = 0, low;
	// The offset is checked before it is multiplied.
	if (cells < 1 || cells > 2 || at > FDT_BYTES_MAX ||
	    (cells == 2 && !word_read(value, 4 * (uint32_t)at, &high)) ||
	    !word_read(value, 4 * (uint32_t)(at + cells - 1), &low))
		return false;
	*number = (uint64_t)high << 32 | low;
	return true;
}

bool fdt_list_has(struct fdt_bytes list, char separator, const char *item)
{
	uint32_t matched = 0;
	bool same = true;
	for (uint32_t at = 0; at < list.length; at++) {
		char byte = (char)list.data[at];
		if (byte != separator && byte != '\0') {
			same = same && item[matched] == byte;
			matched += same;
			continue;
		}
		if (same && item[matched] == '\0')
			return true;
		matched = 0;
		same = true;
	}
	return false;
}

bool fdt_name_is(const char *name, const char *expected)
{
	while (*name == *expected && *name != '\0') {
		name++;
		expected++;
	}
	return *name == *expected;
}
