// Threads and programs of the tests: siblings in root's own space, programs with a copy of this
// image's code in spaces of their own, and the puppet, which makes any kernel call on demand.
#include "fl/string.h"
#include "harness.h"

#define IMAGE_START 0x10000ul
#define IMAGE_PAGES 128
#define STACK_VA 0x400000ul // of programs: one page a thread
#define STACKS_MAX 16

fl_slot_t guard;
static fl_slot_t guard_thread, park;
static uint64_t image[IMAGE_PAGES]; // copies of the pages that are not writable
static unsigned image_prot[IMAGE_PAGES], image_pages;

static void guard_run(uint64_t a0, uint64_t a1, uint64_t a2)
{
	(void)a0, (void)a1, (void)a2;
	struct fl_message m = {0};
	if (fl_receive(guard, &m))
		return;
	print("# a thread of the tests' own space faulted: cause %ld stval 0x%lx pc 0x%lx sp 0x%lx\n",
	      (long)m.word[0], (unsigned long)m.word[1], (unsigned long)m.word[2],
	      (unsigned long)m.word[3]);
	print("Bail out! the tests are broken\n");
	stop(1);
}

// What the siblings' code returns to.
static _Noreturn void sibling_return(void)
{
	struct fl_message m = {0};
	for (;;)
		(void)!fl_receive(park, &m);
}

struct fl_context *context_of(fl_slot_t thread)
{
	static struct fl_context context;
	memset(&context, 0xee, sizeof context);
	expect(FL_OK, fl_thread_context(thread, FL_CONTEXT_GET, &context));
	return &context;
}

void thread_set(fl_slot_t thread, code_t code, uint64_t sp, uint64_t a0, uint64_t a1, uint64_t a2)
{
	static struct fl_context context;
	uint64_t gp;
	__asm__ volatile("mv %0, gp" : "=r"(gp));
	memset(&context, 0, sizeof context);
	context.pc = (uintptr_t)code;
	context.x[1] = (uintptr_t)sibling_return;
	context.x[2] = sp;
	context.x[3] = gp;
	context.x[X_A0] = a0;
	context.x[X_A0 + 1] = a1;
	context.x[X_A0 + 2] = a2;
	expect(FL_OK, fl_thread_context(thread, FL_CONTEXT_SET, &context));
}

fl_slot_t sibling_start(unsigned priority, code_t code, uint64_t a0, uint64_t a1, uint64_t a2)
{
	fl_slot_t thread = thread_new(FL_ROOT_SPACE, priority, 1000);
	uint64_t stack = page_new();
	object_stack(thread, stack, 0, 0);
	thread_set(thread, code, (uintptr_t)page_at(stack) + FL_PAGE_SIZE, a0, a1, a2);
	expect(FL_OK, fl_thread_control(thread, FL_THREAD_START, 0));
	return thread;
}

void settle(void)
{
	expect(FL_OK, fl_thread_control(FL_ROOT_THREAD, FL_THREAD_PRIORITY, 0));
	expect(FL_OK, fl_thread_control(FL_ROOT_THREAD, FL_THREAD_PRIORITY, FL_PRIORITY_COUNT - 1));
}

bool settle_undisturbed(void)
{
	struct fl_result before, after;
	fl_counters(&before);
	settle();
	fl_counters(&after);
	return before.value[5] == after.value[5];
}

static void job_run(uint64_t a0, uint64_t a1, uint64_t a2)
{
	(void)a1, (void)a2;
	struct job *job = (struct job *)a0;
	do {
		job->error = fl_invoke_ipc(job->call, job->endpoint, &job->m);
		if (job->order)
			job->finished = ++*job->order;
		job->done++;
	} while (job->repeat > job->done);
}

fl_slot_t job_start(struct job *job, unsigned priority)
{
	job->done = 0;
	job->error = (fl_error_t)0xee;
	return sibling_start(priority, job_run, (uintptr_t)job, 0, 0);
}

// Pages of this image that are not writable, from its start on.
static void image_copy(void)
{
	struct fl_result r;
	for (image_pages = 0; image_pages < IMAGE_PAGES; image_pages++) {
		uint64_t va = IMAGE_START + image_pages * FL_PAGE_SIZE;
		if (fl_pte_read(FL_ROOT_SPACE, va, &r) || !(r.value[2] & 1) || r.value[2] & 4)
			break;
		image[image_pages] = page_new();
		image_prot[image_pages] = r.value[2] >> 1 & 5;
		memcpy(page_at(image[image_pages]), (void *)va, FL_PAGE_SIZE);
	}
}

void threads_open(void)
{
	guard = endpoint_new();
	park = endpoint_new();
	expect(FL_OK, fl_space_set_pager(FL_ROOT_SPACE, guard, 0));
	guard_thread = sibling_start(FL_PRIORITY_COUNT - 1, guard_run, 0, 0, 0);
	settle();
	image_copy();
}

void threads_close(void)
{
	object_end(guard_thread);
	object_end(park);
	object_end(guard);
	for (unsigned i = 0; i < image_pages; i++)
		page_end(image[i]);
}

fl_slot_t program_new(fl_slot_t pager, uint64_t badge)
{
	fl_slot_t space = space_new(pager, badge);
	uint64_t handles = frame_new();
	expect(FL_OK, fl_space_feed(space, FL_FEED_HANDLES, handles, 0));
	for (unsigned i = 0; i < image_pages; i++)
		expect(FL_OK, page_map(space, IMAGE_START + i * FL_PAGE_SIZE, image[i], image_prot[i]));
	return space;
}

fl_slot_t program_thread(fl_slot_t space, unsigned priority, code_t code, uint64_t a0, uint64_t a1,
                         uint64_t a2)
{
	fl_slot_t thread = thread_new(space, priority, 2000 + space);
	uint64_t stack = page_new(), va = STACK_VA;
	struct fl_result r;
	while (fl_pte_read(space, va, &r) == FL_OK && r.value[2])
		va += FL_PAGE_SIZE;
	expect(FL_OK, page_map(space, va, stack, FL_PROT_READ | FL_PROT_WRITE));
	object_stack(thread, stack, space, va);
	thread_set(thread, code, va + FL_PAGE_SIZE, a0, a1, a2);
	return thread;
}

struct order {
	uint64_t number, argument[7];
	struct fl_result result;
};

static void puppet_run(uint64_t a0, uint64_t a1, uint64_t a2)
{
	(void)a1, (void)a2;
	volatile struct order *order = (struct order *)a0;
	struct fl_message m = {0};
	for (;;) {
		m.handle = 0;
		m.receive = 0;
		if (fl_call(PUPPET_SLOT, &m))
			__asm__ volatile("ebreak");
		struct order copy = *order;
		(void)fl_invoke((unsigned)copy.number, copy.argument[0], copy.argument[1], copy.argument[2],
		                copy.argument[3], copy.argument[4], copy.argument[5], copy.argument[6],
		                &copy.result);
		*order = copy;
	}
}

static void puppet_await(struct puppet *puppet)
{
	struct fl_message m = {0};
	expect(FL_OK, fl_receive(puppet->endpoint, &m));
	expect(FL_RECEIVED_CALL, m.received);
	expect(PUPPET_BADGE, m.badge);
	puppet->token = m.token;
}

fl_error_t puppet_give(struct puppet *puppet, fl_slot_t to, fl_slot_t from, unsigned rights)
{
	return fl_handle_copy(puppet->space, to, from, rights, 0, 0);
}

void puppet_open(struct puppet *puppet)
{
	puppet->endpoint = endpoint_new();
	puppet->fault = endpoint_new();
	puppet->page = page_new();
	puppet->space = program_new(puppet->fault, 1);
	expect(FL_OK,
	       page_map(puppet->space, PUPPET_PAGE_VA, puppet->page, FL_PROT_READ | FL_PROT_WRITE));
	expect(FL_OK, fl_handle_copy(puppet->space, PUPPET_SLOT, puppet->endpoint, FL_RIGHT_CALL,
	                             PUPPET_BADGE, 0));
	puppet->thread = program_thread(puppet->space, 3, puppet_run, PUPPET_PAGE_VA, 0, 0);
	expect(FL_OK, fl_thread_control(puppet->thread, FL_THREAD_START, 0));
	puppet_await(puppet);
}

fl_error_t puppet_call(struct puppet *puppet, unsigned number, const uint64_t argument[7],
                       struct fl_result *result)
{
	struct order *order = page_at(puppet->page);
	order->number = number;
	memcpy(order->argument, argument, sizeof order->argument);
	struct fl_message m = {.token = puppet->token};
	expect(FL_OK, fl_reply(puppet->endpoint, &m));
	puppet_await(puppet);
	if (result)
		*result = order->result;
	return order->result.error;
}

void puppet_close(struct puppet *puppet)
{
	uint64_t done, removed;
	expect(FL_OK, fl_unmap(puppet->space, PUPPET_PAGE_VA, 1, &done, &removed));
	const fl_slot_t slot[] = {puppet->thread, puppet->space, puppet->endpoint, puppet->fault};
	for (unsigned i = 0; i < 4; i++)
		object_end(slot[i]);
	page_end(puppet->page);
}
