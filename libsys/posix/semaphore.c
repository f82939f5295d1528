// Semaphores without a name.
#include <errno.h>
#include <semaphore.h>
#include <stdbool.h>

#include "event.h"
#include "service.h"

static int fail(int number)
{
	errno = number;
	return -1;
}

int sem_init(sem_t *semaphore, int shared, unsigned value)
{
	if (shared)
		return fail(ENOSYS);
	if (value > SEM_VALUE_MAX)
		return fail(EINVAL);
	*semaphore = (sem_t){.value = value};
	return 0;
}

int sem_destroy(sem_t *semaphore)
{
	return word_load(&semaphore->waiters) == 0 ? 0 : fail(EBUSY);
}

static bool semaphore_take(sem_t *semaphore)
{
	unsigned value;
	while ((value = word_load(&semaphore->value)) != 0) {
		if (word_change(&semaphore->value, value, value - 1))
			return true;
	}
	return false;
}

static int semaphore_wait(sem_t *semaphore, const struct timespec *deadline)
{
	while (!semaphore_take(semaphore)) {
		(void)word_add(&semaphore->waiters, 1);
		fl_error_t error = word_wait(&semaphore->value, 0, CLOCK_REALTIME, deadline);
		(void)word_add(&semaphore->waiters, -1);
		if (error == FL_AGAIN)
			return fail(ETIMEDOUT);
		if (error)
			return error_return(error);
	}
	return 0;
}

int sem_wait(sem_t *semaphore)
{
	return semaphore_wait(semaphore, NULL);
}

int sem_timedwait(sem_t *semaphore, const struct timespec *deadline)
{
	return semaphore_wait(semaphore, deadline);
}

int sem_trywait(sem_t *semaphore)
{
	return semaphore_take(semaphore) ? 0 : fail(EAGAIN);
}

int sem_post(sem_t *semaphore)
{
	unsigned value;
	do {
		value = word_load(&semaphore->value);
		if (value >= SEM_VALUE_MAX)
			return fail(EOVERFLOW);
	} while (!word_change(&semaphore->value, value, value + 1));
	if (word_load(&semaphore->waiters) != 0)
		word_wake(&semaphore->value, 1);
	return 0;
}

int sem_getvalue(sem_t *semaphore, int *value)
{
	*value = (int)word_load(&semaphore->value);
	return 0;
}
