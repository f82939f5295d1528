// Mutexes. A free one is taken and given back without a call.
#include <errno.h>
#include <pthread.h>

#include "event.h"

enum { FREE, HELD, WAITED_FOR };

static int mutex_lock(pthread_mutex_t *mutex, const struct timespec *deadline)
{
	pthread_t me = pthread_self();
	if (mutex->kind != PTHREAD_MUTEX_NORMAL && word_load(&mutex->owner) == me) {
		if (mutex->kind == PTHREAD_MUTEX_ERRORCHECK)
			return EDEADLK;
		if (mutex->depth + 1 == 0)
			return EAGAIN;
		mutex->depth++;
		return 0;
	}
	if (!word_change(&mutex->word, FREE, HELD)) {
		while (word_swap(&mutex->word, WAITED_FOR) != FREE) {
			if (word_wait(&mutex->word, WAITED_FOR, CLOCK_REALTIME, deadline) == FL_AGAIN)
				return ETIMEDOUT;
		}
	}
	word_store(&mutex->owner, me);
	mutex->depth = 1;
	return 0;
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	return mutex_lock(mutex, NULL);
}

int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *deadline)
{
	return mutex_lock(mutex, deadline);
}

int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
	if (word_change(&mutex->word, FREE, HELD)) {
		word_store(&mutex->owner, pthread_self());
		mutex->depth = 1;
		return 0;
	}
	if (mutex->kind != PTHREAD_MUTEX_RECURSIVE || word_load(&mutex->owner) != pthread_self())
		return EBUSY;
	mutex->depth++;
	return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	if (mutex->kind != PTHREAD_MUTEX_NORMAL && word_load(&mutex->owner) != pthread_self())
		return EPERM;
	if (mutex->kind == PTHREAD_MUTEX_RECURSIVE && --mutex->depth != 0)
		return 0;
	word_store(&mutex->owner, NULL);
	if (word_swap(&mutex->word, FREE) == WAITED_FOR)
		word_wake(&mutex->word, 1);
	return 0;
}

int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr)
{
	*mutex = (pthread_mutex_t){.kind = attr ? attr->kind : PTHREAD_MUTEX_DEFAULT};
	return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
	return word_load(&mutex->word) == FREE ? 0 : EBUSY;
}

int pthread_mutexattr_init(pthread_mutexattr_t *attr)
{
	attr->kind = PTHREAD_MUTEX_DEFAULT;
	return 0;
}

int pthread_mutexattr_destroy(pthread_mutexattr_t *attr)
{
	(void)attr;
	return 0;
}

int pthread_mutexattr_settype(pthread_mutexattr_t *attr, int kind)
{
	if (kind < PTHREAD_MUTEX_NORMAL || kind > PTHREAD_MUTEX_ERRORCHECK)
		return EINVAL;
	attr->kind = kind;
	return 0;
}

int pthread_mutexattr_gettype(const pthread_mutexattr_t *attr, int *kind)
{
	*kind = attr->kind;
	return 0;
}

int pthread_mutexattr_setpshared(pthread_mutexattr_t *attr, int shared)
{
	(void)attr;
	return shared == PTHREAD_PROCESS_PRIVATE ? 0 : ENOTSUP;
}

int pthread_spin_init(pthread_spinlock_t *lock, int shared)
{
	return shared == PTHREAD_PROCESS_PRIVATE ? pthread_mutex_init(lock, NULL) : ENOTSUP;
}

int pthread_spin_destroy(pthread_spinlock_t *lock)
{
	return pthread_mutex_destroy(lock);
}

int pthread_spin_lock(pthread_spinlock_t *lock)
{
	return pthread_mutex_lock(lock);
}

int pthread_spin_trylock(pthread_spinlock_t *lock)
{
	return pthread_mutex_trylock(lock);
}

int pthread_spin_unlock(pthread_spinlock_t *lock)
{
	return pthread_mutex_unlock(lock);
}
