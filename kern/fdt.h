// A bounded iterator over a flattened device tree: nodes in order, properties of a node by name.
// Source: Devicetree Specification 0.4, chapter 5, "Flattened Devicetree (DTB) Format".
//
// Not here: what the nodes mean (machine.c). Nothing is copied, allocated or kept in globals; no
// read leaves the blob, whatever it holds, and a walk takes time linear in its size.
#ifndef FDT_H
#define FDT_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/error.h"

#define FDT_BYTES_MAX (2u << 20) // larger blobs are refused, so offsets never wrap
#define FDT_DEPTH_MAX 16         // nodes from the root to a leaf, both included

// Part of the blob. Every read goes through one and is checked against its length.
struct fdt_bytes {
	const uint8_t *data;
	uint32_t length;
};

struct fdt {
	struct fdt_bytes whole;
	struct fdt_bytes tokens;  // the structure block
	struct fdt_bytes strings; // property names; the last byte is known to be NUL
	uint32_t reservations;    // offset of the memory reservation block in `whole`
};

// Where a walk stands. Start with zeros.
struct fdt_walk {
	uint32_t at;    // offset in the structure block
	uint32_t depth; // nodes that are open
	bool started;   // the root was seen
};

struct fdt_node {
	const char *name;    // NUL-terminated inside the blob; "" for the root
	uint32_t depth;      // 0 for the root, at most FDT_DEPTH_MAX - 1
	uint32_t properties; // offset of the first property in the structure block
};

// Checks the header and fills `fdt`. At most `max_bytes` of the blob are read.
// FL_BAD_ARGUMENT: not a device tree, a version that this reader does not understand, or a size,
// offset or alignment that is wrong.
fl_error_t fdt_open(const void *blob, uint64_t max_bytes, struct fdt *fdt);

// Enters the next node in document order and checks all its properties.
// FL_EMPTY: the tree was read to its end. FL_BAD_ARGUMENT: malformed. FL_LIMIT: nested too deeply.
fl_error_t fdt_next(const struct fdt *fdt, struct fdt_walk *walk, struct fdt_node *node);

// The value of the property with this name; false if the node has none.
bool fdt_property(const struct fdt *fdt, const struct fdt_node *node, const char *name,
                  struct fdt_bytes *value);

// Entry `index` of the memory reservation block.
// FL_EMPTY: the list ends here. FL_BAD_ARGUMENT: the blob ends before the list does.
fl_error_t fdt_reservation(const struct fdt *fdt, uint32_t index, uint64_t *base, uint64_t *bytes);

// The number of one or two cells that starts at cell `at` of a value. False if the value is too
// short or `cells` is neither 1 nor 2.
bool fdt_number(struct fdt_bytes value, uint64_t at, uint64_t cells, uint64_t *number);

// Is `item` one of the strings of a list? Each ends with `separator` or NUL; one that the end of
// the value cuts off does not count.
bool fdt_list_has(struct fdt_bytes list, char separator, const char *item);

bool fdt_name_is(const char *name, const char *expected);

#endif
