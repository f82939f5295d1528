// What a thread is made with.
#include <errno.h>
#include <pthread.h>

#include "fl/kernel.h"

#define STACK_BYTES_DEFAULT (1ul << 20) // untouched, it costs nothing

int pthread_attr_init(pthread_attr_t *attr)
{
	*attr = (pthread_attr_t){
		.stack_bytes = STACK_BYTES_DEFAULT,
		.guard_bytes = FL_PAGE_SIZE,
		.detach_state = PTHREAD_CREATE_JOINABLE,
	};
	return 0;
}

int pthread_attr_destroy(pthread_attr_t *attr)
{
	(void)attr;
	return 0;
}

int pthread_attr_setstacksize(pthread_attr_t *attr, size_t bytes)
{
	if (bytes < PTHREAD_STACK_MIN)
		return EINVAL;
	attr->stack_bytes = bytes;
	return 0;
}

int pthread_attr_getstacksize(const pthread_attr_t *attr, size_t *bytes)
{
	*bytes = attr->stack_bytes;
	return 0;
}

int pthread_attr_setstack(pthread_attr_t *attr, void *stack, size_t bytes)
{
	if (!stack || bytes < PTHREAD_STACK_MIN)
		return EINVAL;
	attr->stack = stack;
	attr->stack_bytes = bytes;
	return 0;
}

int pthread_attr_getstack(const pthread_attr_t *attr, void **stack, size_t *bytes)
{
	*stack = attr->stack;
	*bytes = attr->stack_bytes;
	return 0;
}

int pthread_attr_setguardsize(pthread_attr_t *attr, size_t bytes)
{
	attr->guard_bytes = bytes;
	return 0;
}

int pthread_attr_getguardsize(const pthread_attr_t *attr, size_t *bytes)
{
	*bytes = attr->guard_bytes;
	return 0;
}

int pthread_attr_setdetachstate(pthread_attr_t *attr, int state)
{
	if (state != PTHREAD_CREATE_JOINABLE && state != PTHREAD_CREATE_DETACHED)
		return EINVAL;
	attr->detach_state = state;
	return 0;
}

int pthread_attr_getdetachstate(const pthread_attr_t *attr, int *state)
{
	*state = attr->detach_state;
	return 0;
}
