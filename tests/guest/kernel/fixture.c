// The fixture; see fixture.h.
#include "fixture.h"

#include "fl/string.h"

struct fixture fixture;
static fl_slot_t other;

// The physical address behind a page of root's own space.
static uint64_t own_page(uint64_t va)
{
	struct fl_result r;
	require(fl_pte_read(FL_ROOT_SPACE, va, &r) == FL_OK);
	return r.value[2] >> 10 << FL_PAGE_SHIFT;
}

void fixture_open(void)
{
	struct fixture *f = &fixture;
	f->object = frame_new();
	other = slot_new();
	expect(FL_OK, fl_object_create(FL_TYPE_ENDPOINT, f->object, other, 0, 0, 0));
	f->endpoint = endpoint_new();
	f->notify = handle_new(f->endpoint, FL_RIGHT_NOTIFY, 2);
	f->space = space_new(f->endpoint, 5);
	f->thread = thread_new(f->space, 2, 9);
	f->empty = 127;
	f->frame = frame_new();
	f->frame2 = frame_new();
	f->page = page_new();
	f->mapped = page_new();
	expect(FL_OK, page_map(f->space, FIXTURE_VA, f->mapped, FL_PROT_READ | FL_PROT_WRITE));
	f->fixed = own_page(FL_BOOTINFO_VA);
	f->reserved = boot->ram_base + FL_RUN_SIZE; // the kernel's first page
	f->run = run_spare(0);
	f->beyond = boot->ram_base + boot->ram_bytes;
}

void fixture_close(void)
{
	struct fixture *f = &fixture;
	slot_end(f->notify);
	object_end(f->thread);
	object_end(f->space);
	object_end(f->endpoint);
	expect(FL_OK, fl_object_destroy(other));
	slot_end(other);
	frame_end(f->object);
	frame_end(f->frame);
	frame_end(f->frame2);
	page_end(f->page);
	page_end(f->mapped);
}

static uint64_t *picture_frame(uint64_t *to, uint64_t frame)
{
	struct fl_result r = frame_state(frame);
	memcpy(to, r.value, 4 * sizeof *to);
	return to + 4;
}

struct picture picture_take(void)
{
	struct fixture *f = &fixture;
	struct picture picture = {{0}};
	struct fl_result r;
	uint64_t *to = picture.word;
	const fl_slot_t space[] = {f->space, FL_ROOT_SPACE};
	for (unsigned i = 0; i < 2; i++) {
		require(fl_space_counts(space[i], &r) == FL_OK);
		memcpy(to, r.value, 4 * sizeof *to);
		to += 4;
	}
	const uint64_t frame[] = {f->frame, f->frame2, f->page, f->mapped, f->object, f->run};
	for (unsigned i = 0; i < 6; i++)
		to = picture_frame(to, frame[i]);
	require(fl_pte_read(f->space, FIXTURE_VA, &r) == FL_OK);
	memcpy(to, r.value, 3 * sizeof *to);
	const struct fl_context *context = context_of(f->thread);
	to[3] = context->pc + context->x[X_SP];
	to[4] = slots_in_use();
	return picture;
}

bool picture_same(const struct picture *before)
{
	struct picture now = picture_take();
	bool same = true;
	for (unsigned i = 0; i < sizeof now.word / sizeof now.word[0]; i++)
		same &= expect(before->word[i], now.word[i]);
	return same;
}
