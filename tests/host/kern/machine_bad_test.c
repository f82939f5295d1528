// Tests of kern/machine.c on trees that lack something, hold too much, are cut or changed.
// Not here: the values of sound trees (machine_test.c).
//
// Usage: machine_bad_test FOLDER, which holds virt-1.dtb, virt-4.dtb, narrow.dtb and wide.dtb.
#include <string.h>

#include "blob.h"
#include "machine.h"
#include "machine_check.h"
#include "tap.h"

static const char *folder;
static struct machine machine;

// machine_read on a blob made by hand; the sentence must contain `text`.
static void expect_problem(const struct blob *blob, fl_error_t expected, const char *text)
{
	uint32_t bytes;
	uint8_t *made = blob_make(blob, &bytes);
	EXPECT(machine_read(made, bytes, &machine), expected);
	EXPECT(machine.problem && strstr(machine.problem, text), true);
	free(made);
}

static void root_begin(struct blob *blob)
{
	*blob = (struct blob){0};
	blob_begin(blob, "");
}

static void add_ram(struct blob *blob, uint32_t ranges)
{
	for (uint32_t index = 0; index < ranges; index++) {
		blob_begin(blob, "memory");
		blob_text(blob, "device_type", "memory");
		BLOB_CELLS(blob, "reg", 0, 0x80000000 + 0x10000 * index, 0x10000);
		blob_end(blob);
	}
}

static void add_harts(struct blob *blob, uint32_t harts, uint32_t timebase_hz)
{
	blob_begin(blob, "cpus");
	BLOB_CELLS(blob, "#address-cells", 1);
	if (timebase_hz)
		BLOB_CELLS(blob, "timebase-frequency", timebase_hz);
	for (uint32_t index = 0; index < harts; index++) {
		blob_begin(blob, "cpu");
		blob_text(blob, "device_type", "cpu");
		BLOB_CELLS(blob, "reg", index);
		blob_end(blob);
	}
	blob_end(blob);
}

static void root_end(struct blob *blob)
{
	blob_end(blob);
	blob_token(blob, BLOB_END);
}

static void machine_essentials_missing_named(void)
{
	struct blob blob;
	root_begin(&blob);
	add_harts(&blob, 1, 1000);
	root_end(&blob);
	expect_problem(&blob, FL_BAD_ARGUMENT, "RAM");
	root_begin(&blob);
	add_ram(&blob, 1);
	add_harts(&blob, 0, 1000);
	root_end(&blob);
	expect_problem(&blob, FL_BAD_ARGUMENT, "hart");
	root_begin(&blob);
	add_ram(&blob, 1);
	add_harts(&blob, 1, 0);
	root_end(&blob);
	expect_problem(&blob, FL_BAD_ARGUMENT, "timebase");
	blob.tokens_bytes -= 4;
	expect_problem(&blob, FL_BAD_ARGUMENT, "malformed");
	EXPECT(machine_read("not a device tree, but long enough for a header", 48, &machine),
	       FL_BAD_ARGUMENT);
	EXPECT(machine_check(&machine, FL_BAD_ARGUMENT) == NULL, true);
}

static void tables_full_rest_dropped(void)
{
	static struct blob blob;
	char args[FL_BOOT_ARGS_BYTES + 100];
	uint32_t bytes;
	memset(args, 'x', sizeof args);
	root_begin(&blob);
	add_ram(&blob, MACHINE_RAM_MAX + 1);
	add_harts(&blob, MACHINE_HARTS_MAX + 3, 1000);
	for (uint32_t index = 0; index < MACHINE_VIRTIO_MAX + 2; index++) {
		blob_begin(&blob, "virtio");
		blob_text(&blob, "compatible", "virtio,mmio");
		BLOB_CELLS(&blob, "reg", 0, 0x1000 * index, 0x1000);
		BLOB_CELLS(&blob, "interrupts", index);
		blob_end(&blob);
	}
	blob_begin(&blob, "chosen");
	blob_property(&blob, "bootargs", args, sizeof args); // and without a NUL
	blob_end(&blob);
	root_end(&blob);
	uint8_t *made = blob_make(&blob, &bytes);
	EXPECT(machine_read(made, bytes, &machine), FL_OK);
	free(made);
	EXPECT(machine.ram_count, MACHINE_RAM_MAX);
	EXPECT(machine.hart_count, MACHINE_HARTS_MAX);
	EXPECT(machine.hart_total, MACHINE_HARTS_MAX + 3);
	EXPECT(machine.virtio_count, MACHINE_VIRTIO_MAX);
	EXPECT(machine.virtio[15].range.base, 0xf000);
	EXPECT(machine.virtio[15].irq, 15);
	EXPECT(strlen(machine.args), FL_BOOT_ARGS_BYTES - 1);
}

static void reservations_bad_refused(void)
{
	static struct blob blob;
	uint32_t bytes;
	root_begin(&blob);
	add_ram(&blob, 1);
	add_harts(&blob, 1, 1000);
	blob_begin(&blob, "reserved-memory");
	BLOB_CELLS(&blob, "#address-cells", 3);
	blob_begin(&blob, "firmware");
	BLOB_CELLS(&blob, "reg", 0, 0, 0x80000000, 0x1000);
	blob_end(&blob);
	blob_end(&blob);
	root_end(&blob);
	expect_problem(&blob, FL_BAD_ARGUMENT, "reservation");

	root_begin(&blob);
	add_ram(&blob, 1);
	add_harts(&blob, 1, 1000);
	root_end(&blob);
	for (uint32_t index = 0; index <= MACHINE_RESERVED_MAX; index++) {
		blob.reserved[2 * index + 1] = 0x1000;
		blob.reserved[2 * index] = 0x1000 * index;
	}
	blob.reserved_count = MACHINE_RESERVED_MAX + 1;
	expect_problem(&blob, FL_LIMIT, "too many reservations");
	blob.reserved_count = MACHINE_RESERVED_MAX;
	uint8_t *made = blob_make(&blob, &bytes);
	EXPECT(machine_read(made, bytes, &machine), FL_OK);
	EXPECT(machine.reserved_count, MACHINE_RESERVED_MAX);
	blob_word(made + BLOB_RESERVATIONS + 0, 0xffffffff); // the last byte of all: nothing left
	blob_word(made + BLOB_RESERVATIONS + 4, 0xffffffff);
	EXPECT(machine_read(made, bytes, &machine), FL_OK);
	EXPECT(machine.reserved_count, MACHINE_RESERVED_MAX - 1);
	blob_word(made + BLOB_RESERVED, bytes & ~7u); // no room for an entry
	EXPECT(machine_read(made, bytes, &machine), FL_BAD_ARGUMENT);
	free(made);
}

static const char *const files[] = {"virt-1.dtb", "virt-4.dtb", "narrow.dtb", "wide.dtb"};

// A copy that ends where its memory ends, with `total` as the size in its header.
static void expect_cut(const uint8_t *blob, uint32_t bytes, uint32_t total)
{
	uint8_t *cut = malloc(bytes ? bytes : 1);
	memcpy(cut, blob, bytes);
	if (bytes >= BLOB_TOTAL + 4)
		blob_word(cut + BLOB_TOTAL, total);
	fl_error_t error = machine_read(cut, bytes, &machine);
	EXPECT(error, FL_BAD_ARGUMENT);
	EXPECT(machine_check(&machine, error) == NULL, true);
	free(cut);
}

static void blob_cut_anywhere_refused(void)
{
	for (unsigned file = 0; file < sizeof files / sizeof files[0]; file++) {
		uint32_t bytes;
		uint8_t *blob = blob_read(folder, files[file], &bytes);
		for (uint32_t length = 0; length < bytes; length++) {
			expect_cut(blob, length, bytes);
			expect_cut(blob, length, length);
		}
		free(blob);
	}
}

// The structure block ends early, the header says so: only whole trees are read.
static void blob_tokens_cut_anywhere_refused(void)
{
	for (unsigned file = 0; file < sizeof files / sizeof files[0]; file++) {
		uint32_t bytes, length = 0;
		uint8_t *blob = blob_read(folder, files[file], &bytes);
		for (int byte = 0; byte < 4; byte++)
			length = length << 8 | blob[BLOB_TOKENS_BYTES + byte];
		while (length-- > 0) {
			blob_word(blob + BLOB_TOKENS_BYTES, length);
			EXPECT(machine_read(blob, bytes, &machine), FL_BAD_ARGUMENT);
		}
		free(blob);
	}
}

static void blob_byte_changed_contained(void)
{
	static const uint8_t flips[] = {0x01, 0x04, 0x80, 0xff};
	for (unsigned file = 0; file < sizeof files / sizeof files[0]; file++) {
		uint32_t bytes, refused = 0;
		uint8_t *blob = blob_read(folder, files[file], &bytes);
		for (uint32_t at = 0; at < bytes; at++) {
			for (unsigned flip = 0; flip < sizeof flips; flip++) {
				blob[at] ^= flips[flip];
				fl_error_t error = machine_read(blob, bytes, &machine);
				EXPECT(machine_check(&machine, error) == NULL, true);
				refused += error != FL_OK;
				blob[at] ^= flips[flip];
			}
			uint8_t kept = blob[at];
			blob[at] = 0;
			EXPECT(machine_check(&machine, machine_read(blob, bytes, &machine)) == NULL, true);
			blob[at] = kept;
		}
		// Every change to a token, for example, is found; text may change unseen.
		EXPECT(refused > 100 && refused < 4 * bytes, true);
		free(blob);
	}
}

int main(int count, char **arguments)
{
	static const struct tap_test tests[] = {
#define TEST(name) {#name, name}
		TEST(machine_essentials_missing_named), TEST(tables_full_rest_dropped),
		TEST(reservations_bad_refused),         TEST(blob_cut_anywhere_refused),
		TEST(blob_tokens_cut_anywhere_refused), TEST(blob_byte_changed_contained),
	};
	if (count != 2)
		tap_bail("usage", "machine_bad_test FOLDER");
	folder = arguments[1];
	return tap_run(tests, sizeof tests / sizeof tests[0]);
}
