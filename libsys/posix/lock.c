// The C library's locks, in place of its own, which do nothing; and what fork does to them.
//
// fork takes the library's one static lock, which the malloc family uses too, so that what it
// guards is whole in the child; the child's one thread has it then, and gives it back.
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/lock.h>

#include "thread.h"

#define FORK_HANDLERS 32

struct __lock __lock___libc_recursive_mutex = {PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP};

static struct {
	void (*run[3])(void);
} handlers[FORK_HANDLERS];
static unsigned handler_count;

// A lock that cannot be had is the library's end: it has no way to be told.
static void lock_make(_LOCK_T *lock, int kind)
{
	*lock = malloc(sizeof(struct __lock));
	if (!*lock)
		abort();
	(*lock)->mutex = (pthread_mutex_t){.kind = kind};
}

void __retarget_lock_init(_LOCK_T *lock)
{
	lock_make(lock, PTHREAD_MUTEX_NORMAL);
}

void __retarget_lock_init_recursive(_LOCK_T *lock)
{
	lock_make(lock, PTHREAD_MUTEX_RECURSIVE);
}

void __retarget_lock_close(_LOCK_T lock)
{
	free(lock);
}

void __retarget_lock_close_recursive(_LOCK_T lock)
{
	free(lock);
}

void __retarget_lock_acquire(_LOCK_T lock)
{
	(void)pthread_mutex_lock(&lock->mutex);
}

void __retarget_lock_acquire_recursive(_LOCK_T lock)
{
	(void)pthread_mutex_lock(&lock->mutex);
}

int __retarget_lock_try_acquire(_LOCK_T lock)
{
	return pthread_mutex_trylock(&lock->mutex) == 0;
}

int __retarget_lock_try_acquire_recursive(_LOCK_T lock)
{
	return pthread_mutex_trylock(&lock->mutex) == 0;
}

void __retarget_lock_release(_LOCK_T lock)
{
	(void)pthread_mutex_unlock(&lock->mutex);
}

void __retarget_lock_release_recursive(_LOCK_T lock)
{
	(void)pthread_mutex_unlock(&lock->mutex);
}

int pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
	__LIBC_LOCK();
	bool full = handler_count == FORK_HANDLERS;
	if (!full) {
		handlers[handler_count].run[0] = prepare;
		handlers[handler_count].run[1] = parent;
		handlers[handler_count].run[2] = child;
		handler_count++;
	}
	__LIBC_UNLOCK();
	return full ? ENOMEM : 0;
}

void fork_begin(void)
{
	for (unsigned i = handler_count; i-- > 0;) {
		if (handlers[i].run[0])
			handlers[i].run[0]();
	}
	__LIBC_LOCK();
}

void fork_end(bool is_child)
{
	if (is_child) {
		threads_forget_others();
		stream_locks_reset();
	}
	__LIBC_UNLOCK();
	for (unsigned i = 0; i < handler_count; i++) {
		if (handlers[i].run[1 + is_child])
			handlers[i].run[1 + is_child]();
	}
}
