// Condition variables: a sequence number that every signal adds to. A waiter sleeps while it is
// what it was when the waiter still had the mutex.
#include <errno.h>
#include <limits.h>
#include <pthread.h>

#include "event.h"

static int cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *deadline)
{
	if (deadline && (deadline->tv_nsec < 0 || deadline->tv_nsec >= 1000000000))
		return EINVAL;
	unsigned sequence = word_load(&cond->sequence);
	(void)word_add(&cond->waiters, 1);
	int result = pthread_mutex_unlock(mutex);
	fl_error_t error = FL_OK;
	if (result == 0)
		error = word_wait(&cond->sequence, sequence, cond->clock, deadline);
	(void)word_add(&cond->waiters, -1);
	if (result == 0)
		result = pthread_mutex_lock(mutex);
	return result == 0 && error == FL_AGAIN ? ETIMEDOUT : result;
}

int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	return cond_wait(cond, mutex, NULL);
}

int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                           const struct timespec *deadline)
{
	return cond_wait(cond, mutex, deadline);
}

static int cond_wake(pthread_cond_t *cond, unsigned count)
{
	(void)word_add(&cond->sequence, 1);
	if (word_load(&cond->waiters) != 0)
		word_wake(&cond->sequence, count);
	return 0;
}

int pthread_cond_signal(pthread_cond_t *cond)
{
	return cond_wake(cond, 1);
}

int pthread_cond_broadcast(pthread_cond_t *cond)
{
	return cond_wake(cond, UINT_MAX);
}

int pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attr)
{
	*cond = (pthread_cond_t){.clock = attr ? attr->clock : CLOCK_REALTIME};
	return 0;
}

int pthread_cond_destroy(pthread_cond_t *cond)
{
	return word_load(&cond->waiters) == 0 ? 0 : EBUSY;
}

int pthread_condattr_init(pthread_condattr_t *attr)
{
	attr->clock = CLOCK_REALTIME;
	return 0;
}

int pthread_condattr_destroy(pthread_condattr_t *attr)
{
	(void)attr;
	return 0;
}

int pthread_condattr_setclock(pthread_condattr_t *attr, clockid_t clock)
{
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
		return EINVAL;
	attr->clock = clock;
	return 0;
}
