// The hart's timer: time slices, and one deadline for user mode (interrupt source 0).
// Source: the time CSR (unprivileged specification, "Zicntr"), Sstc 1.0, SBI 1.0 "Timer Extension".
#ifndef KERN_TIME_H
#define KERN_TIME_H

#include "types.h"

// timebase_hz: frequency of the time CSR; sstc: write stimecmp directly instead of asking firmware.
void time_init(uint64_t timebase_hz, bool sstc);

// While a thread runs there is a slice; while the hart idles there is none.
void time_slice_start(void);
void time_slice_stop(void);

// Notify source 0 when the time CSR reaches this value; ~0 = never.
void time_set_deadline(uint64_t ticks);

// The timer interrupt.
void time_interrupt(void);

#endif
