// Read-write locks and barriers, made of mutexes and condition variables. Writers come before
// readers that arrive later.
#include <errno.h>
#include <pthread.h>

static const pthread_mutex_t mutex_new = PTHREAD_MUTEX_INITIALIZER;
static const pthread_cond_t cond_new = PTHREAD_COND_INITIALIZER;

int pthread_rwlock_init(pthread_rwlock_t *lock, const pthread_rwlockattr_t *attr)
{
	(void)attr;
	*lock = (pthread_rwlock_t){.mutex = mutex_new, .changed = cond_new};
	return 0;
}

int pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
	return lock->readers || lock->written ? EBUSY : 0;
}

static int lock_read(pthread_rwlock_t *lock, int may_wait)
{
	int result = 0;
	(void)pthread_mutex_lock(&lock->mutex);
	while (may_wait && (lock->written || lock->writers_waiting))
		(void)pthread_cond_wait(&lock->changed, &lock->mutex);
	if (lock->written || lock->writers_waiting)
		result = EBUSY;
	else
		lock->readers++;
	(void)pthread_mutex_unlock(&lock->mutex);
	return result;
}

static int lock_write(pthread_rwlock_t *lock, int may_wait)
{
	int result = 0;
	(void)pthread_mutex_lock(&lock->mutex);
	lock->writers_waiting++;
	while (may_wait && (lock->written || lock->readers))
		(void)pthread_cond_wait(&lock->changed, &lock->mutex);
	lock->writers_waiting--;
	if (lock->written || lock->readers)
		result = EBUSY;
	else
		lock->written = 1;
	(void)pthread_mutex_unlock(&lock->mutex);
	return result;
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
	return lock_read(lock, 1);
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
	return lock_read(lock, 0);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
	return lock_write(lock, 1);
}

int pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
	return lock_write(lock, 0);
}

int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
	int result = 0;
	(void)pthread_mutex_lock(&lock->mutex);
	if (lock->written)
		lock->written = 0;
	else if (lock->readers)
		lock->readers--;
	else
		result = EPERM;
	(void)pthread_cond_broadcast(&lock->changed);
	(void)pthread_mutex_unlock(&lock->mutex);
	return result;
}

int pthread_barrier_init(pthread_barrier_t *barrier, const pthread_barrierattr_t *attr,
                         unsigned count)
{
	(void)attr;
	if (count == 0)
		return EINVAL;
	*barrier = (pthread_barrier_t){.mutex = mutex_new, .opened = cond_new, .count = count};
	return 0;
}

int pthread_barrier_destroy(pthread_barrier_t *barrier)
{
	return barrier->arrived ? EBUSY : 0;
}

int pthread_barrier_wait(pthread_barrier_t *barrier)
{
	int result = 0;
	(void)pthread_mutex_lock(&barrier->mutex);
	unsigned phase = barrier->phase;
	if (++barrier->arrived == barrier->count) {
		barrier->arrived = 0;
		barrier->phase++;
		(void)pthread_cond_broadcast(&barrier->opened);
		result = PTHREAD_BARRIER_SERIAL_THREAD;
	}
	while (barrier->phase == phase)
		(void)pthread_cond_wait(&barrier->opened, &barrier->mutex);
	(void)pthread_mutex_unlock(&barrier->mutex);
	return result;
}
