// Threads: their making and their end. procd starts and ends them; stack and thread-local storage
// are this file's business.
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "fl/process.h"
#include "service.h"
#include "thread.h"

#define ALL_SIGNALS 0xfffffffeul

_Static_assert(PAGER_MUNMAP == 3 && SLOT_PAGER == 2 && PROCESS_THREAD_EXIT == 49 &&
                   FL_SYS_CALL == 1,
               "thread_entry.S");

void thread_entry(void);
_Noreturn void thread_begin(struct pthread *thread, uint64_t index, uint64_t mask);
_Noreturn void thread_leave(unsigned *gone, uint64_t slot, void *block, size_t bytes,
                            uint64_t *generation);

static struct pthread first;
static _Thread_local struct pthread *self; // NULL: the first
static unsigned threads = 1;
bool threads_started;

pthread_t pthread_self(void)
{
	return self ? self : &first;
}

int pthread_equal(pthread_t one, pthread_t two)
{
	return one == two;
}

// Called with all signals blocked: until it knows its index, a handler could not ask for its
// signal.
_Noreturn void thread_begin(struct pthread *thread, uint64_t index, uint64_t mask)
{
	sigset_t set = mask;
	service_thread = (unsigned)index;
	thread->index = (unsigned)index;
	word_store(&thread->begun, 1);
	self = thread;
	(void)pthread_sigmask(SIG_SETMASK, &set, NULL);
	pthread_exit(thread->start(thread->argument));
}

int pthread_create(pthread_t *out, const pthread_attr_t *attr, void *(*start)(void *),
                   void *argument)
{
	pthread_attr_t usual;
	struct pthread *thread;
	void *tls;
	if (!attr) {
		(void)pthread_attr_init(&usual);
		attr = &usual;
	}
	void *block = attr->stack;
	size_t guard = attr->stack ? 0 : attr->guard_bytes;
	size_t bytes = attr->stack_bytes;
	if (!thread_block_make(&block, &bytes, guard, &thread, &tls))
		return EAGAIN;
	thread->start = start;
	thread->argument = argument;
	thread->ownership = attr->detach_state ? THREAD_DETACHED : THREAD_JOINABLE;
	thread->block = attr->stack ? NULL : block;
	thread->block_bytes = bytes;
	threads_started = true;
	(void)word_add(&threads, 1);
	struct fl_message m = {
		.word = {PROCESS_THREAD_CREATE, (uintptr_t)thread_entry, (uintptr_t)tls & ~15ul,
	             (uintptr_t)tls, (uintptr_t)thread},
	};
	// The new thread may be gone before this call is back: its block is not touched any more.
	*out = thread;
	fl_error_t error = service_call_persist(SLOT_PROCESS, &m);
	if (error == FL_OK)
		return 0;
	(void)word_add(&threads, -1);
	if (!attr->stack)
		thread_block_free(block, bytes);
	return EAGAIN;
}

void pthread_exit(void *result)
{
	struct pthread *thread = pthread_self();
	const sigset_t all = ALL_SIGNALS;
	thread->result = result;
	thread_specific_destroy(thread);
	if (word_add(&threads, -1) == 1)
		exit(EXIT_SUCCESS);
	(void)pthread_sigmask(SIG_SETMASK, &all, NULL);
	bool detached = !word_change(&thread->ownership, THREAD_JOINABLE, THREAD_ENDED);
	thread_leave(&thread->gone, service_process_slot(), detached ? thread->block : NULL,
	             thread->block_bytes, &event_generation);
}

static void wait_until_gone(struct pthread *thread)
{
	while (!word_load(&thread->gone)) {
		fl_error_t error = word_wait(&thread->gone, 0, CLOCK_MONOTONIC, NULL);
		(void)error; // look again, whatever ended it
	}
}

static void block_release(struct pthread *thread)
{
	if (thread->block)
		thread_block_free(thread->block, thread->block_bytes);
}

int pthread_join(pthread_t thread, void **result)
{
	if (thread == pthread_self())
		return EDEADLK;
	if (word_load(&thread->ownership) == THREAD_DETACHED)
		return EINVAL;
	wait_until_gone(thread);
	if (result)
		*result = thread->result;
	block_release(thread);
	return 0;
}

int pthread_detach(pthread_t thread)
{
	if (word_change(&thread->ownership, THREAD_JOINABLE, THREAD_DETACHED))
		return 0;
	if (word_load(&thread->ownership) == THREAD_DETACHED)
		return EINVAL;
	wait_until_gone(thread);
	block_release(thread);
	return 0;
}

int pthread_kill(pthread_t thread, int signal)
{
	while (thread != &first && !word_load(&thread->begun))
		(void)sched_yield();
	struct fl_message m = {.word = {PROCESS_THREAD_KILL, thread->index, (uint64_t)signal}};
	return error_errno(service_call_persist(SLOT_PROCESS, &m));
}

// Only the thread that forked is there; procd's index for it is 0, as the first thread's.
void threads_forget_others(void)
{
	threads = 1;
	service_thread = 0;
	pthread_self()->index = 0;
}

int sched_yield(void)
{
	return error_errno(fl_thread_control(0, FL_THREAD_YIELD, 0));
}
