// What libsys's files about threads share. Private to libsys.
#ifndef THREAD_H
#define THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fl/kernel.h"

// What the C library calls a lock (sys/lock.h).
struct __lock {
	pthread_mutex_t mutex;
};

extern bool threads_started; // there has been a second thread; never false again

enum pthread_ownership { THREAD_JOINABLE, THREAD_DETACHED, THREAD_ENDED };

// At the top of a thread's block: guard pages, stack, thread-local storage, this.
struct pthread {
	void *(*start)(void *);
	void *argument;
	void *result;
	unsigned index; // procd's, once it has begun
	unsigned begun;
	unsigned ownership; // who frees the block: who joins, or the thread
	unsigned gone;      // set last: its stack is not used any more
	void *block;        // NULL: not libsys's
	size_t block_bytes;
	const void *specific[PTHREAD_KEYS_MAX];
};

void thread_specific_destroy(struct pthread *thread); // pthread_key.c
void threads_forget_others(void);                     // pthread.c: in the child of fork
void stream_locks_reset(void);                        // stream.c: the same
void fork_begin(void);                                // lock.c: what comes before and after
void fork_end(bool is_child);

// thread_block.c. *block: NULL, or memory of the program; *bytes: of the stack, then of the block.
// The stack ends at *tls. False: no memory.
void thread_block_free(void *block, size_t bytes);
FL_CHECKED bool thread_block_make(void **block, size_t *bytes, size_t guard,
                                  struct pthread **thread, void **tls);
#endif
