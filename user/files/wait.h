// Calls that wait. They carry no data: who is woken asks again. So a caller that was cancelled
// meanwhile loses nothing, and to wake one too many does no harm.
#ifndef WAIT_H
#define WAIT_H

#include <stdint.h>

struct client;

#define WAIT_ANY ((void *)0)                // for a change of anything (poll)
#define WAIT_CONSOLE ((void *)(uintptr_t)1) // for input; else for a change of that pipe

void waiter_park(const struct client *client, uint64_t token, const void *what);
// Answers all that wait for it, or for anything.
void waiters_wake(const void *what);
void waiters_forget(const struct client *client); // it is gone; nobody is answered

#endif
