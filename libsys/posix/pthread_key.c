// Values of a thread by key, and what is to run once.
#include <errno.h>
#include <limits.h>
#include <pthread.h>

#include "event.h"
#include "thread.h"

static struct {
	bool used;
	void (*destructor)(void *);
} keys[PTHREAD_KEYS_MAX];
static pthread_mutex_t keys_mutex = PTHREAD_MUTEX_INITIALIZER;

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
	(void)pthread_mutex_lock(&keys_mutex);
	pthread_key_t free = 0;
	while (free < PTHREAD_KEYS_MAX && keys[free].used)
		free++;
	if (free < PTHREAD_KEYS_MAX) {
		keys[free].used = true;
		keys[free].destructor = destructor;
		*key = free;
	}
	(void)pthread_mutex_unlock(&keys_mutex);
	return free < PTHREAD_KEYS_MAX ? 0 : EAGAIN;
}

int pthread_key_delete(pthread_key_t key)
{
	if (key >= PTHREAD_KEYS_MAX || !keys[key].used)
		return EINVAL;
	keys[key].destructor = NULL;
	keys[key].used = false;
	return 0;
}

int pthread_setspecific(pthread_key_t key, const void *value)
{
	if (key >= PTHREAD_KEYS_MAX || !keys[key].used)
		return EINVAL;
	pthread_self()->specific[key] = value;
	return 0;
}

void *pthread_getspecific(pthread_key_t key)
{
	return key < PTHREAD_KEYS_MAX ? (void *)pthread_self()->specific[key] : NULL;
}

// A destructor may set values again, so a few rounds.
void thread_specific_destroy(struct pthread *thread)
{
	for (unsigned round = 0; round < PTHREAD_DESTRUCTOR_ITERATIONS; round++) {
		for (pthread_key_t key = 0; key < PTHREAD_KEYS_MAX; key++) {
			void *value = (void *)thread->specific[key];
			thread->specific[key] = NULL;
			if (value && keys[key].destructor)
				keys[key].destructor(value);
		}
	}
}

enum { NOT_BEGUN, UNDER_WAY, DONE };

int pthread_once(pthread_once_t *once, void (*run)(void))
{
	while (word_load(&once->word) != DONE) {
		if (word_change(&once->word, NOT_BEGUN, UNDER_WAY)) {
			run();
			word_store(&once->word, DONE);
			word_wake(&once->word, UINT_MAX);
			return 0;
		}
		fl_error_t error = word_wait(&once->word, UNDER_WAY, CLOCK_MONOTONIC, NULL);
		(void)error; // look again, whatever ended it
	}
	return 0;
}
