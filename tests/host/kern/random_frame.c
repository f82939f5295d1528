// The random test's steps on frames and runs: each calls kern/frame.c and the model and compares
// the results. Not here: what else must hold after a step (random_check.c).
#include "random_model.h"

#define HOT 6 // frames of each run that the steps use

static const unsigned hot[HOT] = {2, 3, 4, 255, 510, 511};

unsigned random_frame(void)
{
	return random_below(HOST_RUNS) * 512 + hot[random_below(HOT)];
}

fl_error_t random_take(unsigned frame, enum fl_frame_type type, uint64_t holder)
{
	const struct model_run *run = &model.run[frame / 512];
	bool may =
		model.type[frame] == FL_FRAME_FREE && run->kind == FL_RUN_OBJECT && run->holder == holder;
	fl_error_t error = frame_take(random_address(frame), type, holder);
	MUST(error, may ? FL_OK : FL_BAD_FRAME);
	if (!error) {
		model.type[frame] = (uint8_t)type;
		MUST(host_page_is(random_address(frame), 0), true);
	}
	return error;
}

void random_give(struct frame *frame)
{
	frame_give(frame);
	model.type[frame_index(frame)] = FL_FRAME_FREE;
	MUST(host_page_is(frame_address(frame), 0), true);
}

void step_object(unsigned s)
{
	unsigned frame = random_frame();
	uint8_t type = model.type[frame];
	if (type == FL_FRAME_OBJECT || type == FL_FRAME_HANDLES)
		random_give(&frames.frame[frame]);
	else if (!random_take(frame, random_below(2) ? FL_FRAME_OBJECT : FL_FRAME_HANDLES,
	                      model.space[s].id))
		host_page_fill(random_address(frame), HOST_PATTERN);
}

void step_write(unsigned s)
{
	unsigned frame = random_frame();
	if (model.type[frame] == FL_FRAME_USER)
		host_page_fill(random_address(frame), (uint8_t)(1 + s));
}

// As sys_run_attach does it, with up to 40 repetitions.
void step_attach(unsigned s)
{
	unsigned run = random_below(HOST_RUNS), place = random_below(PLACES);
	enum fl_run_kind kind = random_below(5) < 3 ? FL_RUN_WINDOW : FL_RUN_OBJECT;
	fl_error_t error = FL_AGAIN;
	for (unsigned i = random_below(40) + 1; i && error == FL_AGAIN; i--) {
		error = run_prepare(&frames.run[run], kind);
		random_must_be("run_prepare", error, model_prepare(run, kind));
	}
	vaddr_t va = VA(model_place_region[place] * FL_RUN_SIZE);
	if (!error && kind == FL_RUN_WINDOW) {
		error = table_map_window(&random_table[s], va, random_address(run * 512));
		random_must_be("table_map_window", error, model_map_window(s, place, (int)run));
	}
	if (error)
		return;
	run_hold(&frames.run[run], kind, random_space_frame[s], va);
	model.run[run] = (struct model_run){kind, model.space[s].id, kind == FL_RUN_OBJECT ? 512 : 0};
	for (unsigned i = run * 512; i < run * 512 + 512; i++) {
		if (kind == FL_RUN_WINDOW)
			model.type[i] = FL_FRAME_USER;
		if (model.type[i] != FL_FRAME_RESERVED)
			MUST(host_page_is(random_address(i), 0), true);
	}
}

// As sys_run_detach does it.
void step_detach(unsigned s)
{
	(void)s;
	unsigned run = 1 + random_below(HOST_RUNS - 1);
	if (model.run[run].kind == FL_RUN_NONE)
		return;
	fl_error_t error = run_idle(&frames.run[run]);
	MUST(error, model_run_is_idle(run) ? FL_OK : FL_BUSY);
	if (error)
		return;
	for (unsigned i = 0; i < SPACES; i++) {
		for (unsigned j = 0; j < PLACES; j++) {
			if (model.space[i].window[j] == (int)run)
				random_unmap(i, model_place_region[j] * 512, 1);
		}
	}
	run_release(&frames.run[run]);
	model.run[run].kind = FL_RUN_NONE;
	model.run[run].holder = 0;
	for (unsigned i = run * 512; i < run * 512 + 512; i++) {
		if (model.type[i] == FL_FRAME_USER)
			model.type[i] = FL_FRAME_FREE;
	}
}

// Pretends that a frame has nearly all mappings that its counter can hold, and takes that back.
void step_saturate(unsigned s)
{
	(void)s;
	unsigned frame = random_frame();
	if (model.type[frame] != FL_FRAME_USER)
		return;
	uint32_t real = model_count(frame) - model.extra[frame];
	model.extra[frame] = model.extra[frame] ? 0 : UINT32_MAX - real - random_below(3);
	frames.frame[frame].count = real + model.extra[frame];
}
