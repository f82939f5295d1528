// picolibc's sched.h, plus what it hides although libsys has it.
#include_next <sched.h> // before the guard: this file may find itself here

#ifndef POSIX_SCHED_H
#define POSIX_SCHED_H

int sched_yield(void);

#endif
