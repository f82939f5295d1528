// picolibc's time.h, plus what it hides although libsys has it.
#include_next <time.h> // before the guard: this file may find itself here

#ifndef POSIX_TIME_H
#define POSIX_TIME_H

#ifndef CLOCK_REALTIME
#define CLOCK_REALTIME ((clockid_t)1)
#endif
#ifndef CLOCK_MONOTONIC
#define CLOCK_MONOTONIC ((clockid_t)4)
#endif

int clock_gettime(clockid_t clock, struct timespec *now);
int nanosleep(const struct timespec *request, struct timespec *left);

#endif
