// picolibc's time.h, plus what it hides although libsys has it.
#include_next <time.h> // before the guard: this file may find itself here

#ifndef POSIX_TIME_H
#define POSIX_TIME_H

int nanosleep(const struct timespec *request, struct timespec *left);

#endif
