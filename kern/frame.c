// The frame table and the run table. Knows no page-table format and no object.
#include "frame.h"

struct frame_table frames;

fl_error_t frame_take(paddr_t pa, enum fl_frame_type type, uint64_t holder)
{
	struct frame *frame = frame_at(pa);
	if (!frame || frame->type != FL_FRAME_FREE)
		return FL_BAD_FRAME;
	struct run *run = run_of(frame);
	if (run->kind != FL_RUN_OBJECT || run->holder != holder)
		return FL_BAD_FRAME;
	ASSERT(frame->count == 0);
	frame->type = (uint8_t)type;
	return FL_OK;
}

void frame_give(struct frame *frame)
{
	ASSERT(frame->count == 0);
	if (frame->type != FL_FRAME_TABLE)
		memset(phys_to_virt(frame_address(frame)), 0, FL_PAGE_SIZE);
	frame->id = 0;
	frame->object_type = FL_TYPE_NONE;
	frame->type = FL_FRAME_FREE;
}

uint64_t frame_new_id(void)
{
	return ++frames.next_id;
}

static struct frame *run_frames(const struct run *run)
{
	return &frames.frame[(uint64_t)(run - frames.run) * FL_RUN_FRAMES];
}

struct run *run_at(paddr_t pa)
{
	struct frame *frame = frame_at(pa);
	return frame && is_aligned(pa.v, FL_RUN_SIZE) ? run_of(frame) : NULL;
}

fl_error_t run_prepare(struct run *run, enum fl_run_kind kind)
{
	if (run->kind != FL_RUN_NONE)
		return FL_BUSY;
	struct frame *frame = run_frames(run);
	if (kind != FL_RUN_OBJECT) {
		for (unsigned i = 0; i < FL_RUN_FRAMES; i++) {
			if (frame[i].type != FL_FRAME_FREE)
				return FL_BAD_FRAME;
		}
	}
	if (kind == FL_RUN_NONE)
		return FL_OK;
	uint32_t end = (uint32_t)min_u64(run->zeroed + RUN_ZERO_BATCH, FL_RUN_FRAMES);
	for (; run->zeroed < end; run->zeroed++) {
		if (frame[run->zeroed].type == FL_FRAME_FREE)
			memset(phys_to_virt(frame_address(&frame[run->zeroed])), 0, FL_PAGE_SIZE);
	}
	return run->zeroed == FL_RUN_FRAMES ? FL_OK : FL_AGAIN;
}

void run_hold(struct run *run, enum fl_run_kind kind, const struct frame *holder, vaddr_t window)
{
	ASSERT(run->kind == FL_RUN_NONE && run->zeroed == FL_RUN_FRAMES);
	run->kind = (uint8_t)kind;
	run->holder = holder->id;
	run->holder_frame = (uint32_t)frame_index(holder);
	if (kind != FL_RUN_WINDOW)
		return;
	run->window = window.v;
	run->zeroed = 0; // from now on the holder writes to it
	struct frame *frame = run_frames(run);
	for (unsigned i = 0; i < FL_RUN_FRAMES; i++) {
		frame[i].type = FL_FRAME_USER;
		frame[i].count = 1;
	}
}

void run_window_removed(struct run *run)
{
	ASSERT(run->kind == FL_RUN_WINDOW && run->window);
	struct frame *frame = run_frames(run);
	for (unsigned i = 0; i < FL_RUN_FRAMES; i++)
		frame_count_down(&frame[i]);
	run->window = 0;
}

bool run_is_orphan(const struct run *run)
{
	const struct frame *frame = &frames.frame[run->holder_frame];
	return run->holder && (frame->type != FL_FRAME_OBJECT || frame->id != run->holder);
}

fl_error_t run_idle(const struct run *run)
{
	const struct frame *frame = run_frames(run);
	uint32_t own = run->window ? 1 : 0;
	for (unsigned i = 0; i < FL_RUN_FRAMES; i++) {
		bool in_use = frame[i].type == FL_FRAME_TABLE || frame[i].type == FL_FRAME_OBJECT ||
		              frame[i].type == FL_FRAME_HANDLES ||
		              (frame[i].type == FL_FRAME_USER && frame[i].count != own);
		if (in_use)
			return FL_BUSY;
	}
	return FL_OK;
}

void run_release(struct run *run)
{
	ASSERT(run->kind != FL_RUN_NONE && run->window == 0);
	struct frame *frame = run_frames(run);
	for (unsigned i = 0; i < FL_RUN_FRAMES; i++) {
		if (frame[i].type == FL_FRAME_USER)
			frame[i].type = FL_FRAME_FREE;
	}
	run->kind = FL_RUN_NONE;
	run->holder = 0;
}
