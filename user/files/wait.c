// Waiters. See wait.h.
#include "wait.h"

#include "fl/server.h"

#define WAITERS_MAX 1024

struct waiter {
	uint64_t token;
	const void *what;
	const struct client *client;
};

static struct waiter waiters[WAITERS_MAX]; // the longest waiting first
static unsigned count;

static void answer(uint64_t token)
{
	struct fl_message m = {.token = token};
	(void)(server_reply_now(&m) == FL_OK); // who was cancelled needs no answer
}

// Keeps those for which `goes` is 0.
static void waiters_sift(const void *what, const struct client *client)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < count; i++) {
		struct waiter waiter = waiters[i];
		if (client ? waiter.client == client : waiter.what == what || waiter.what == WAIT_ANY) {
			if (!client)
				answer(waiter.token);
		} else {
			waiters[kept++] = waiter;
		}
	}
	count = kept;
}

// If there is no room, most of those here were cancelled; the oldest is told to ask again.
void waiter_park(const struct client *client, uint64_t token, const void *what)
{
	if (count == WAITERS_MAX) {
		answer(waiters[0].token);
		count--;
		for (unsigned i = 0; i < count; i++)
			waiters[i] = waiters[i + 1];
	}
	waiters[count++] = (struct waiter){.token = token, .what = what, .client = client};
}

void waiters_wake(const void *what)
{
	waiters_sift(what, NULL);
}

void waiters_forget(const struct client *client)
{
	waiters_sift(NULL, client);
}
