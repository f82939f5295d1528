// Endpoints; see ipc.h.
#include "ipc.h"

#include "sched.h"

// A token is a number from one counter that never restarts, above the index of the thread's frame.
// 24 bits of index reach 64 GiB of RAM; 40 bits of counter repeat after 10^12 calls, and even then
// a stale token would only let a server answer a call that was made to it.
#define TOKEN_INDEX_BITS 24

static uint64_t token_counter;

static uint64_t token_new(const struct thread *thread)
{
	return ++token_counter << TOKEN_INDEX_BITS | frame_index(frame_at(virt_to_phys(thread)));
}

// A handle that came with the message goes into the slot that the receiver named, in place of what
// is there. No slot, or no frame behind it: the handle is not passed, and the receiver sees so.
static uint64_t handle_pass(const struct thread *from, const struct thread *to)
{
	if (!from->x[REG_T0])
		return 0;
	const struct handle *source = handle_slot(&from->space->handles, from->x[REG_T0]);
	struct handle *target = handle_slot(&to->space->handles, to->x[REG_T1]);
	if (!source || source->type == FL_TYPE_NONE || !target)
		return 0;
	*target = *source;
	return 1;
}

static void words_copy(struct thread *to, const uint64_t word[FL_MESSAGE_WORDS])
{
	for (unsigned i = 0; i < FL_MESSAGE_WORDS; i++)
		to->x[REG_A0 + 1 + i] = word[i];
}

// The message of `from` (in no queue) arrives at `to`; `from` waits for the answer.
static void deliver(struct endpoint *endpoint, struct thread *from, struct thread *to)
{
	uint64_t passed = 0;
	if (from->is_fault) {
		words_copy(to, from->fault);
	} else {
		passed = handle_pass(from, to);
		words_copy(to, &from->x[REG_A0 + 1]);
	}
	from->token = token_new(from);
	from->state = from->is_fault ? THREAD_FAULTED : THREAD_CALLING;
	from->endpoint = endpoint;
	list_append(&endpoint->waiters, &from->link);
	to->x[REG_A0] = FL_OK;
	to->x[REG_T0] = passed;
	to->x[REG_T1] = from->badge;
	to->x[REG_T2] = from->token;
	to->x[REG_T3] = from->is_fault ? FL_RECEIVED_FAULT : FL_RECEIVED_CALL;
	this_hart()->messages++;
}

static void deliver_bits(struct endpoint *endpoint, struct thread *to)
{
	static const uint64_t none[FL_MESSAGE_WORDS];
	words_copy(to, none);
	to->x[REG_A0] = FL_OK;
	to->x[REG_A0 + 1] = endpoint->bits;
	to->x[REG_T0] = to->x[REG_T1] = to->x[REG_T2] = 0;
	to->x[REG_T3] = FL_RECEIVED_BITS;
	endpoint->bits = 0;
	this_hart()->messages++;
}

static struct thread *first_of(struct link *queue)
{
	if (list_is_empty(queue))
		return NULL;
	struct thread *thread = list_first(queue, struct thread, link);
	list_remove(&thread->link);
	return thread;
}

// The current thread's call or fault goes to a waiting receiver, or queues.
static void endpoint_send(struct endpoint *endpoint, struct thread *thread)
{
	struct thread *receiver = first_of(&endpoint->receivers);
	sched_clear();
	if (receiver) {
		deliver(endpoint, thread, receiver);
		sched_switch(receiver);
		return;
	}
	thread->state = THREAD_SENDING;
	thread->endpoint = endpoint;
	list_append(&endpoint->senders, &thread->link);
}

fl_error_t endpoint_call(struct endpoint *endpoint, struct thread *thread, uint64_t badge)
{
	if (endpoint->is_closing)
		return FL_GONE;
	thread->is_fault = false;
	thread->badge = badge;
	endpoint_send(endpoint, thread);
	return NO_RESULT;
}

void endpoint_send_fault(struct thread *thread)
{
	struct space *space = thread->space;
	thread->is_fault = true;
	thread->badge = space->pager_badge;
	if (space->pager && object_is_live(space->pager, space->pager_id) &&
	    !space->pager->is_closing) {
		endpoint_send(space->pager, thread);
	} else {
		sched_clear();
		thread->state = THREAD_STOPPED;
	}
}

fl_error_t endpoint_receive(struct endpoint *endpoint, struct thread *thread)
{
	struct thread *sender;
	if (endpoint->is_closing)
		return FL_GONE;
	if (endpoint->bits) {
		deliver_bits(endpoint, thread);
		return FL_OK;
	}
	if ((sender = first_of(&endpoint->senders))) {
		deliver(endpoint, sender, thread);
		return FL_OK;
	}
	sched_clear();
	thread->state = THREAD_RECEIVING;
	thread->endpoint = endpoint;
	list_append(&endpoint->receivers, &thread->link);
	return NO_RESULT;
}

void endpoint_notify(struct endpoint *endpoint, uint64_t bits)
{
	endpoint->bits |= bits;
	struct thread *receiver = first_of(&endpoint->receivers);
	if (receiver) {
		deliver_bits(endpoint, receiver);
		sched_ready(receiver);
	}
}

struct thread *endpoint_waiter(const struct endpoint *endpoint, uint64_t token,
                               enum thread_state state)
{
	uint64_t index = token & ((1ul << TOKEN_INDEX_BITS) - 1);
	if (index >= frames.count)
		return NULL;
	const struct frame *frame = &frames.frame[index];
	if (frame->type != FL_FRAME_OBJECT || frame->object_type != FL_TYPE_THREAD)
		return NULL;
	struct thread *thread = phys_to_virt(frame_address(frame));
	if (thread->state != state || thread->token != token || thread->endpoint != endpoint)
		return NULL;
	return thread;
}

void endpoint_reply(struct thread *from, struct thread *thread)
{
	list_remove(&thread->link);
	uint64_t passed = handle_pass(from, thread);
	words_copy(thread, &from->x[REG_A0 + 1]);
	thread->x[REG_A0] = FL_OK;
	thread->x[REG_T0] = passed;
	thread->x[REG_T1] = thread->x[REG_T2] = thread->x[REG_T3] = 0;
	this_hart()->messages++;
}

void thread_unblock(struct thread *thread, fl_error_t error)
{
	list_remove(&thread->link);
	bool is_fault =
		thread->state == THREAD_FAULTED || (thread->state == THREAD_SENDING && thread->is_fault);
	if (!is_fault)
		thread->x[REG_A0] = error;
	thread->token = 0;
}

fl_error_t endpoint_abandon(struct endpoint *endpoint, unsigned most)
{
	endpoint->is_closing = true;
	struct link *queue[] = {&endpoint->senders, &endpoint->waiters, &endpoint->receivers};
	for (unsigned i = 0; i < 3; i++) {
		while (!list_is_empty(queue[i])) {
			if (most-- == 0)
				return FL_AGAIN;
			struct thread *thread = list_first(queue[i], struct thread, link);
			bool is_fault = thread->state != THREAD_RECEIVING && thread->is_fault;
			thread_unblock(thread, FL_GONE);
			if (is_fault)
				thread->state = THREAD_STOPPED;
			else
				sched_ready(thread);
		}
	}
	return FL_OK;
}
