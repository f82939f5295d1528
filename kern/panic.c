// Panics; see panic.h. boot/run turns the backtrace's addresses into names and lines.
#include "panic.h"

#include "console.h"
#include "object.h"
#include "riscv.h"
#include "sbi.h"

#define BACKTRACE_MAX 32

static volatile uint32_t *test_device;

void panic_init(const struct machine *machine)
{
	if (machine->test.range.bytes)
		test_device = phys_to_virt(PA(machine->test.range.base));
}

// The test device ("sifive,test1"): 0x5555 = pass; status << 16 | 0x3333 = fail with that status.
void machine_stop(uint64_t status)
{
	if (test_device)
		*test_device = status ? (uint32_t)(status & 0xff) << 16 | 0x3333 : 0x5555;
	sbi_shutdown(status != 0);
	for (;;)
		__asm__ volatile("wfi");
}

void boot_fail(const char *why)
{
	console_put("\npanic: boot: ");
	console_put(why);
	console_put("\n");
	machine_stop(PANIC_STATUS);
}

// The faulting pc, if there is one, then who called whom. Frame records lie below the frame
// pointer: the caller's at -16, the return address at -8; two bytes before that is inside the call.
static void backtrace(uint64_t pc, uint64_t frame_pointer)
{
	extern char _start[], kernel_end[];
	console_put("backtrace:");
	for (unsigned i = 0; i < BACKTRACE_MAX; i++) {
		if (pc) {
			console_put(" ");
			console_hex(pc);
		}
		if (!is_aligned(frame_pointer, 8) || frame_pointer < (uintptr_t)_start + 16 ||
		    frame_pointer >= (uintptr_t)kernel_end)
			break;
		const uint64_t *record = (const uint64_t *)(uintptr_t)frame_pointer - 2;
		pc = record[1] - 2;
		frame_pointer = record[0];
	}
	console_put("\n");
}

static _Noreturn void panic_end(uint64_t pc, uint64_t frame_pointer)
{
	static bool is_nested;
	const struct thread *thread = this_hart()->current;
	if (!is_nested) {
		is_nested = true;
		console_put("panic: scause ");
		console_hex(csr_read(scause));
		console_put(" stval ");
		console_hex(csr_read(stval));
		console_put(" sepc ");
		console_hex(csr_read(sepc));
		console_put(" thread ");
		console_hex((uintptr_t)thread);
		if (thread) {
			console_put(" number ");
			console_decimal(thread->number);
			console_put(" pc ");
			console_hex(thread->pc);
		}
		console_put("\n");
		backtrace(pc, frame_pointer);
	}
	machine_stop(PANIC_STATUS);
}

void panic_at(const char *file, int line, const char *what)
{
	console_put("\npanic: ");
	console_put(what);
	console_put(" at ");
	console_put(file);
	console_put(":");
	console_decimal((uint64_t)line);
	console_put("\n");
	panic_end(0, (uintptr_t)__builtin_frame_address(0));
}

// entry.S: a trap in the kernel that no fix-up covers.
_Noreturn void panic_trap(uint64_t pc, uint64_t frame_pointer);
void panic_trap(uint64_t pc, uint64_t frame_pointer)
{
	console_put("\npanic: trap in the kernel\n");
	panic_end(pc, frame_pointer);
}
