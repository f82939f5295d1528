// The calls that make and end kernel objects, and move handles and frames into spaces.
#include "syscall.h"

#include "create.h"
#include "sched.h"
#include "tlb.h"

#define ENDPOINT_WAKE_BATCH 32

static CHECKED fl_error_t object_take(struct thread *self, paddr_t pa, enum fl_type type,
                                      void **out)
{
	fl_error_t error = frame_take(pa, FL_FRAME_OBJECT, object_id(self->space));
	if (error)
		return error;
	struct frame *frame = frame_at(pa);
	frame->id = frame_new_id();
	frame->object_type = (uint8_t)type;
	*out = phys_to_virt(pa);
	return FL_OK;
}

static CHECKED fl_error_t endpoint_create(struct thread *self, paddr_t pa, void **object)
{
	fl_error_t error = object_take(self, pa, FL_TYPE_ENDPOINT, object);
	if (!error)
		endpoint_init(*object);
	return error;
}

static CHECKED fl_error_t thread_create(struct thread *self, paddr_t pa, void **object)
{
	struct handle *space;
	fl_error_t error = arg_handle(self, 3, FL_TYPE_SPACE, FL_RIGHT_CONTROL, &space);
	if (error)
		return error;
	if (arg(self, 4) >= FL_PRIORITY_COUNT)
		return FL_BAD_ARGUMENT;
	error = object_take(self, pa, FL_TYPE_THREAD, object);
	if (!error)
		thread_init(*object, space->object, (unsigned)arg(self, 4), arg(self, 5));
	return error;
}

static CHECKED fl_error_t space_create(struct thread *self, paddr_t pa, void **object)
{
	struct handle *pager;
	paddr_t root = PA(arg(self, 3));
	fl_error_t error = arg_handle(self, 4, FL_TYPE_ENDPOINT, FL_RIGHT_MINT, &pager);
	if (error)
		return error;
	error = frame_take(root, FL_FRAME_TABLE, object_id(self->space));
	if (error)
		return error;
	error = object_take(self, pa, FL_TYPE_SPACE, object);
	if (error) {
		frame_give(frame_at(root));
		return error;
	}
	space_init(*object, root);
	space_set_pager(*object, pager->object, arg(self, 5));
	return FL_OK;
}

fl_error_t sys_object_create(struct thread *self)
{
	struct handle *handle;
	paddr_t pa = PA(arg(self, 1));
	void *object;
	fl_error_t error = handle_vacant(&self->space->handles, arg(self, 2), &handle);
	if (error)
		return error;
	uint64_t type = arg(self, 0);
	if (type == FL_TYPE_ENDPOINT)
		error = endpoint_create(self, pa, &object);
	else if (type == FL_TYPE_THREAD)
		error = thread_create(self, pa, &object);
	else if (type == FL_TYPE_SPACE)
		error = space_create(self, pa, &object);
	else
		error = FL_BAD_ARGUMENT;
	if (!error)
		*handle = object_handle((enum fl_type)type, object);
	return error;
}

static CHECKED fl_error_t space_destroy(struct space *space)
{
	struct frame *root = frame_at(space->table.root);
	bool has_handles = false;
	for (unsigned i = 0; i < FL_HANDLE_FRAMES; i++)
		has_handles |= space->handles.part[i] != NULL;
	if (space->threads || root->count || space->table.spares || has_handles)
		return FL_BUSY;
	tlb_leave(space);
	memset(phys_to_virt(space->table.root), 0, FL_PAGE_SIZE); // the kernel half: not counted
	frame_give(root);
	return FL_OK;
}

fl_error_t sys_object_destroy(struct thread *self)
{
	struct handle *handle = handle_slot(&self->space->handles, arg(self, 0));
	if (!handle || handle->type == FL_TYPE_NONE || handle->type > FL_TYPE_ENDPOINT)
		return FL_BAD_HANDLE;
	fl_error_t error = arg_handle(self, 0, handle->type, FL_RIGHT_DESTROY, &handle);
	if (error)
		return error;
	struct frame *frame = frame_at(virt_to_phys(handle->object));
	if (handle->type == FL_TYPE_SPACE) {
		error = space_destroy(handle->object);
	} else if (handle->type == FL_TYPE_ENDPOINT) {
		error = endpoint_abandon(handle->object, ENDPOINT_WAKE_BATCH);
	} else {
		struct thread *thread = handle->object;
		thread_stop(thread);
		fp_forget(thread);
		thread->space->threads--;
	}
	if (error)
		return error;
	bool is_self = handle->object == self;
	memset(handle, 0, sizeof(*handle));
	frame_give(frame);
	return is_self ? NO_RESULT : FL_OK; // no register of a thread that is gone may be written
}

// The space that argument n names; slot 0 is the caller's own.
static CHECKED fl_error_t arg_space(struct thread *self, unsigned n, unsigned rights,
                                    struct space **space)
{
	struct handle *handle;
	*space = self->space;
	if (arg(self, n) == 0)
		return FL_OK;
	fl_error_t error = arg_handle(self, n, FL_TYPE_SPACE, rights, &handle);
	if (!error)
		*space = handle->object;
	return error;
}

fl_error_t sys_handle_copy(struct thread *self)
{
	struct space *space;
	struct handle *to, *from = handle_slot(&self->space->handles, arg(self, 2));
	fl_error_t error = arg_space(self, 0, FL_RIGHT_CONTROL, &space);
	if (error)
		return error;
	if (!from || from->type == FL_TYPE_NONE)
		return FL_BAD_HANDLE;
	error = handle_find(&self->space->handles, arg(self, 2), from->type, 0, &from);
	if (!error)
		error = handle_vacant(&space->handles, arg(self, 1), &to);
	if (error)
		return error;
	unsigned rights = (unsigned)min_u64(arg(self, 3), UINT32_MAX); // too many stay too many
	return handle_derive(from, rights, arg(self, 4), arg(self, 5), to);
}

fl_error_t sys_handle_close(struct thread *self)
{
	struct space *space;
	fl_error_t error = arg_space(self, 0, FL_RIGHT_CONTROL, &space);
	if (error)
		return error;
	struct handle *handle = handle_slot(&space->handles, arg(self, 1));
	if (!handle || handle->type == FL_TYPE_NONE)
		return FL_BAD_HANDLE;
	memset(handle, 0, sizeof(*handle));
	return FL_OK;
}

static unsigned feed_right(uint64_t what)
{
	return what == FL_FEED_HANDLES ? FL_RIGHT_CONTROL : FL_RIGHT_MAP;
}

fl_error_t sys_space_feed(struct thread *self)
{
	struct handle *handle;
	uint64_t what = arg(self, 1), index = arg(self, 3);
	fl_error_t error = arg_handle(self, 0, FL_TYPE_SPACE, feed_right(what), &handle);
	if (error)
		return error;
	struct space *space = handle->object;
	if (what != FL_FEED_TABLE && what != FL_FEED_HANDLES)
		return FL_BAD_ARGUMENT;
	enum fl_frame_type type = what == FL_FEED_TABLE ? FL_FRAME_TABLE : FL_FRAME_HANDLES;
	error = frame_take(PA(arg(self, 2)), type, object_id(self->space));
	if (error)
		return error;
	struct frame *frame = frame_at(PA(arg(self, 2)));
	if (what == FL_FEED_TABLE) {
		table_feed(&space->table, frame);
		return FL_OK;
	}
	error = handle_feed(&space->handles, frame, index);
	if (error)
		frame_give(frame);
	return error;
}

fl_error_t sys_space_drain(struct thread *self)
{
	struct handle *handle;
	struct frame *frame = NULL;
	uint64_t what = arg(self, 1);
	set_result(self, 1, 0);
	fl_error_t error = arg_handle(self, 0, FL_TYPE_SPACE, feed_right(what), &handle);
	if (error)
		return error;
	struct space *space = handle->object;
	if (what == FL_FEED_TABLE)
		error = table_drain(&space->table, &frame);
	else if (what == FL_FEED_HANDLES)
		error = handle_drain(&space->handles, &frame);
	else
		error = FL_BAD_ARGUMENT;
	if (error)
		return error;
	frame_give(frame);
	set_result(self, 1, frame_address(frame).v);
	return FL_OK;
}

fl_error_t sys_space_control(struct thread *self)
{
	struct handle *handle, *pager;
	fl_error_t error = arg_handle(self, 0, FL_TYPE_SPACE, FL_RIGHT_CONTROL, &handle);
	if (error)
		return error;
	struct space *space = handle->object;
	if (arg(self, 1) == FL_SPACE_SET_PAGER) {
		error = arg_handle(self, 2, FL_TYPE_ENDPOINT, FL_RIGHT_MINT, &pager);
		if (!error)
			space_set_pager(space, pager->object, arg(self, 3));
		return error;
	}
	if (arg(self, 1) != FL_SPACE_COUNTS)
		return FL_BAD_ARGUMENT;
	set_result(self, 1, space->threads);
	set_result(self, 2, space->table.leaves);
	set_result(self, 3, space->table.tables);
	set_result(self, 4, space->table.spares);
	return FL_OK;
}
