// Sleeping and the time since boot, both from procd. There is no clock of the day yet: the
// real-time clock began at boot.
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "fl/process.h"
#include "service.h"

#define NS_PER_SECOND 1000000000ull
#define NS_PER_MICROSECOND 1000ull

uint64_t uptime_ns(void)
{
	struct fl_message m = {.word = {PROCESS_UPTIME}};
	return service_call(SLOT_PROCESS, &m) == FL_OK ? m.word[1] : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
		return error_return(FL_BAD_ARGUMENT);
	uint64_t ns = uptime_ns();
	now->tv_sec = (time_t)(ns / NS_PER_SECOND);
	now->tv_nsec = (long)(ns % NS_PER_SECOND);
	return 0;
}

fl_error_t time_to_ns(const struct timespec *time, uint64_t *ns)
{
	if (time->tv_sec < 0 || time->tv_nsec < 0 || time->tv_nsec >= (long)NS_PER_SECOND)
		return FL_BAD_ARGUMENT;
	if (__builtin_mul_overflow((uint64_t)time->tv_sec, NS_PER_SECOND, ns) ||
	    __builtin_add_overflow(*ns, (uint64_t)time->tv_nsec, ns))
		*ns = UINT64_MAX;
	return FL_OK;
}

// A handler ends the sleep, a stop does not. *left is set when it ended early, and only then.
static fl_error_t sleep_ns(uint64_t duration, uint64_t *left)
{
	unsigned before = service_handlers_run;
	uint64_t end = 0;
	*left = duration;
	for (;;) {
		struct fl_message m = {.word = {PROCESS_SLEEP, *left}};
		uint64_t start = end == 0 ? uptime_ns() : 0;
		if (end == 0 && __builtin_add_overflow(start, duration, &end))
			end = UINT64_MAX;
		fl_error_t error = service_call_once(SLOT_PROCESS, &m);
		if (error != FL_CANCELLED)
			return error;
		uint64_t now = uptime_ns();
		*left = now < end ? end - now : 0;
		if (service_handlers_run != before)
			return error;
	}
}

int nanosleep(const struct timespec *request, struct timespec *left)
{
	uint64_t duration, rest;
	fl_error_t error = time_to_ns(request, &duration);
	if (error == FL_OK)
		error = sleep_ns(duration, &rest);
	if (error == FL_CANCELLED && left) {
		left->tv_sec = (time_t)(rest / NS_PER_SECOND);
		left->tv_nsec = (long)(rest % NS_PER_SECOND);
	}
	return error == FL_OK ? 0 : error_return(error);
}

// Returns the seconds that were not slept, as POSIX wants it.
unsigned sleep(unsigned seconds)
{
	struct timespec left = {.tv_sec = (time_t)seconds};
	if (nanosleep(&left, &left) == 0)
		return 0;
	return (unsigned)left.tv_sec + (left.tv_nsec > 0);
}

int usleep(useconds_t microseconds)
{
	uint64_t left;
	fl_error_t error = sleep_ns(microseconds * NS_PER_MICROSECOND, &left);
	return error == FL_OK ? 0 : error_return(error);
}
