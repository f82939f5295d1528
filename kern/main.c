// The kernel's start: firmware comes in at entry.S, root's first instruction is where it ends.
#include "boot.h"
#include "check.h"
#include "console.h"
#include "create.h"
#include "irq.h"
#include "panic.h"
#include "riscv.h"
#include "time.h"
#include "tlb.h"
#include "trap.h"

#define DEVICE_TREE_MAX_BYTES (2ul << 20)
#define ASID_BITS_MAX 16

struct hart hart0;

// The value of `key=number` in the boot arguments, or `otherwise`.
static uint64_t boot_argument(const char *args, const char *key, uint64_t otherwise)
{
	size_t length = strlen(key);
	for (const char *at = args; *at; at++) {
		bool is_word_start = at == args || at[-1] == ' ';
		if (!is_word_start || memcmp(at, key, min_u64(length, strlen(at))) || at[length] != '=')
			continue;
		uint64_t value = 0;
		for (at += length + 1; *at >= '0' && *at <= '9'; at++)
			value = value * 10 + (uint64_t)(*at - '0');
		return value;
	}
	return otherwise;
}

static void hart_init(void)
{
	extern char boot_stack_top[];
	hart0.stack_top = (uintptr_t)boot_stack_top;
	for (unsigned i = 0; i < FL_PRIORITY_COUNT; i++)
		list_init(&hart0.ready[i]);
}

_Noreturn void kern_main(uint64_t hart_id, uint64_t device_tree);
void kern_main(uint64_t hart_id, uint64_t device_tree)
{
	static struct machine machine;
	static struct boot_layout layout;
	hart_init();
	if (machine_read(phys_to_virt(PA(device_tree)), DEVICE_TREE_MAX_BYTES, &machine))
		boot_fail(machine.problem);
	panic_init(&machine);
	boot_memory(&machine, &layout);
	tlb_init(kernel_root, (unsigned)boot_argument(machine.args, "asid_bits", ASID_BITS_MAX));
	irq_init(&machine, hart_id);
	time_init(machine.timebase_hz, machine.has_sstc);
	boot_root(&machine, &layout, hart_id);
	kern_check_panic(boot_argument(machine.args, "check_panic", 0));
	time_slice_start();
	csr_clear(sstatus, SSTATUS_SPP | SSTATUS_FS); // the first sret leads to user mode
	thread_resume(trap_leave());
}
