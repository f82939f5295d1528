// The calls about threads: start, stop, cancel, priority, register sets.
#include "sched.h"
#include "syscall.h"
#include "user.h"

static bool thread_is_blocked(const struct thread *thread)
{
	return thread->state >= THREAD_SENDING;
}

void thread_stop(struct thread *thread)
{
	if (thread_is_blocked(thread))
		thread_unblock(thread, FL_CANCELLED);
	else if (thread == this_hart()->current)
		sched_clear();
	else if (thread->state == THREAD_READY)
		sched_remove(thread);
	thread->state = THREAD_STOPPED;
}

static void thread_cancel(struct thread *thread)
{
	if (thread_is_blocked(thread)) {
		thread_unblock(thread, FL_CANCELLED);
		sched_ready(thread);
	}
}

static void thread_set_priority(struct thread *thread, uint64_t priority)
{
	bool is_queued = thread->state == THREAD_READY && thread != this_hart()->current;
	if (is_queued)
		sched_remove(thread);
	thread->priority = (uint8_t)priority;
	if (is_queued)
		sched_ready(thread);
}

fl_error_t sys_thread_control(struct thread *self)
{
	struct handle *handle;
	uint64_t op = arg(self, 1), value = arg(self, 2);
	if (arg(self, 0) == 0) {
		if (op != FL_THREAD_YIELD)
			return FL_BAD_HANDLE;
		sched_yield();
		return FL_OK;
	}
	fl_error_t error = arg_handle(self, 0, FL_TYPE_THREAD, FL_RIGHT_CONTROL, &handle);
	if (error)
		return error;
	struct thread *thread = handle->object;
	switch (op) {
	case FL_THREAD_START:
		if (thread->state != THREAD_STOPPED)
			return FL_BUSY;
		sched_ready(thread);
		return FL_OK;
	case FL_THREAD_STOP:
		thread_stop(thread);
		return FL_OK;
	case FL_THREAD_CANCEL:
		thread_cancel(thread);
		return FL_OK;
	case FL_THREAD_PRIORITY:
		if (value >= FL_PRIORITY_COUNT)
			return FL_BAD_ARGUMENT;
		thread_set_priority(thread, value);
		return FL_OK;
	default:
		return FL_BAD_ARGUMENT;
	}
}

static CHECKED fl_error_t context_get(struct thread *thread, uint64_t buffer)
{
	fp_collect(thread);
	fl_error_t error = user_write(buffer, thread->x, 33 * 8); // pc follows x[31]
	if (!error)
		error = user_write(buffer + 33 * 8, &thread->fcsr, 33 * 8);
	return error;
}

static CHECKED fl_error_t context_set(struct thread *thread, uint64_t buffer)
{
	struct fl_context context;
	fl_error_t error = user_read(&context, buffer, sizeof(context));
	if (error)
		return error;
	memcpy(&thread->x[1], &context.x[1], 31 * 8);
	thread->pc = context.pc & ~1ul; // sepc bit 0 is always 0
	fp_forget(thread);
	thread->fcsr = context.fcsr & 0xff;
	memcpy(thread->f, context.f, sizeof(thread->f));
	return FL_OK;
}

fl_error_t sys_thread_context(struct thread *self)
{
	struct handle *handle;
	uint64_t op = arg(self, 1), buffer = arg(self, 2);
	fl_error_t error = arg_handle(self, 0, FL_TYPE_THREAD, FL_RIGHT_CONTROL, &handle);
	if (error)
		return error;
	if (!user_range_ok(buffer, sizeof(struct fl_context)))
		return FL_BAD_ADDRESS;
	struct thread *thread = handle->object;
	if (thread == self)
		return FL_BUSY;
	if (op == FL_CONTEXT_GET)
		return context_get(thread, buffer);
	if (op != FL_CONTEXT_SET)
		return FL_BAD_ARGUMENT;
	return thread->state == THREAD_STOPPED ? context_set(thread, buffer) : FL_BUSY;
}
