// Semaphores without a name, within one process.
#ifndef POSIX_SEMAPHORE_H
#define POSIX_SEMAPHORE_H

#include <time.h>

typedef struct {
	unsigned value;
	unsigned waiters;
} sem_t;

#define SEM_VALUE_MAX 0x7fffffff

#ifdef __cplusplus
extern "C" {
#endif

int sem_init(sem_t *semaphore, int shared, unsigned value); // shared: ENOSYS
int sem_destroy(sem_t *semaphore);
int sem_wait(sem_t *semaphore);
int sem_trywait(sem_t *semaphore);
int sem_timedwait(sem_t *semaphore, const struct timespec *deadline);
int sem_post(sem_t *semaphore);
int sem_getvalue(sem_t *semaphore, int *value);

#ifdef __cplusplus
}
#endif

#endif
