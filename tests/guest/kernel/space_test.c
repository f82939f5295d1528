// Address spaces in turn: each sees only its own pages, whatever the number of ASIDs; and fence.i.
#include "fixture.h"
#include "fl/string.h"

#define SPACES 12 // more than an ASID of 3 bits has numbers for
#define ROUNDS 20
#define OWN_VA 0xa00000ul

static struct {
	fl_slot_t space, thread;
	uint64_t page;
} member[SPACES];

// Calls with what it sees at OWN_VA, and adds one to it.
static void watch(uint64_t a0, uint64_t a1, uint64_t a2)
{
	(void)a1, (void)a2;
	volatile uint64_t *own = (volatile uint64_t *)a0;
	for (;;) {
		struct fl_message m = {.word = {*own}};
		*own = m.word[0] + 1;
		if (fl_call(1, &m))
			__asm__ volatile("ebreak");
	}
}

static void members_open(fl_slot_t endpoint)
{
	for (unsigned i = 0; i < SPACES; i++) {
		member[i].space = program_new(endpoint, 500 + i);
		member[i].thread = program_thread(member[i].space, 3, watch, OWN_VA, 0, 0);
		member[i].page = page_new();
		*(uint64_t *)page_at(member[i].page) = (i + 1) * 1000;
		expect(FL_OK, page_map(member[i].space, OWN_VA, member[i].page, 3));
		expect(FL_OK, fl_handle_copy(member[i].space, 1, endpoint, FL_RIGHT_CALL, i + 1, 0));
		expect(FL_OK, fl_thread_control(member[i].thread, FL_THREAD_START, 0));
	}
}

static void members_close(void)
{
	for (unsigned i = 0; i < SPACES; i++) {
		object_end(member[i].thread);
		object_end(member[i].space);
		page_end(member[i].page);
	}
}

static void spaces_many_in_turn_each_sees_its_own_page(void)
{
	fl_slot_t endpoint = endpoint_new();
	members_open(endpoint);
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t token[SPACES], seen = 0;
		for (unsigned i = 0; i < SPACES; i++) {
			struct fl_message m = {0};
			expect(FL_OK, fl_receive(endpoint, &m));
			require(m.received == FL_RECEIVED_CALL && m.badge >= 1 && m.badge <= SPACES);
			expect(m.badge * 1000 + round, m.word[0]);
			token[m.badge - 1] = m.token;
			seen |= 1ul << m.badge;
		}
		expect((1ul << (SPACES + 1)) - 2, seen);
		for (unsigned i = 0; i < SPACES; i++) {
			// Not always the same order.
			const struct fl_message m = {.token = token[(i * 5 + round) % SPACES]};
			expect(FL_OK, fl_reply(endpoint, &m));
		}
	}
	for (unsigned i = 0; i < SPACES; i++)
		expect((i + 1) * 1000 + ROUNDS, *(uint64_t *)page_at(member[i].page));
	members_close();
	object_end(endpoint);
}

// Another page at the same address, between two looks of the space.
static void page_replaced_new_content_seen(void)
{
	struct fl_message m = {0};
	uint64_t other = page_new();
	*(uint64_t *)page_at(other) = 7777;
	fl_slot_t endpoint = endpoint_new();
	members_open(endpoint);
	uint64_t token[SPACES];
	for (unsigned i = 0; i < SPACES; i++) {
		m = (struct fl_message){0};
		expect(FL_OK, fl_receive(endpoint, &m));
		token[m.badge - 1] = m.token;
	}
	for (unsigned i = 0; i < SPACES; i++) {
		expect(FL_OK, page_map(member[i].space, OWN_VA, other, 3));
		const struct fl_message answer = {.token = token[i]};
		expect(FL_OK, fl_reply(endpoint, &answer));
		m = (struct fl_message){0};
		expect(FL_OK, fl_receive(endpoint, &m));
		expect(i + 1, m.badge);
		expect(7777 + i, m.word[0]);
		token[i] = m.token;
	}
	// Taken away, it faults; taken to read-only, a store faults.
	for (unsigned i = 0; i < SPACES; i++) {
		uint64_t done, removed;
		if (i % 2)
			expect(FL_OK, fl_unmap(member[i].space, OWN_VA, 1, &done, &removed));
		else
			expect(FL_OK, fl_protect(member[i].space, OWN_VA, 1, FL_PROT_WRITE, &done));
		const struct fl_message answer = {.token = token[i]};
		expect(FL_OK, fl_reply(endpoint, &answer));
		m = (struct fl_message){0};
		expect(FL_OK, fl_receive(endpoint, &m));
		expect(FL_RECEIVED_FAULT, m.received);
		expect(500 + i, m.badge);
		expect(OWN_VA, m.word[1]);
		expect(i % 2 ? FL_CAUSE_LOAD_PAGE : FL_CAUSE_STORE_PAGE, m.word[0]);
	}
	members_close();
	object_end(endpoint);
	page_end(other);
}

// addi a0, zero, number; ebreak
static void code_write(uint64_t page, unsigned number)
{
	volatile uint32_t *code = page_at(page);
	code[0] = number << 20 | 10 << 7 | 0x13;
	code[1] = 0x00100073;
}

// Where the program's thread, started at OWN_VA, comes to its breakpoint: a0 then.
static uint64_t code_run(fl_slot_t pager, fl_slot_t thread)
{
	struct fl_message m = {0};
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_STOP, 0));
	thread_set(thread, (code_t)OWN_VA, 0, 0, 0, 0);
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_START, 0));
	expect(FL_OK, fl_receive(pager, &m));
	expect(FL_CAUSE_BREAKPOINT, m.word[0]);
	return context_of(thread)->x[X_A0];
}

static uint64_t fences(void)
{
	struct fl_result r;
	fl_counters(&r);
	return r.value[4];
}

static void code_replaced_new_code_runs(void)
{
	uint64_t done, removed, a = page_new(), b = page_new();
	fl_slot_t pager = endpoint_new(), space = program_new(pager, 1);
	fl_slot_t thread = program_thread(space, 3, (code_t)OWN_VA, 0, 0, 0);
	code_write(a, 100);
	code_write(b, 200);
	for (unsigned round = 0; round < 3; round++) {
		expect(FL_OK, page_map(space, OWN_VA, a, 5));
		expect(100, code_run(pager, thread));
		expect(FL_OK, page_map(space, OWN_VA, b, 5));
		expect(200, code_run(pager, thread));
	}
	// The same frame, written anew.
	expect(FL_OK, fl_unmap(space, OWN_VA, 1, &done, &removed));
	code_write(b, 300);
	expect(FL_OK, page_map(space, OWN_VA, b, 5));
	expect(300, code_run(pager, thread));
	object_end(thread);
	object_end(space);
	object_end(pager);
	page_end(a);
	page_end(b);
}

static void code_mapped_one_fence_each_call(void)
{
	static struct fl_map_entry vector[8];
	unsigned installed;
	fixture_open();
	expect(FL_OK, page_map(fixture.space, FIXTURE_VA, fixture.page, 1)); // the tables are there
	uint64_t before = fences();
	expect(FL_OK, page_map(fixture.space, FIXTURE_VA, fixture.page, 1));
	expect(FL_OK, page_map(fixture.space, FIXTURE_VA, fixture.page, 3));
	expect(before, fences());
	expect(FL_OK, page_map(fixture.space, FIXTURE_VA, fixture.page, 5));
	expect(before + 1, fences());
	expect(before + 1, fences());
	for (unsigned i = 0; i < 8; i++)
		vector[i] = (struct fl_map_entry){FIXTURE_VA + i * FL_PAGE_SIZE, fixture.page | 5};
	expect(FL_OK, fl_map(fixture.space, vector, 8, &installed));
	expect(before + 2, fences());
	fixture_close();
}

static const struct test tests[] = {
	TEST(spaces_many_in_turn_each_sees_its_own_page),
	TEST(page_replaced_new_content_seen),
	TEST(code_replaced_new_code_runs),
	TEST(code_mapped_one_fence_each_call),
};
SUITE(space, tests);
