// Frames, runs and pools; frame.h has the rules.
#include "frame.h"

#include "bug.h"
#include "page.h"

size_t frame_table_bytes(uint64_t run_count)
{
	return run_count * (FL_RUN_FRAMES * sizeof(struct frame) + sizeof(struct run));
}

void frame_table_init(struct frame_table *table, void *storage, uint64_t base, uint64_t run_count,
                      void *memory)
{
	*table = (struct frame_table){.base = base, .run_count = run_count, .memory = memory};
	table->frame = storage;
	table->run = (struct run *)(table->frame + run_count * FL_RUN_FRAMES);
	for (uint64_t i = 0; i < run_count; i++)
		table->run[i].pool = POOL_NONE;
}

static struct run *run_of(struct frame_table *table, const struct frame *frame)
{
	return &table->run[frame_index(table, frame) / FL_RUN_FRAMES];
}

// Second, if the list has a first: the run in use stays the run in use.
static void run_link(struct run **list, struct run *run)
{
	struct run *first = *list;
	if (!first) {
		run->previous = NULL;
		run->next = NULL;
		*list = run;
		return;
	}
	run->previous = first;
	run->next = first->next;
	if (first->next)
		first->next->previous = run;
	first->next = run;
}

static void run_unlink(struct run **list, struct run *run)
{
	if (run->previous)
		run->previous->next = run->next;
	else
		*list = run->next;
	if (run->next)
		run->next->previous = run->previous;
}

static void pool_put(struct frame_table *table, struct frame *frame, bool zeroed)
{
	struct run *run = run_of(table, frame);
	struct frame_pool *pool = &table->pool[run->pool];
	struct frame **list = zeroed ? &run->zeroed : &run->free;
	frame->state = zeroed ? FRAME_ZEROED : FRAME_FREE;
	frame->next = *list;
	*list = frame;
	pool->zeroed_count += zeroed;
	pool->free_count++;
	run->free_count++;
	if (run->free_count == 1) {
		run_link(&pool->partial, run);
	} else if (run->free_count == FL_RUN_FRAMES) {
		run_unlink(&pool->partial, run);
		run_link(&pool->whole, run);
	}
}

static struct frame *run_first_frame(const struct frame_table *table, const struct run *run)
{
	return &table->frame[(uint64_t)(run - table->run) * FL_RUN_FRAMES];
}

// Takes a dormant run off its list and gives it its frames. `wake` may take another one meanwhile.
static struct run *run_wake(struct frame_table *table, struct frame_pool *pool)
{
	struct run *run = pool->dormant;
	run_unlink(&pool->dormant, run);
	run->dormant = false;
	table->wake(table->wake_context, (uint64_t)(run - table->run));
	struct frame *frame = run_first_frame(table, run);
	for (unsigned i = FL_RUN_FRAMES; i-- > 0;) {
		frame[i].state = FRAME_ZEROED;
		frame[i].next = run->zeroed;
		run->zeroed = &frame[i];
	}
	return run;
}

// Starts to use a wholly free run, if there is one.
CORE_COLD static struct run *run_open(struct frame_table *table, struct frame_pool *pool)
{
	struct run *run = pool->whole;
	if (run)
		run_unlink(&pool->whole, run);
	else if (pool->dormant)
		run = run_wake(table, pool);
	else
		return NULL;
	run_link(&pool->partial, run);
	return run;
}

static inline struct frame *pool_take(struct frame_table *table, enum frame_pool_kind kind,
                                      bool prefer_zeroed)
{
	struct frame_pool *pool = &table->pool[kind];
	struct run *run = pool->partial ? pool->partial : run_open(table, pool);
	if (!run)
		return NULL;
	bool zeroed = prefer_zeroed ? run->zeroed != NULL : run->free == NULL;
	struct frame **list = zeroed ? &run->zeroed : &run->free;
	struct frame *frame = *list;
	*list = frame->next;
	pool->zeroed_count -= zeroed;
	pool->free_count--;
	run->free_count--;
	if (run->free_count == 0)
		run_unlink(&pool->partial, run);
	return frame;
}

void frame_run_add(struct frame_table *table, uint64_t run, enum frame_pool_kind pool)
{
	CORE_ASSERT(run < table->run_count && table->run[run].pool == POOL_NONE);
	table->run[run] = (struct run){.pool = (uint8_t)pool};
}

void frame_add(struct frame_table *table, struct frame *frame, bool zeroed)
{
	struct run *run = run_of(table, frame);
	CORE_ASSERT(frame->state == FRAME_OUTSIDE && run->pool != POOL_NONE);
	run->usable_count++;
	table->pool[run->pool].total_count++;
	pool_put(table, frame, zeroed);
}

void frame_add_meta(struct frame_table *table, struct frame *frame)
{
	struct run *run = run_of(table, frame);
	CORE_ASSERT(frame->state == FRAME_OUTSIDE && run->pool == POOL_WINDOW);
	run->usable_count++;
	table->pool[POOL_WINDOW].total_count++;
	table->meta_count++;
	frame->state = FRAME_META;
	frame->owner = NULL;
}

void frame_run_add_dormant(struct frame_table *table, uint64_t index)
{
	struct frame_pool *pool = &table->pool[POOL_WINDOW];
	struct run *run = &table->run[index];
	frame_run_add(table, index, POOL_WINDOW);
	run->usable_count = FL_RUN_FRAMES;
	run->free_count = FL_RUN_FRAMES;
	run->dormant = true;
	run_link(&pool->dormant, run);
	pool->total_count += FL_RUN_FRAMES;
	pool->free_count += FL_RUN_FRAMES;
	pool->zeroed_count += FL_RUN_FRAMES;
}

bool frame_run_take(struct frame_table *table, enum frame_pool_kind kind, uint64_t *index)
{
	struct frame_pool *pool = &table->pool[kind];
	struct run **list = pool->dormant ? &pool->dormant : &pool->whole;
	struct run *run = *list;
	if (!run)
		return false;
	run_unlink(list, run);
	*index = (uint64_t)(run - table->run);
	struct frame *frame = run_first_frame(table, run);
	for (unsigned i = 0; i < FL_RUN_FRAMES; i++) {
		pool->zeroed_count -= run->dormant || frame[i].state == FRAME_ZEROED;
		frame[i] = (struct frame){.state = FRAME_OUTSIDE};
	}
	pool->free_count -= FL_RUN_FRAMES;
	pool->total_count -= FL_RUN_FRAMES;
	*run = (struct run){.pool = POOL_NONE};
	return true;
}

struct frame *frame_allocate(struct frame_table *table, enum frame_state use, bool zero)
{
	struct frame *frame = pool_take(table, POOL_WINDOW, zero);
	if (!frame)
		return NULL;
	if (zero && frame->state != FRAME_ZEROED)
		page_zero(frame_memory(table, frame));
	frame->state = (uint8_t)use;
	frame->owner = NULL;
	table->meta_count += use == FRAME_META;
	return frame;
}

struct frame *frame_allocate_object(struct frame_table *table)
{
	struct frame *frame = pool_take(table, POOL_OBJECT, false);
	if (!frame)
		return NULL;
	frame->state = FRAME_KERNEL;
	frame->owner = NULL;
	return frame;
}

void frame_free(struct frame_table *table, struct frame *frame)
{
	CORE_ASSERT(frame->state > FRAME_ZEROED);
	table->meta_count -= frame->state == FRAME_META;
	pool_put(table, frame, false);
}

static bool run_list_has(const struct run *list, const struct run *run)
{
	for (; list; list = list->next) {
		if (list == run)
			return true;
	}
	return false;
}

// The frames of a run and its place on the lists.
static bool run_check(const struct frame_table *table, const struct run *run, uint64_t *by_state)
{
	const struct frame *first = run_first_frame(table, run);
	uint64_t usable = 0, free = 0, zeroed = 0, listed = 0;
	for (unsigned i = 0; i < FL_RUN_FRAMES; i++) {
		by_state[first[i].state]++;
		usable += first[i].state != FRAME_OUTSIDE;
		free += first[i].state == FRAME_FREE;
		zeroed += first[i].state == FRAME_ZEROED;
	}
	if (run->pool == POOL_NONE)
		return usable == 0;
	const struct frame_pool *pool = &table->pool[run->pool];
	if (run->dormant)
		return usable == 0 && run->free_count == FL_RUN_FRAMES && run_list_has(pool->dormant, run);
	for (const struct frame *f = run->free; f && listed <= free; f = f->next)
		listed += f->state == FRAME_FREE && f >= first && f < first + FL_RUN_FRAMES;
	for (const struct frame *f = run->zeroed; f && listed <= free + zeroed; f = f->next)
		listed += f->state == FRAME_ZEROED && f >= first && f < first + FL_RUN_FRAMES;
	bool whole = run->free_count == FL_RUN_FRAMES;
	return usable == run->usable_count && free + zeroed == run->free_count &&
	       listed == run->free_count && run_list_has(pool->whole, run) == whole &&
	       run_list_has(pool->partial, run) == (!whole && run->free_count > 0);
}

bool frame_table_check(const struct frame_table *table, uint64_t *by_state)
{
	uint64_t states[FRAME_KERNEL + 1] = {0};
	uint64_t total[POOL_COUNT + 1] = {0}, free[POOL_COUNT + 1] = {0}, dormant = 0;
	for (uint64_t i = 0; i < table->run_count; i++) {
		const struct run *run = &table->run[i];
		if (run->pool > POOL_NONE || !run_check(table, run, states))
			return false;
		total[run->pool] += run->usable_count;
		free[run->pool] += run->free_count;
		dormant += run->dormant ? FL_RUN_FRAMES : 0;
	}
	for (unsigned i = 0; i < POOL_COUNT; i++) {
		if (total[i] != table->pool[i].total_count || free[i] != table->pool[i].free_count)
			return false;
	}
	if (by_state) {
		for (unsigned i = 0; i <= FRAME_KERNEL; i++)
			by_state[i] = states[i];
	}
	uint64_t zeroed = table->pool[POOL_WINDOW].zeroed_count + table->pool[POOL_OBJECT].zeroed_count;
	return states[FRAME_ZEROED] + dormant == zeroed && states[FRAME_META] == table->meta_count;
}
