// The checker of the checking build; see check.h. It recounts what the kernel counts: every PTE of
// every space against the frame table, every handle against its object, every queue against states.
#include "check.h"

#include "create.h"
#include "ipc.h"

#define KERN_CHECK_FULL_FRAMES 6144 // 24 MiB
#define KERN_CHECK_PERIOD 2048
#define KERN_CHECK_PART 64

static void check_leaf(const struct space *space, pte_t pte, uint64_t va, bool is_window)
{
	uint64_t rights = pte & (PTE_R | PTE_W | PTE_X);
	ASSERT(pte & PTE_U && !(pte & PTE_G));
	ASSERT(!(rights & PTE_W && rights & PTE_X) && rights & PTE_R);
	struct frame *frame = frame_at(pte_address(pte));
	if (!is_window) {
		if (!frame)
			return; // a device page: only a FIXED handle leads there
		ASSERT(frame->type == FL_FRAME_USER || frame->type == FL_FRAME_FIXED);
		frame->seen++;
		return;
	}
	ASSERT(frame && is_aligned(pte_address(pte).v, FL_RUN_SIZE));
	struct run *run = run_of(frame);
	ASSERT(run->kind == FL_RUN_WINDOW && run->window == va && run->holder == object_id(space));
	for (unsigned i = 0; i < FL_RUN_FRAMES; i++)
		frame[i].seen++;
}

static struct frame *check_table_frame(paddr_t pa)
{
	struct frame *frame = frame_at(pa);
	ASSERT(frame && frame->type == FL_FRAME_TABLE && frame->seen == 0);
	ASSERT(run_of(frame)->kind == FL_RUN_OBJECT);
	frame->seen = 1;
	return frame;
}

struct totals {
	uint64_t tables, leaves, windows;
};

static void check_table(const struct space *space, paddr_t table, unsigned level, uint64_t va,
                        struct totals *totals)
{
	struct frame *frame = check_table_frame(table);
	const pte_t *entry = phys_to_virt(table);
	unsigned end = level == 2 ? TABLE_USER_ENTRIES : TABLE_ENTRIES;
	uint64_t valid = 0;
	for (unsigned i = 0; i < end; i++) {
		uint64_t at = va + ((uint64_t)i << (FL_PAGE_SHIFT + 9 * level));
		if (!(entry[i] & PTE_V)) {
			ASSERT(entry[i] == 0);
			continue;
		}
		valid++;
		if (level && !pte_is_leaf(entry[i])) {
			totals->tables++;
			check_table(space, pte_address(entry[i]), level - 1, at, totals);
			continue;
		}
		ASSERT(level < 2);
		check_leaf(space, entry[i], at, level == 1);
		*(level ? &totals->windows : &totals->leaves) += 1;
	}
	ASSERT(frame->count == valid);
}

static void check_handles(const struct space *space)
{
	for (unsigned i = 0; i < FL_HANDLE_FRAMES; i++) {
		if (!space->handles.part[i])
			continue;
		struct frame *frame = frame_at(virt_to_phys(space->handles.part[i]));
		ASSERT(frame && frame->type == FL_FRAME_HANDLES && frame->seen == 0);
		frame->seen = 1;
		for (unsigned j = 0; j < FL_HANDLES_PER_FRAME; j++) {
			const struct handle *handle = &space->handles.part[i][j];
			ASSERT(handle->type < FL_TYPE_COUNT && (i || j || handle->type == FL_TYPE_NONE));
			if (handle->type == FL_TYPE_NONE || handle->type > FL_TYPE_ENDPOINT)
				continue;
			if (object_is_live(handle->object, handle->id))
				ASSERT(frame_at(virt_to_phys(handle->object))->object_type == handle->type);
		}
	}
}

static void check_space(const struct space *space)
{
	struct totals totals = {0, 0, 0};
	check_table(space, space->table.root, 2, 0, &totals);
	ASSERT(totals.tables == space->table.tables && totals.leaves == space->table.leaves);
	ASSERT(totals.windows == space->table.windows);
	const pte_t *root = phys_to_virt(space->table.root), *kernel = phys_to_virt(kernel_root);
	for (unsigned i = TABLE_USER_ENTRIES; i < TABLE_ENTRIES; i++)
		ASSERT(root[i] == kernel[i]);
	uint64_t spares = 0;
	for (paddr_t pa = space->table.spare; pa.v; spares++) {
		struct frame *frame = check_table_frame(pa);
		ASSERT(frame->count == 0);
		pa = PA(frame->id);
	}
	ASSERT(spares == space->table.spares);
	check_handles(space);
}

static void check_thread(const struct thread *thread)
{
	ASSERT(thread->state <= THREAD_RECEIVING && thread->priority < FL_PRIORITY_COUNT);
	ASSERT(object_is_live(thread->space, object_id(thread->space)));
	if (thread->state == THREAD_STOPPED)
		return;
	bool is_current = thread == this_hart()->current;
	ASSERT(!is_current || thread->state == THREAD_READY);
	if (!is_current)
		ASSERT(thread->link.next->previous == &thread->link &&
		       thread->link.previous->next == &thread->link);
	if (thread->state >= THREAD_SENDING)
		ASSERT(frame_at(virt_to_phys(thread->endpoint))->object_type == FL_TYPE_ENDPOINT);
}

static bool is_zero(const struct frame *frame)
{
	const uint64_t *word = phys_to_virt(frame_address(frame));
	uint64_t any = 0;
	for (unsigned i = 0; i < FL_PAGE_SIZE / sizeof(*word); i++)
		any |= word[i];
	return any == 0;
}

// What can be said of one frame without looking elsewhere.
static void check_frame(const struct frame *frame)
{
	const struct run *run = run_of(frame);
	switch (frame->type) {
	case FL_FRAME_RESERVED:
	case FL_FRAME_FREE:
		ASSERT(frame->count == 0);
		ASSERT(run->kind != FL_RUN_WINDOW);
		break;
	case FL_FRAME_USER:
		ASSERT(run->kind == FL_RUN_WINDOW);
		break;
	case FL_FRAME_TABLE:
	case FL_FRAME_OBJECT:
	case FL_FRAME_HANDLES:
		ASSERT(run->kind == FL_RUN_OBJECT);
		ASSERT((frame->type == FL_FRAME_OBJECT) == (frame->object_type != FL_TYPE_NONE));
		break;
	default:
		ASSERT(frame->type == FL_FRAME_FIXED);
	}
}

static void check_queues(void)
{
	struct hart *hart = this_hart();
	for (unsigned i = 0; i < FL_PRIORITY_COUNT; i++) {
		ASSERT(list_is_empty(&hart->ready[i]) == !(hart->ready_mask >> i & 1));
		for (struct link *link = hart->ready[i].next; link != &hart->ready[i]; link = link->next) {
			const struct thread *thread = (void *)((char *)link - offsetof(struct thread, link));
			ASSERT(thread->state == THREAD_READY && thread->priority == i);
		}
	}
}

static void check_all(void)
{
	for (uint64_t i = 0; i < frames.count; i++)
		frames.frame[i].seen = 0;
	uint64_t threads = 0, threads_of_spaces = 0;
	for (uint64_t i = 0; i < frames.count; i++) {
		const struct frame *frame = &frames.frame[i];
		if (frame->type != FL_FRAME_OBJECT)
			continue;
		void *object = phys_to_virt(frame_address(frame));
		if (frame->object_type == FL_TYPE_SPACE) {
			check_space(object);
			threads_of_spaces += ((struct space *)object)->threads;
		} else if (frame->object_type == FL_TYPE_THREAD) {
			check_thread(object);
			threads++;
		}
	}
	ASSERT(threads == threads_of_spaces);
	for (uint64_t i = 0; i < frames.count; i++) {
		const struct frame *frame = &frames.frame[i];
		check_frame(frame);
		if (frame->type == FL_FRAME_USER || frame->type == FL_FRAME_FIXED)
			ASSERT(frame->count == frame->seen);
		if (frame->type == FL_FRAME_TABLE || frame->type == FL_FRAME_HANDLES)
			ASSERT(frame->seen == 1);
	}
	check_queues();
}

void kern_check_step(void)
{
	static uint64_t step;
	uint64_t parts = frames.count / KERN_CHECK_PART;
	const struct frame *part = &frames.frame[step++ % parts * KERN_CHECK_PART];
	for (unsigned i = 0; i < KERN_CHECK_PART; i++) {
		check_frame(&part[i]);
		if (part[i].type == FL_FRAME_FREE && run_of(&part[i])->kind == FL_RUN_OBJECT)
			ASSERT(is_zero(&part[i]));
	}
	if (frames.count <= KERN_CHECK_FULL_FRAMES || step % KERN_CHECK_PERIOD == 0)
		check_all();
}

static uint64_t overflow(volatile uint64_t depth)
{
	return depth == ~0ul ? 0 : depth + overflow(depth + 1) + depth; // the stack ends long before
}

void kern_check_panic(uint64_t how)
{
	extern uint32_t kernel_start[];
	if (how == 1)
		ASSERT(how != 1);
	if (how == 2)
		*(volatile uint32_t *)kernel_start = 0;
	if (how == 3)
		overflow(0);
}
