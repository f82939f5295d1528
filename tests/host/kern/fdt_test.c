// Tests of the device tree reader (kern/fdt.c) on trees made by hand: headers, tokens, bounds.
// Not here: what the nodes mean (machine_test.c).
#include "blob.h"
#include "fdt.h"
#include "tap.h"

// Walks the whole tree and gives the error that ends it.
static fl_error_t tree_walk(const void *blob, uint64_t max_bytes, uint32_t *nodes)
{
	struct fdt fdt;
	struct fdt_walk walk = {0};
	struct fdt_node node;
	*nodes = 0;
	fl_error_t error = fdt_open(blob, max_bytes, &fdt);
	while (error == FL_OK) {
		error = fdt_next(&fdt, &walk, &node);
		*nodes += error == FL_OK;
	}
	return error;
}

static void expect_walk(const struct blob *blob, fl_error_t expected, uint32_t expected_nodes)
{
	uint32_t bytes, nodes;
	uint8_t *made = blob_make(blob, &bytes);
	EXPECT(tree_walk(made, bytes, &nodes), expected);
	EXPECT(nodes, expected_nodes);
	free(made);
}

// Root with one property and one child.
static void small_tree(struct blob *blob)
{
	*blob = (struct blob){0};
	blob_begin(blob, "");
	blob_text(blob, "model", "m");
	blob_begin(blob, "child");
	BLOB_CELLS(blob, "reg", 1, 2, 3);
	blob_end(blob);
	blob_end(blob);
	blob_token(blob, BLOB_END);
}

static void expect_open_patched(uint32_t offset, uint32_t word, fl_error_t expected)
{
	struct blob blob;
	struct fdt fdt;
	uint32_t bytes;
	small_tree(&blob);
	uint8_t *made = blob_make(&blob, &bytes);
	blob_word(made + offset, word);
	EXPECT(fdt_open(made, bytes, &fdt), expected);
	free(made);
}

static void header_wrong_refused(void)
{
	struct fdt fdt;
	EXPECT(fdt_open(NULL, 4096, &fdt), FL_BAD_ARGUMENT);
	expect_open_patched(0, 0xd00dfeee, FL_BAD_ARGUMENT);
	expect_open_patched(BLOB_VERSION, 15, FL_BAD_ARGUMENT);
	expect_open_patched(BLOB_COMPATIBLE, 18, FL_BAD_ARGUMENT);
	expect_open_patched(BLOB_TOTAL, 39, FL_BAD_ARGUMENT);
	expect_open_patched(BLOB_TOTAL, 0xffffffff, FL_BAD_ARGUMENT);
	expect_open_patched(BLOB_TOKENS, 58, FL_BAD_ARGUMENT);
	expect_open_patched(BLOB_TOKENS, 0xfffffffc, FL_BAD_ARGUMENT);
	expect_open_patched(BLOB_TOKENS_BYTES, 0xfffffffc, FL_BAD_ARGUMENT);
	expect_open_patched(BLOB_STRINGS, 0xffffffff, FL_BAD_ARGUMENT);
	expect_open_patched(BLOB_STRINGS_BYTES, 0xffffffff, FL_BAD_ARGUMENT);
	expect_open_patched(BLOB_STRINGS_BYTES, 9, FL_BAD_ARGUMENT); // ends inside "reg"
	expect_open_patched(BLOB_RESERVED, 44, FL_BAD_ARGUMENT);
	expect_open_patched(BLOB_RESERVED, 0xfffffff8, FL_BAD_ARGUMENT);
}

static void header_newer_compatible_read(void)
{
	expect_open_patched(BLOB_VERSION, 18, FL_OK);
	expect_open_patched(BLOB_COMPATIBLE, 17, FL_OK);
}

static void header_version16_size_unread(void)
{
	struct blob blob;
	uint32_t bytes, nodes;
	small_tree(&blob);
	uint8_t *made = blob_make(&blob, &bytes);
	blob_word(made + BLOB_VERSION, 16);
	blob_word(made + BLOB_TOKENS_BYTES, 0xffffffff);
	EXPECT(tree_walk(made, bytes, &nodes), FL_EMPTY);
	EXPECT(nodes, 2);
	free(made);
}

static void header_larger_than_limit_refused(void)
{
	struct fdt fdt;
	uint8_t *made = calloc(1, FDT_BYTES_MAX + 64);
	const uint32_t header[10] = {0xd00dfeed, FDT_BYTES_MAX, 56, 56, 40, 17, 16, 0, 0, 0};
	for (int word = 0; word < 10; word++)
		blob_word(made + 4 * word, header[word]);
	EXPECT(fdt_open(made, UINT64_MAX, &fdt), FL_OK);
	blob_word(made + BLOB_TOTAL, FDT_BYTES_MAX + 8);
	EXPECT(fdt_open(made, UINT64_MAX, &fdt), FL_BAD_ARGUMENT);
	free(made);
}

static void walk_nodes_in_order(void)
{
	struct blob blob;
	struct fdt fdt;
	struct fdt_walk walk = {0};
	struct fdt_node node;
	struct fdt_bytes value;
	uint64_t number = 0;
	uint32_t bytes;
	small_tree(&blob);
	uint8_t *made = blob_make(&blob, &bytes);
	EXPECT(fdt_open(made, bytes, &fdt), FL_OK);
	EXPECT(fdt_next(&fdt, &walk, &node), FL_OK);
	EXPECT(node.depth, 0);
	EXPECT(fdt_name_is(node.name, ""), true);
	EXPECT(fdt_property(&fdt, &node, "model", &value), true);
	EXPECT(fdt_list_has(value, '\0', "m"), true);
	EXPECT(fdt_property(&fdt, &node, "reg", &value), false);
	EXPECT(fdt_next(&fdt, &walk, &node), FL_OK);
	EXPECT(node.depth, 1);
	EXPECT(fdt_name_is(node.name, "child"), true);
	EXPECT(fdt_property(&fdt, &node, "model", &value), false);
	EXPECT(fdt_property(&fdt, &node, "re", &value), false);
	EXPECT(fdt_property(&fdt, &node, "reg", &value), true);
	EXPECT(value.length, 12);
	EXPECT(fdt_number(value, 1, 2, &number), true);
	EXPECT(number, 0x200000003);
	EXPECT(fdt_next(&fdt, &walk, &node), FL_EMPTY);
	free(made);
}

static void walk_nops_skipped(void)
{
	struct blob blob = {0};
	blob_token(&blob, BLOB_NOP);
	blob_begin(&blob, "");
	blob_token(&blob, BLOB_NOP);
	blob_text(&blob, "model", "m");
	blob_token(&blob, BLOB_NOP);
	blob_end(&blob);
	blob_token(&blob, BLOB_NOP);
	blob_token(&blob, BLOB_END);
	expect_walk(&blob, FL_EMPTY, 1);
}

static void walk_bad_structure_refused(void)
{
	struct blob blob = {0};
	expect_walk(&blob, FL_BAD_ARGUMENT, 0); // nothing at all
	blob_token(&blob, BLOB_END);
	expect_walk(&blob, FL_BAD_ARGUMENT, 0); // no root
	blob = (struct blob){0};
	blob_end(&blob);
	expect_walk(&blob, FL_BAD_ARGUMENT, 0); // an end of nothing
	blob = (struct blob){0};
	blob_text(&blob, "model", "m");
	expect_walk(&blob, FL_BAD_ARGUMENT, 0); // a property of nothing
	blob = (struct blob){0};
	blob_begin(&blob, "");
	blob_token(&blob, BLOB_END);
	expect_walk(&blob, FL_BAD_ARGUMENT, 1); // the root is open at the end
	blob = (struct blob){0};
	blob_begin(&blob, "");
	blob_token(&blob, 5);
	expect_walk(&blob, FL_BAD_ARGUMENT, 1); // an unknown token
	small_tree(&blob);
	blob.tokens_bytes -= 4;
	expect_walk(&blob, FL_BAD_ARGUMENT, 2); // no end token
	blob_begin(&blob, "");
	blob_end(&blob);
	blob_token(&blob, BLOB_END);
	expect_walk(&blob, FL_BAD_ARGUMENT, 2); // a second root
	small_tree(&blob);
	blob.tokens_bytes -= 8;
	blob_text(&blob, "late", "x");
	blob_end(&blob);
	blob_token(&blob, BLOB_END);
	expect_walk(&blob, FL_BAD_ARGUMENT, 2); // a property after a child
	blob = (struct blob){0};
	blob_token(&blob, BLOB_BEGIN);
	blob_bytes(&blob, "name", 4);
	expect_walk(&blob, FL_BAD_ARGUMENT, 0); // a name without an end
}

static void property_length_wraps_refused(void)
{
	static const uint32_t lengths[] = {5,          9,          0x7fffffff, 0x80000000,
	                                   0xfffffff0, 0xfffffffc, 0xfffffffd, 0xffffffff};
	for (unsigned index = 0; index < sizeof lengths / sizeof lengths[0]; index++) {
		struct blob blob = {0};
		blob_begin(&blob, "");
		blob_token(&blob, BLOB_PROPERTY);
		blob_token(&blob, lengths[index]);
		blob_token(&blob, blob_string(&blob, "x"));
		blob_token(&blob, BLOB_END_NODE);
		expect_walk(&blob, FL_BAD_ARGUMENT, 0);
	}
}

static void property_name_outside_refused(void)
{
	static const uint32_t names[] = {2, 3, 0x7fffffff, 0xffffffff};
	for (unsigned index = 0; index < sizeof names / sizeof names[0]; index++) {
		struct blob blob = {0};
		blob_string(&blob, "x");
		blob_begin(&blob, "");
		blob_token(&blob, BLOB_PROPERTY);
		blob_token(&blob, 0);
		blob_token(&blob, names[index]);
		blob_end(&blob);
		blob_token(&blob, BLOB_END);
		expect_walk(&blob, FL_BAD_ARGUMENT, 0);
	}
}

static void nested_tree(struct blob *blob, uint32_t depth)
{
	*blob = (struct blob){0};
	for (uint32_t level = 0; level < depth; level++)
		blob_begin(blob, level == 0 ? "" : "n");
	for (uint32_t level = 0; level < depth; level++)
		blob_end(blob);
	blob_token(blob, BLOB_END);
}

static void depth_at_limit_read_beyond_refused(void)
{
	static struct blob blob;
	nested_tree(&blob, FDT_DEPTH_MAX);
	expect_walk(&blob, FL_EMPTY, FDT_DEPTH_MAX);
	nested_tree(&blob, FDT_DEPTH_MAX + 1);
	expect_walk(&blob, FL_LIMIT, FDT_DEPTH_MAX);
	nested_tree(&blob, 1000);
	expect_walk(&blob, FL_LIMIT, FDT_DEPTH_MAX);
}

static void reservations_listed_to_the_end(void)
{
	struct blob blob;
	struct fdt fdt;
	uint64_t base = 0, size = 0;
	uint32_t bytes;
	small_tree(&blob);
	blob.reserved_count = 2;
	memcpy(blob.reserved, (const uint64_t[]){0x180000000, 0x1000, 0, 5}, 32);
	uint8_t *made = blob_make(&blob, &bytes);
	EXPECT(fdt_open(made, bytes, &fdt), FL_OK);
	EXPECT(fdt_reservation(&fdt, 0, &base, &size), FL_OK);
	EXPECT(base, 0x180000000);
	EXPECT(size, 0x1000);
	EXPECT(fdt_reservation(&fdt, 1, &base, &size), FL_OK);
	EXPECT(base, 0);
	EXPECT(size, 5);
	EXPECT(fdt_reservation(&fdt, 2, &base, &size), FL_EMPTY);
	EXPECT(fdt_reservation(&fdt, 0x10000000, &base, &size), FL_BAD_ARGUMENT);
	EXPECT(fdt_reservation(&fdt, UINT32_MAX, &base, &size), FL_BAD_ARGUMENT);
	free(made);
}

static void number_bounds_checked(void)
{
	const struct fdt_bytes value = {(const uint8_t *)"\1\2\3\4\5\6\7\10\11\12\13", 11};
	uint64_t number = 0;
	EXPECT(fdt_number(value, 0, 1, &number), true);
	EXPECT(number, 0x01020304);
	EXPECT(fdt_number(value, 0, 2, &number), true);
	EXPECT(number, 0x0102030405060708);
	EXPECT(fdt_number(value, 1, 2, &number), false);
	EXPECT(fdt_number(value, 2, 1, &number), false);
	EXPECT(fdt_number(value, 0, 0, &number), false);
	EXPECT(fdt_number(value, 0, 3, &number), false);
	EXPECT(fdt_number(value, 0, (1ul << 32) + 1, &number), false);
	EXPECT(fdt_number(value, 1ul << 30, 1, &number), false);
	EXPECT(fdt_number(value, 1ul << 32, 1, &number), false);
	EXPECT(fdt_number(value, UINT64_MAX, 2, &number), false);
	EXPECT(number, 0x0102030405060708);
}

static void list_items_matched_whole(void)
{
	const struct fdt_bytes list = {(const uint8_t *)"ns16550a\0\0uart_x\0cut", 20};
	EXPECT(fdt_list_has(list, '\0', "ns16550a"), true);
	EXPECT(fdt_list_has(list, '\0', "ns16550"), false);
	EXPECT(fdt_list_has(list, '\0', "ns16550ab"), false);
	EXPECT(fdt_list_has(list, '\0', "uart_x"), true);
	EXPECT(fdt_list_has(list, '\0', "uart"), false);
	EXPECT(fdt_list_has(list, '_', "uart"), true);
	EXPECT(fdt_list_has(list, '_', "x"), true);
	EXPECT(fdt_list_has(list, '\0', "cut"), false);
	EXPECT(fdt_list_has((struct fdt_bytes){list.data, 0}, '\0', ""), false);
}

int main(void)
{
	static const struct tap_test tests[] = {
#define TEST(name) {#name, name}
		TEST(header_wrong_refused),
		TEST(header_newer_compatible_read),
		TEST(header_version16_size_unread),
		TEST(header_larger_than_limit_refused),
		TEST(walk_nodes_in_order),
		TEST(walk_nops_skipped),
		TEST(walk_bad_structure_refused),
		TEST(property_length_wraps_refused),
		TEST(property_name_outside_refused),
		TEST(depth_at_limit_read_beyond_refused),
		TEST(reservations_listed_to_the_end),
		TEST(number_bounds_checked),
		TEST(list_items_matched_whole),
	};
	return tap_run(tests, sizeof tests / sizeof tests[0]);
}
