// One object of each kind, and a picture of their state: for tests that must change nothing.
#ifndef FIXTURE_H
#define FIXTURE_H

#include "harness.h"

#define FIXTURE_VA 0x600000ul // mapped in fixture.space: fixture.mapped, readable and writable

extern struct fixture {
	fl_slot_t endpoint, notify, space, thread; // notify: badged; thread: stopped, in the space
	fl_slot_t empty;                           // a slot that holds nothing
	uint64_t frame, frame2;                    // FREE, of the object run
	uint64_t page, mapped;                     // of the window
	uint64_t object;                           // the frame of an endpoint
	uint64_t fixed, reserved;                  // boot memory, the kernel
	uint64_t run;                              // held by nobody
	uint64_t beyond;                           // first address after RAM
} fixture;

void fixture_open(void);
void fixture_close(void);

struct picture {
	uint64_t word[40];
};
struct picture picture_take(void);
// Part of the running test: nothing has changed since.
bool picture_same(const struct picture *before);

#endif
