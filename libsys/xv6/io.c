// read and write as xv6 has them.
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "xv6.h"

int xv6_read(int fd, void *to, int bytes)
{
	if (bytes < 0)
		return -1;
	ssize_t got = read(fd, to, (size_t)bytes);
	return got < 0 && errno == EISDIR ? xv6_directory_read(fd, to, bytes) : (int)got;
}

// A file has no holes: writing past its end, after somebody made it shorter, fails.
int xv6_write(int fd, const void *from, int bytes)
{
	struct stat status;
	if (bytes < 0)
		return -1;
	off_t at = lseek(fd, 0, SEEK_CUR);
	if (at > 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && at > status.st_size)
		return -1;
	return (int)write(fd, from, (size_t)bytes);
}
