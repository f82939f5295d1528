// The calls about page tables, frames and runs.
#include "map.h"
#include "syscall.h"

static CHECKED fl_error_t arg_space(struct thread *self, unsigned rights, struct space **space)
{
	struct handle *handle;
	fl_error_t error = arg_handle(self, 0, FL_TYPE_SPACE, rights, &handle);
	if (!error)
		*space = handle->object;
	return error;
}

fl_error_t sys_map(struct thread *self)
{
	struct space *space;
	uint64_t installed = 0;
	fl_error_t error = arg_space(self, FL_RIGHT_MAP, &space);
	if (!error)
		error = map_entries(self, space, arg(self, 1), 2, &installed);
	set_result(self, 1, installed);
	return error;
}

fl_error_t sys_map_fixed(struct thread *self)
{
	struct space *space;
	struct handle *fixed;
	uint64_t va = arg(self, 1), page = arg(self, 3), count = arg(self, 4), installed = 0;
	unsigned prot = (unsigned)min_u64(arg(self, 5), FL_PAGE_SIZE);
	fl_error_t error = arg_space(self, FL_RIGHT_MAP, &space);
	if (!error)
		error = arg_handle(self, 2, FL_TYPE_FIXED, FL_RIGHT_MAP, &fixed);
	if (!error)
		error = prot_check(prot);
	if (!error && prot & FL_PROT_WRITE && !(fixed->rights & FL_RIGHT_WRITE))
		error = FL_NO_RIGHT;
	if (!error && !range_is_user(va, count))
		error = FL_BAD_ADDRESS;
	if (!error &&
	    (count > FL_MAP_ENTRIES_MAX || page > fixed->count || count > fixed->count - page))
		error = FL_BAD_ARGUMENT;
	for (; !error && installed < count; installed++) {
		paddr_t pa = PA(fixed->first + ((page + installed) << FL_PAGE_SHIFT));
		error = table_map(&space->table, VA(va + (installed << FL_PAGE_SHIFT)), pa, prot);
		if (error)
			break;
	}
	set_result(self, 1, installed);
	return error;
}

fl_error_t sys_unmap(struct thread *self)
{
	struct space *space;
	uint64_t done = 0, removed = 0;
	fl_error_t error = arg_space(self, FL_RIGHT_MAP, &space);
	if (!error && !range_is_user(arg(self, 1), arg(self, 2)))
		error = FL_BAD_ADDRESS;
	if (!error)
		table_unmap(&space->table, VA(arg(self, 1)), arg(self, 2), &done, &removed);
	set_result(self, 1, done);
	set_result(self, 2, removed);
	return error;
}

fl_error_t sys_protect(struct thread *self)
{
	struct space *space;
	uint64_t done = 0, take = arg(self, 3);
	fl_error_t error = arg_space(self, FL_RIGHT_MAP, &space);
	if (!error && !range_is_user(arg(self, 1), arg(self, 2)))
		error = FL_BAD_ADDRESS;
	if (!error && (take == 0 || take & ~(uint64_t)(FL_PROT_WRITE | FL_PROT_EXEC)))
		error = FL_BAD_PROT;
	if (!error)
		table_protect(&space->table, VA(arg(self, 1)), arg(self, 2), (unsigned)take, &done);
	set_result(self, 1, done);
	return error;
}

fl_error_t sys_pte_read(struct thread *self)
{
	struct space *space;
	pte_t entry[3] = {0, 0, 0};
	fl_error_t error = arg_space(self, FL_RIGHT_MAP, &space);
	if (!error && arg(self, 1) >= FL_USER_END)
		error = FL_BAD_ADDRESS;
	if (!error)
		table_read(&space->table, VA(arg(self, 1)), entry);
	for (unsigned i = 0; i < 3; i++)
		set_result(self, 1 + i, entry[i]);
	return error;
}

// The run at argument 1, if the MEMORY handle at argument 0 covers it.
static CHECKED fl_error_t arg_run(struct thread *self, struct run **out)
{
	struct handle *memory;
	fl_error_t error = arg_handle(self, 0, FL_TYPE_MEMORY, FL_RIGHT_CONTROL, &memory);
	if (error)
		return error;
	struct run *run = run_at(PA(align_down(arg(self, 1), FL_RUN_SIZE)));
	if (!run)
		return FL_BAD_FRAME;
	uint64_t index = (uint64_t)(run - frames.run);
	if (index < memory->first || index - memory->first >= memory->count)
		return FL_BAD_FRAME;
	*out = run;
	return FL_OK;
}

fl_error_t sys_run_attach(struct thread *self)
{
	struct run *run;
	uint64_t kind = arg(self, 2), window = arg(self, 3), holder = object_id(self->space);
	fl_error_t error = arg_run(self, &run);
	if (error)
		return error;
	if (!is_aligned(arg(self, 1), FL_RUN_SIZE) || kind > FL_RUN_WINDOW)
		return FL_BAD_ARGUMENT;
	if (kind == FL_RUN_WINDOW &&
	    (!is_aligned(window, FL_RUN_SIZE) || window == 0 || window >= FL_USER_END))
		return FL_BAD_ADDRESS;
	if (run->holder == holder && run->kind == kind &&
	    (kind == FL_RUN_OBJECT || run->window == window))
		return FL_OK;
	error = run_prepare(run, (enum fl_run_kind)kind);
	if (!error && kind == FL_RUN_WINDOW)
		error = table_map_window(&self->space->table, VA(window), PA(arg(self, 1)));
	if (!error && kind != FL_RUN_NONE)
		run_hold(run, (enum fl_run_kind)kind, frame_at(virt_to_phys(self->space)), VA(window));
	return error;
}

fl_error_t sys_run_detach(struct thread *self)
{
	struct run *run;
	fl_error_t error = arg_run(self, &run);
	if (error)
		return error;
	if (!is_aligned(arg(self, 1), FL_RUN_SIZE))
		return FL_BAD_ARGUMENT;
	if (run->kind == FL_RUN_NONE || (run->holder != object_id(self->space) && !run_is_orphan(run)))
		return FL_BAD_FRAME;
	error = run_idle(run);
	if (error)
		return error;
	if (run->window) {
		uint64_t done, removed;
		table_unmap(&self->space->table, VA(run->window), 1, &done, &removed);
		ASSERT(run->window == 0);
	}
	run_release(run);
	return FL_OK;
}

fl_error_t sys_frame_info(struct thread *self)
{
	struct run *run;
	fl_error_t error = arg_run(self, &run);
	if (error)
		return error;
	struct frame *frame = frame_at(PA(arg(self, 1)));
	if (!frame)
		return FL_BAD_ARGUMENT;
	set_result(self, 1, frame->type);
	set_result(self, 2, frame->count);
	set_result(self, 3, run->kind);
	set_result(self, 4, run->holder == object_id(self->space));
	return FL_OK;
}
