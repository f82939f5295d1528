// RAM: which runs are windows, which are for objects, and frames for the kernel.
#ifndef PAGER_RUNS_H
#define PAGER_RUNS_H

#include "service.h"

// Attaches every run that is to be had and builds the frame table. Ends the pager if there is no
// window run: nothing works then.
void runs_start(struct service *service, const struct fl_bootinfo *boot);

// A frame to hand to the kernel, for an object or a table. FL_NO_MEMORY: none is free, and no
// wholly free window run is left to become an object run.
CORE_CHECKED fl_error_t object_frame_take(struct service *service, uint64_t *frame);
// A frame that the kernel does not use any more.
void object_frame_give(struct service *service, uint64_t frame);

#endif
