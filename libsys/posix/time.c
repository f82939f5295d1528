// Sleeping and the time since boot, both from procd. There is no clock of the day yet.
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

static fl_error_t sleep_ns(uint64_t duration)
{
	struct fl_message m = {.word = {PROCESS_SLEEP, duration}};
	return service_call(SLOT_PROCESS, &m);
}

int nanosleep(const struct timespec *request, struct timespec *left)
{
	uint64_t duration;
	if (request->tv_sec < 0 || request->tv_nsec < 0 || request->tv_nsec >= (long)NS_PER_SECOND ||
	    __builtin_mul_overflow((uint64_t)request->tv_sec, NS_PER_SECOND, &duration) ||
	    __builtin_add_overflow(duration, (uint64_t)request->tv_nsec, &duration))
		return error_return(FL_BAD_ARGUMENT);
	uint64_t start = left ? uptime_ns() : 0;
	fl_error_t error = sleep_ns(duration);
	if (error == FL_OK)
		return 0;
	if (left) {
		uint64_t slept = uptime_ns() - start;
		uint64_t rest = slept < duration ? duration - slept : 0;
		left->tv_sec = (time_t)(rest / NS_PER_SECOND);
		left->tv_nsec = (long)(rest % NS_PER_SECOND);
	}
	return error_return(error);
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
	fl_error_t error = sleep_ns(microseconds * NS_PER_MICROSECOND);
	return error == FL_OK ? 0 : error_return(error);
}
