// sysconf and getpagesize: the numbers of this system.
//
// Not here: the limits themselves, which the servers keep (proto/).
#include <errno.h>
#include <unistd.h>

#include "fl/process.h"

#define VERSION_2008 200809l

static long statistic_read(enum pager_stat index)
{
	uint64_t value[STAT_COUNT];
	return pager_statistics(value) == FL_OK ? (long)value[index] : -1;
}

int getpagesize(void)
{
	return FL_PAGE_SIZE;
}

// -1 with errno unchanged: there is no limit, or the option is not there. EINVAL: no such name.
long sysconf(int name)
{
	switch (name) {
	case _SC_PAGESIZE:
		return FL_PAGE_SIZE;
	case _SC_ARG_MAX:
		return PROCESS_ARGS_MAX;
	case _SC_CHILD_MAX:
		return PROCESS_MAX;
	case _SC_PHYS_PAGES:
		return statistic_read(STAT_FRAMES_TOTAL);
	case _SC_AVPHYS_PAGES:
		return statistic_read(STAT_FRAMES_FREE);
	case _SC_NPROCESSORS_CONF:
	case _SC_NPROCESSORS_ONLN:
		return 1;
	case _SC_VERSION:
	case _SC_MEMLOCK:
	case _SC_MEMLOCK_RANGE:
	case _SC_MEMORY_PROTECTION:
		return VERSION_2008;
	default:
		if (name < _SC_ARG_MAX || name > _SC_POSIX_26_VERSION)
			errno = EINVAL;
		return -1;
	}
}
