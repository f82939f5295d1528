// Tests of kern/machine.c: exact values on trees compiled from the .dts files beside this file.
// Not here: trees that lack something or are broken (machine_bad_test.c).
//
// Usage: machine_test FOLDER, which holds virt-1.dtb, virt-4.dtb, narrow.dtb and wide.dtb.
#include <string.h>

#include "blob.h"
#include "machine.h"
#include "machine_check.h"
#include "tap.h"

static const char *folder;
static struct machine machine;

static fl_error_t file_machine(const char *name)
{
	uint32_t bytes;
	uint8_t *made = blob_read(folder, name, &bytes);
	fl_error_t error = machine_read(made, bytes, &machine);
	free(made);
	if (machine.problem)
		printf("# %s: %s\n", name, machine.problem);
	EXPECT(machine_check(&machine, error) == NULL, true);
	return error;
}

static void expect_device(struct machine_device device, uint64_t base, uint64_t bytes, uint32_t irq)
{
	EXPECT(device.range.base, base);
	EXPECT(device.range.bytes, bytes);
	EXPECT(device.irq, irq);
}

static void expect_range(struct machine_range range, uint64_t base, uint64_t bytes)
{
	EXPECT(range.base, base);
	EXPECT(range.bytes, bytes);
}

static void expect_virt_devices(void)
{
	expect_device(machine.uart, 0x10000000, 0x100, 10);
	expect_device(machine.test, 0x100000, 0x1000, 0);
	expect_device(machine.rtc, 0x101000, 0x1000, 11);
	expect_device(machine.plic, 0xc000000, 0x600000, 0);
	EXPECT(machine.plic_sources, 96);
	EXPECT(machine.virtio_count, 8);
	for (uint32_t slot = 0; slot < 8; slot++)
		expect_device(machine.virtio[slot], 0x10008000 - 0x1000 * slot, 0x1000, 8 - slot);
}

static void machine_virt4_exact(void)
{
	static const uint8_t seed[] = {0xd4, 0xb9, 0x5e, 0x57, 0xab, 0x48, 0xea, 0x8f};
	EXPECT(file_machine("virt-4.dtb"), FL_OK);
	EXPECT(machine.ram_count, 1);
	expect_range(machine.ram[0], 0x80000000, 128 << 20);
	EXPECT(machine.reserved_count, 0);
	EXPECT(machine.initrd_start, 0x84200000);
	EXPECT(machine.initrd_end, 0x84208b50);
	EXPECT(strcmp(machine.args, "a=b"), 0);
	EXPECT(memcmp(machine.seed, seed, sizeof seed), 0);
	EXPECT(machine.seed[31], 0xd2);
	EXPECT(machine.timebase_hz, 10000000);
	EXPECT(machine.has_sstc, true);
	EXPECT(machine.hart_count, 4);
	EXPECT(machine.hart_total, 4);
	for (uint32_t hart = 0; hart < 4; hart++) {
		EXPECT(machine.hart[hart].id, hart);
		EXPECT(machine.hart[hart].phandle, 8 - 2 * hart);
		EXPECT(machine.hart[hart].context, 2 * hart + 1);
		EXPECT(machine_hart(&machine, hart) == &machine.hart[hart], true);
	}
	EXPECT(machine_hart(&machine, 4) == NULL, true);
	expect_virt_devices();
}

static void machine_virt1_exact(void)
{
	static const char no_args[FL_BOOT_ARGS_BYTES];
	EXPECT(file_machine("virt-1.dtb"), FL_OK);
	expect_range(machine.ram[0], 0x80000000, 32 << 20);
	EXPECT(machine.initrd_start, 0);
	EXPECT(machine.initrd_end, 0);
	EXPECT(memcmp(machine.args, no_args, sizeof no_args), 0);
	EXPECT(machine.hart_count, 1);
	EXPECT(machine.hart[0].id, 0);
	EXPECT(machine.hart[0].phandle, 2);
	EXPECT(machine.hart[0].context, 1);
	expect_virt_devices();
}

static void machine_narrow_cells_exact(void)
{
	static const uint8_t seed[MACHINE_SEED_BYTES] = {1, 2, 3, 4, 5};
	EXPECT(file_machine("narrow.dtb"), FL_OK);
	EXPECT(machine.ram_count, 2);
	expect_range(machine.ram[0], 0x80000000, 0x8000000);
	expect_range(machine.ram[1], 0xa0000000, 0x4000000);
	EXPECT(machine.initrd_start, 0x88000000);
	EXPECT(machine.initrd_end, 0x88001234);
	EXPECT(strcmp(machine.args, "pager=fifo"), 0);
	EXPECT(memcmp(machine.seed, seed, sizeof seed), 0);
	expect_device(machine.uart, 0x10010000, 0x1000, 4);
	expect_device(machine.test, 0x4000, 0x1000, 0);
	expect_device(machine.rtc, 0, 0, 0);
	expect_device(machine.plic, 0xc000000, 0x4000000, 0);
	EXPECT(machine.plic_sources, 53);
	EXPECT(machine.virtio_count, 0);
}

static void harts_disabled_left_out(void)
{
	EXPECT(file_machine("narrow.dtb"), FL_OK);
	EXPECT(machine.hart_count, 2);
	EXPECT(machine.hart_total, 2);
	EXPECT(machine.timebase_hz, 1000000); // of the first hart that is usable
	EXPECT(machine.hart[0].id, 0x100000001);
	EXPECT(machine.hart[0].context, 2);
	EXPECT(machine.hart[0].has_sstc, true);
	EXPECT(machine.hart[1].id, 0x100000002);
	EXPECT(machine.hart[1].context, 4);
	EXPECT(machine.hart[1].has_sstc, false);
	EXPECT(machine.has_sstc, false);
	EXPECT(machine_hart(&machine, 0) == NULL, true);
	EXPECT(machine_hart(&machine, 0x100000003) == NULL, true);
}

static void machine_wide_cells_exact(void)
{
	EXPECT(file_machine("wide.dtb"), FL_OK);
	EXPECT(machine.ram_count, 2); // the one that wraps and the one that is disabled are left out
	expect_range(machine.ram[0], 0x80000000, 0x180000000);
	expect_range(machine.ram[1], 0x300000000, 0x200000000);
	EXPECT(machine.initrd_start, 0x120000000);
	EXPECT(machine.initrd_end, 0x128000000);
	for (uint32_t byte = 0; byte < MACHINE_SEED_BYTES; byte++)
		EXPECT(machine.seed[byte], byte);
	EXPECT(machine.timebase_hz, 24000000);
	EXPECT(machine.hart_count, 1);
	EXPECT(machine.hart[0].id, 5);
	EXPECT(machine.hart[0].phandle, 0);
	EXPECT(machine.hart[0].context, MACHINE_NO_CONTEXT);
	EXPECT(machine.has_sstc, true);
	EXPECT(machine.virtio_count, 1);
	expect_device(machine.virtio[0], 0x10001000, 0x200, 0);
}

static void reservations_both_kinds_listed(void)
{
	EXPECT(file_machine("wide.dtb"), FL_OK);
	EXPECT(machine.reserved_count, 6);
	expect_range(machine.reserved[0], 0x80000000, 0x40000);
	expect_range(machine.reserved[1], 0x84000000, 0x10000);
	expect_range(machine.reserved[2], 0x80000000, 0x80000);
	expect_range(machine.reserved[3], 0x300000000, 0x1000);
	expect_range(machine.reserved[4], 0x400000000, 0x100000000);
	expect_range(machine.reserved[5], 0xfffffffffffff000, 0xfff); // cut where addresses end
}

static void devices_unreachable_left_out(void)
{
	EXPECT(file_machine("wide.dtb"), FL_OK);
	expect_device(machine.uart, 0x700006000, 0x100, 0);
	EXPECT(machine.plic.range.bytes, 0);
	EXPECT(machine.test.range.bytes, 0);
}

int main(int count, char **arguments)
{
	static const struct tap_test tests[] = {
#define TEST(name) {#name, name}
		TEST(machine_virt4_exact),          TEST(machine_virt1_exact),
		TEST(machine_narrow_cells_exact),   TEST(harts_disabled_left_out),
		TEST(machine_wide_cells_exact),     TEST(reservations_both_kinds_listed),
		TEST(devices_unreachable_left_out),
	};
	if (count != 2)
		tap_bail("usage", "machine_test FOLDER");
	folder = arguments[1];
	return tap_run(tests, sizeof tests / sizeof tests[0]);
}
