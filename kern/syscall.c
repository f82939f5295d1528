// Dispatch, and the calls of IPC. The others: sys_object.c, sys_memory.c, sys_thread.c,
// sys_device.c.
#include "syscall.h"

#include "check.h"
#include "map.h"
#include "sched.h"

typedef fl_error_t (*syscall_t)(struct thread *self);

static const syscall_t syscalls[] = {
#define SYSCALL_ENTRY(number, name, function, text) [number] = sys_##function,
	FL_SYSCALLS(SYSCALL_ENTRY)
#undef SYSCALL_ENTRY
};

void syscall_dispatch(struct thread *self)
{
	uint64_t number = self->x[REG_A7];
	fl_error_t error = FL_BAD_CALL;
	if (number < FL_SYS_COUNT)
		error = syscalls[number](self);
	if (error != NO_RESULT)
		self->x[REG_A0] = error;
	kern_check_step();
}

fl_error_t sys_version(struct thread *self)
{
	set_result(self, 1, FL_ABI_VERSION);
	return FL_OK;
}

static CHECKED fl_error_t arg_endpoint(const struct thread *self, unsigned rights,
                                       struct endpoint **endpoint)
{
	struct handle *handle;
	fl_error_t error = arg_handle(self, 0, FL_TYPE_ENDPOINT, rights, &handle);
	if (!error)
		*endpoint = handle->object;
	return error;
}

fl_error_t sys_call(struct thread *self)
{
	struct handle *handle;
	fl_error_t error = arg_handle(self, 0, FL_TYPE_ENDPOINT, FL_RIGHT_CALL, &handle);
	return error ? error : endpoint_call(handle->object, self, handle->badge);
}

fl_error_t sys_receive(struct thread *self)
{
	struct endpoint *endpoint;
	fl_error_t error = arg_endpoint(self, FL_RIGHT_RECEIVE, &endpoint);
	return error ? error : endpoint_receive(endpoint, self);
}

// What answers a waiting thread: on success it is in no queue, and *woken.
typedef fl_error_t (*answer_t)(struct thread *self, struct endpoint **endpoint,
                               struct thread **woken);

static CHECKED fl_error_t reply(struct thread *self, struct endpoint **endpoint,
                                struct thread **woken)
{
	fl_error_t error = arg_endpoint(self, FL_RIGHT_RECEIVE, endpoint);
	if (error)
		return error;
	*woken = endpoint_waiter(*endpoint, self->x[REG_T2], THREAD_CALLING);
	if (!*woken)
		return FL_STALE;
	endpoint_reply(self, *woken);
	return FL_OK;
}

static void redirect(struct thread *thread, const struct thread *self)
{
	thread->pc = arg(self, 2) & ~1ul;
	thread->x[REG_SP] = arg(self, 3);
	for (unsigned i = 0; i < 3; i++)
		thread->x[REG_A0 + i] = arg(self, 4 + i);
}

static CHECKED fl_error_t resolve(struct thread *self, struct endpoint **endpoint,
                                  struct thread **woken)
{
	fl_error_t error = arg_endpoint(self, FL_RIGHT_RECEIVE, endpoint);
	if (error)
		return error;
	*woken = endpoint_waiter(*endpoint, self->x[REG_T2], THREAD_FAULTED);
	if (!*woken)
		return FL_STALE;
	uint64_t action = arg(self, 1) & 0xff, count = arg(self, 1) >> 8, installed = 0;
	if (action == FL_RESOLVE_RESUME) {
		error = map_entries(self, (*woken)->space, count, 2, &installed);
		set_result(self, 1, installed);
	} else if (action == FL_RESOLVE_REDIRECT && count == 0) {
		redirect(*woken, self);
	} else {
		error = FL_BAD_ARGUMENT;
	}
	if (!error)
		list_remove(&(*woken)->link);
	return error;
}

// `answer` (reply or resolve) on its own.
static fl_error_t answer_only(struct thread *self, answer_t answer)
{
	struct endpoint *endpoint;
	struct thread *woken;
	fl_error_t error = answer(self, &endpoint, &woken);
	if (!error)
		sched_ready(woken);
	return error;
}

// Answers, then receives: if nothing waits to be received, the woken thread runs at once.
static fl_error_t answer_and_receive(struct thread *self, answer_t answer)
{
	struct endpoint *endpoint;
	struct thread *woken;
	fl_error_t error = answer(self, &endpoint, &woken);
	if (error)
		return error;
	error = endpoint_receive(endpoint, self);
	sched_switch(woken);
	return error;
}

fl_error_t sys_reply(struct thread *self)
{
	return answer_only(self, reply);
}

fl_error_t sys_reply_receive(struct thread *self)
{
	return answer_and_receive(self, reply);
}

fl_error_t sys_resolve(struct thread *self)
{
	return answer_only(self, resolve);
}

fl_error_t sys_resolve_receive(struct thread *self)
{
	return answer_and_receive(self, resolve);
}

fl_error_t sys_notify(struct thread *self)
{
	struct handle *handle;
	fl_error_t error = arg_handle(self, 0, FL_TYPE_ENDPOINT, FL_RIGHT_NOTIFY, &handle);
	if (error)
		return error;
	if (!handle->badge)
		return FL_BAD_ARGUMENT;
	endpoint_notify(handle->object, handle->badge);
	return FL_OK;
}
