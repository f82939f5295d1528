// What the file server has of our frames: the windows that it shares with its clients, and the
// pages of its files. Both are frames of state FRAME_LENT, wired where they are mapped.
#ifndef PAGER_WINDOWS_H
#define PAGER_WINDOWS_H

#include "calls.h"

// Handlers of PAGER_WINDOW, PAGER_POOL_TAKE and PAGER_POOL_GIVE (proto/pager.h).
call_handler_t window_grow;
call_handler_t pool_take;
call_handler_t pool_give;

// The client's window goes out of both spaces. The file server has been told before.
void window_destroy(struct service *service, struct client *client);

#endif
