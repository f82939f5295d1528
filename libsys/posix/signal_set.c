// Sets of signals.
#include <signal.h>

#include "service.h"

#define ALL_SIGNALS 0xfffffffeul

static int signal_check(int signal)
{
	return signal >= 1 && signal < NSIG ? 0 : error_return(FL_BAD_ARGUMENT);
}

int sigemptyset(sigset_t *set)
{
	*set = 0;
	return 0;
}

int sigfillset(sigset_t *set)
{
	*set = ALL_SIGNALS;
	return 0;
}

int sigaddset(sigset_t *set, int signal)
{
	if (signal_check(signal) != 0)
		return -1;
	*set |= 1ul << signal;
	return 0;
}

int sigdelset(sigset_t *set, int signal)
{
	if (signal_check(signal) != 0)
		return -1;
	*set &= ~(1ul << signal);
	return 0;
}

int sigismember(const sigset_t *set, int signal)
{
	if (signal_check(signal) != 0)
		return -1;
	return *set >> signal & 1;
}
