// alarm, ualarm and the real-time interval timer: one timer a process, kept by procd.
#include <stdint.h>
#include <sys/time.h>
#include <unistd.h>

#include "fl/process.h"
#include "service.h"

#define NS_PER_SECOND 1000000000ull
#define NS_PER_MICROSECOND 1000ull
#define MICROSECONDS 1000000

static fl_error_t alarm_set(uint64_t *ns, uint64_t *interval)
{
	struct fl_message m = {.word = {PROCESS_ALARM, *ns, *interval}};
	fl_error_t error = service_call_persist(SLOT_PROCESS, &m);
	*ns = m.word[1];
	*interval = m.word[2];
	return error;
}

unsigned alarm(unsigned seconds)
{
	uint64_t ns = seconds * NS_PER_SECOND;
	uint64_t interval = 0;
	if (alarm_set(&ns, &interval) != FL_OK)
		return 0; // alarm has no way to fail
	return (unsigned)((ns + NS_PER_SECOND - 1) / NS_PER_SECOND);
}

useconds_t ualarm(useconds_t first, useconds_t every)
{
	uint64_t ns = first * NS_PER_MICROSECOND;
	uint64_t interval = every * NS_PER_MICROSECOND;
	if (alarm_set(&ns, &interval) != FL_OK)
		return 0;
	return (useconds_t)(ns / NS_PER_MICROSECOND);
}

static bool timeval_to_ns(const struct timeval *time, uint64_t *ns)
{
	return time->tv_sec >= 0 && time->tv_usec >= 0 && time->tv_usec < MICROSECONDS &&
	       !__builtin_mul_overflow((uint64_t)time->tv_sec, NS_PER_SECOND, ns) &&
	       !__builtin_add_overflow(*ns, (uint64_t)time->tv_usec * NS_PER_MICROSECOND, ns);
}

static struct timeval timeval_of_ns(uint64_t ns)
{
	uint64_t us = (ns + NS_PER_MICROSECOND - 1) / NS_PER_MICROSECOND;
	return (struct timeval){(time_t)(us / MICROSECONDS), (suseconds_t)(us % MICROSECONDS)};
}

int setitimer(int which, const struct itimerval *restrict new, struct itimerval *restrict old)
{
	uint64_t ns, interval;
	if (which != ITIMER_REAL || !new || !timeval_to_ns(&new->it_value, &ns) ||
	    !timeval_to_ns(&new->it_interval, &interval))
		return error_return(FL_BAD_ARGUMENT);
	fl_error_t error = alarm_set(&ns, &interval);
	if (error != FL_OK)
		return error_return(error);
	if (old)
		*old = (struct itimerval){timeval_of_ns(interval), timeval_of_ns(ns)};
	return 0;
}
