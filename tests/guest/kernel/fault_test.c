// Exceptions of user code: each becomes a message with the exact cause, stval, pc, sp and thread.
#include "fixture.h"
#include "fl/string.h"
#include "raw.h"

#define PLACE 0x800000ul // pages from here on
enum { READ_ONLY, WRITABLE, CODE, ABSENT, DEVICE, PLACES };
#define AT(place) (PLACE + (place)*FL_PAGE_SIZE)
#define KERNEL_VA 0xffffffc080200000ul
#define UNASSIGNED 0x800 // in the page of the console's registers: no register there
#define BIT(cause) (1u << (cause))
#define INSTRUCTION ~0ul // stval is the instruction itself

static fl_slot_t pager, space, thread;
static uint64_t page[3];

static void machine_open(void)
{
	static const unsigned prot[] = {1, 3, 5};
	unsigned installed;
	pager = endpoint_new();
	space = program_new(pager, 71);
	thread = program_thread(space, 2, raw_ebreak, 0, 0, 0);
	for (unsigned i = READ_ONLY; i <= CODE; i++) {
		page[i] = page_new();
		expect(FL_OK, page_map(space, AT(i), page[i], prot[i]));
	}
	const struct fl_boot_item *item = &boot->item[0];
	expect(FL_BOOT_UART, item->kind);
	expect(FL_OK, fl_map_fixed(space, AT(DEVICE), item->slot, 0, 1, 3, &installed));
	expect(FL_OK, fl_map_fixed(space, AT(DEVICE + 1), item->slot, 0, 1, 5, &installed));
}

static void machine_close(void)
{
	object_end(thread);
	object_end(space);
	object_end(pager);
	for (unsigned i = READ_ONLY; i <= CODE; i++)
		page_end(page[i]);
}

// Runs code(a0) until it faults; the message.
static struct fl_message fault_of(code_t code, uint64_t a0, uint64_t sp)
{
	struct fl_message m = {0};
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_STOP, 0));
	thread_set(thread, code, sp, a0, 0, 0);
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_START, 0));
	expect(FL_OK, fl_receive(pager, &m));
	expect(FL_RECEIVED_FAULT, m.received);
	expect(71, m.badge);
	expect(0, m.handle);
	expect(2000 + space, m.word[4]);
	expect(0, m.word[5]);
	expect(sp, m.word[3]);
	return m;
}

struct fault_case {
	code_t code;
	uint64_t a0;
	unsigned causes; // bit set of those that are right
	uint64_t stval;
	uint64_t pc; // 0: where the code starts, or where it jumps to
};

static void cases_run(const struct fault_case *one, unsigned count)
{
	machine_open();
	for (unsigned i = 0; i < count; i++) {
		uint64_t pc = one[i].code == raw_jump ? one[i].a0 : (uintptr_t)one[i].code;
		pc = one[i].pc ? one[i].pc : pc;
		uint64_t stval = one[i].stval;
		if (stval == INSTRUCTION)
			stval = *(const uint32_t *)pc;
		struct fl_message m = fault_of(one[i].code, one[i].a0, 0xdeadbe0 + i * 16);
		bool good = expect(true, m.word[0] < 32 && one[i].causes & BIT(m.word[0]));
		good &= expect(stval, m.word[1]);
		if (!expect(pc, m.word[2]) || !good)
			note("case %u: cause %lu", i, (unsigned long)m.word[0]);
	}
	machine_close();
}
#define CASES(cases) cases_run(cases, sizeof(cases) / sizeof((cases)[0]))

static void load_where_forbidden_load_fault(void)
{
	static const uint64_t va[] = {0,
	                              8,
	                              AT(ABSENT),
	                              AT(ABSENT) + 0xff8,
	                              FL_USER_END - 8,
	                              FL_USER_END,
	                              1ul << 40,
	                              1ul << 63,
	                              KERNEL_VA,
	                              -8ul,
	                              0xffffffc010000000};
	struct fault_case cases[22];
	for (unsigned i = 0; i < 22; i++)
		cases[i] = (struct fault_case){i % 2 ? raw_load : raw_load_byte, va[i / 2],
		                               BIT(FL_CAUSE_LOAD_PAGE), va[i / 2], 0};
	CASES(cases);
}

static void store_where_forbidden_store_fault(void)
{
	static const uint64_t va[] = {0,
	                              AT(ABSENT),
	                              AT(ABSENT) + 0xff8,
	                              FL_USER_END,
	                              1ul << 40,
	                              1ul << 63,
	                              KERNEL_VA,
	                              -8ul,
	                              AT(READ_ONLY),
	                              AT(CODE),
	                              AT(READ_ONLY) + 0xff8};
	struct fault_case cases[22];
	for (unsigned i = 0; i < 22; i++)
		cases[i] = (struct fault_case){i % 2 ? raw_store : raw_store_byte, va[i / 2],
		                               BIT(FL_CAUSE_STORE_PAGE), va[i / 2], 0};
	CASES(cases);
}

static void fetch_where_forbidden_fetch_fault(void)
{
	static const uint64_t va[] = {
		0,         AT(ABSENT), AT(ABSENT) + 2, FL_USER_END,  1ul << 40,
		1ul << 63, KERNEL_VA,  AT(READ_ONLY),  AT(WRITABLE), AT(WRITABLE) + 0xffe};
	struct fault_case cases[10];
	for (unsigned i = 0; i < 10; i++)
		cases[i] = (struct fault_case){raw_jump, va[i], BIT(FL_CAUSE_FETCH_PAGE), va[i], 0};
	CASES(cases);
}

static void access_over_page_end_second_page_told(void)
{
	const uint64_t end = AT(CODE) + FL_PAGE_SIZE; // ABSENT begins there
	const struct fault_case cases[] = {
		{raw_load, end - 4, BIT(FL_CAUSE_LOAD_PAGE), end, 0},
		{raw_load, end - 1, BIT(FL_CAUSE_LOAD_PAGE), end, 0},
		{raw_store, AT(WRITABLE) + FL_PAGE_SIZE - 4, BIT(FL_CAUSE_STORE_PAGE),
	     AT(WRITABLE) + FL_PAGE_SIZE, 0},
	};
	CASES(cases);
	// A four-byte instruction (addi zero, zero, 1) of which only the first half is there.
	machine_open();
	uint16_t *half = (uint16_t *)((char *)page_at(page[CODE]) + FL_PAGE_SIZE - 2);
	*half = 0x0013;
	struct fl_message m = fault_of(raw_jump, end - 2, 0x1000);
	expect(FL_CAUSE_FETCH_PAGE, m.word[0]);
	expect(end, m.word[1]);
	expect(end - 2, m.word[2]);
	machine_close();
}

static void atomic_where_forbidden_fault(void)
{
	// Which page-fault cause an atomic gives on an absent page depends on the machine: QEMU's
	// differs between one hart and several.
	const unsigned page_fault = BIT(FL_CAUSE_LOAD_PAGE) | BIT(FL_CAUSE_STORE_PAGE);
	const unsigned misaligned = BIT(FL_CAUSE_LOAD_MISALIGNED) | BIT(FL_CAUSE_STORE_MISALIGNED);
	const struct fault_case cases[] = {
		{raw_amo, AT(ABSENT), page_fault, AT(ABSENT), 0},
		{raw_amo, 0, page_fault, 0, 0},
		{raw_amo, AT(READ_ONLY), page_fault, AT(READ_ONLY), 0},
		{raw_amo, 1ul << 40, page_fault, 1ul << 40, 0},
		{raw_amo, AT(WRITABLE) + 4, misaligned, AT(WRITABLE) + 4, 0},
		{raw_amo, AT(WRITABLE) + 1, misaligned, AT(WRITABLE) + 1, 0},
		{raw_reserve, AT(ABSENT), BIT(FL_CAUSE_LOAD_PAGE), AT(ABSENT), 0},
	};
	CASES(cases);
}

static void instruction_not_allowed_illegal(void)
{
	const struct fault_case cases[] = {
		{raw_zero, 0, BIT(FL_CAUSE_ILLEGAL), 0, 0},
		{raw_wfi, 0, BIT(FL_CAUSE_ILLEGAL), INSTRUCTION, 0},
		{raw_sret, 0, BIT(FL_CAUSE_ILLEGAL), INSTRUCTION, 0},
		{raw_sfence, 0, BIT(FL_CAUSE_ILLEGAL), INSTRUCTION, 0},
		{raw_csr_read, 0, BIT(FL_CAUSE_ILLEGAL), INSTRUCTION, 0},
		{raw_csr_write, 0, BIT(FL_CAUSE_ILLEGAL), INSTRUCTION, 0},
		{raw_float_illegal, 0, BIT(FL_CAUSE_ILLEGAL), INSTRUCTION, (uintptr_t)raw_float_illegal_at},
		{raw_jump, AT(CODE), BIT(FL_CAUSE_ILLEGAL), 0, 0},
	};
	CASES(cases);
}

static void breakpoint_told_with_its_pc(void)
{
	const struct fault_case cases[] = {{raw_ebreak, 0, BIT(FL_CAUSE_BREAKPOINT), 0, 0}};
	CASES(cases);
}

static void device_without_register_access_fault(void)
{
	const uint64_t data = AT(DEVICE) + UNASSIGNED, code = AT(DEVICE + 1) + UNASSIGNED;
	const struct fault_case cases[] = {
		{raw_load, data, BIT(FL_CAUSE_LOAD_ACCESS), data, 0},
		{raw_store, data, BIT(FL_CAUSE_STORE_ACCESS), data, 0},
		{raw_jump, code, BIT(FL_CAUSE_FETCH_ACCESS), code, 0},
	};
	CASES(cases);
}

// Without a pager, or with one that is gone, the thread stops; it goes on when it gets one.
static void fault_without_pager_thread_stopped_until_started(void)
{
	static struct fl_context context;
	machine_open();
	fl_slot_t gone = endpoint_new();
	expect(FL_OK, fl_space_set_pager(space, gone, 5));
	object_end(gone);
	thread_set(thread, raw_load, 0x1000, AT(ABSENT), 0, 0);
	for (unsigned round = 0; round < 3; round++) {
		expect(FL_OK, fl_thread_control(thread, FL_THREAD_START, 0));
		settle();
		// SET is possible: it is stopped.
		context = *context_of(thread);
		expect((uintptr_t)raw_load, context.pc);
		expect(FL_OK, fl_thread_context(thread, FL_CONTEXT_SET, &context));
	}
	expect(FL_OK, fl_space_set_pager(space, pager, 6));
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_START, 0));
	struct fl_message m = {0};
	expect(FL_OK, fl_receive(pager, &m));
	expect(6, m.badge);
	expect(AT(ABSENT), m.word[1]);
	machine_close();
}

static const struct test tests[] = {
	TEST(load_where_forbidden_load_fault),
	TEST(store_where_forbidden_store_fault),
	TEST(fetch_where_forbidden_fetch_fault),
	TEST(access_over_page_end_second_page_told),
	TEST(atomic_where_forbidden_fault),
	TEST(instruction_not_allowed_illegal),
	TEST(breakpoint_told_with_its_pc),
	TEST(device_without_register_access_fault),
	TEST(fault_without_pager_thread_stopped_until_started),
};
SUITE(fault, tests);
