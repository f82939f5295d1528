// Exec: a layout is built region by region beside the present one, then takes its place.
#ifndef PAGER_EXEC_H
#define PAGER_EXEC_H

#include "space.h"

// Adds a region to the pending layout. `what` is a PAGER_REGION, `image` a PAGER_IMAGE (0 unless
// the kind is IMAGE). Nothing changed on an error:
// - FL_BAD_ADDRESS: not page aligned, wrapping, or outside [LAYOUT_USER_START, LAYOUT_USER_TOP),
//   or in the file server's window.
// - FL_BAD_PROT: rights empty, unknown, W with X, or W without R.
// - FL_BAD_ARGUMENT: unknown kind, an image outside the archive, reserved bits.
// - FL_EXISTS: overlap, also with the guard page; a second heap or stack.
// - FL_LIMIT: PAGER_REGIONS_MAX. FL_NO_MEMORY.
CORE_CHECKED fl_error_t exec_region_add(struct pager *pager, struct space *space, uint64_t start,
                                        uint64_t end, uint64_t what, uint64_t image);

// The pending layout replaces the present one. The pages of [arg_start, arg_start + arg_bytes) move
// to the end of the new stack; a page that was never written is zero there, unless it was one of an
// image. Nothing changed on an error:
// - FL_BAD_ARGUMENT: nothing is pending, or arguments without a stack.
// - FL_BAD_ADDRESS: arg_start is not page aligned, or a page of the arguments may not be read.
// - FL_TOO_BIG: the arguments would fill the stack.
// - FL_NO_MEMORY.
CORE_CHECKED fl_error_t exec_commit(struct pager *pager, struct space *space, uint64_t arg_start,
                                    uint64_t arg_bytes);

void exec_abort(struct pager *pager, struct space *space);

#endif
