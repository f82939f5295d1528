// fl_error_t to POSIX errno. The one place that knows both numberings.
#include <errno.h>

#include "proto/files.h"
#include "service.h"

static const int errno_of[] = {
	[FL_OK] = 0,
	[FL_BAD_CALL] = ENOSYS,
	[FL_BAD_HANDLE] = EBADF,
	[FL_NO_RIGHT] = EPERM,
	[FL_BAD_ARGUMENT] = EINVAL,
	[FL_BAD_ADDRESS] = EFAULT,
	[FL_BAD_FRAME] = EINVAL,
	[FL_BAD_PROT] = EACCES,
	[FL_BUSY] = EBUSY,
	[FL_NO_TABLE] = ENOMEM,
	[FL_STALE] = ESRCH,
	[FL_CANCELLED] = EINTR,
	[FL_GONE] = EIO,
	[FL_AGAIN] = EAGAIN,
	[FL_EMPTY] = ENOENT,
	[FL_OVERFLOW] = EOVERFLOW,
	[FL_NO_MEMORY] = ENOMEM,
	[FL_LIMIT] = EAGAIN,
	[FL_EXISTS] = EEXIST,
	[FL_NO_PROCESS] = ESRCH,
	[FL_NO_CHILD] = ECHILD,
	[FL_NO_FILE] = ENOENT,
	[FL_NOT_DIRECTORY] = ENOTDIR,
	[FL_IS_DIRECTORY] = EISDIR,
	[FL_NOT_EXECUTABLE] = ENOEXEC,
	[FL_TOO_BIG] = E2BIG,
	[FL_READ_ONLY] = EROFS,
	[FL_IO] = EIO,
	[FL_FAULT] = EFAULT,
};

#define ERRNO_COUNT (sizeof(errno_of) / sizeof(errno_of[0]))

// Every error of the system has its errno: adding one there breaks the build here.
#define ERROR_PRESENT(number, name, text)                                                          \
	_Static_assert((number) < ERRNO_COUNT, "no errno for " #name);
FL_ERRORS(ERROR_PRESENT)

// Those of the file protocol have numbers from FILES_ERROR_FIRST on.
#define FILES_ERROR_FIRST ((unsigned)FILES_NO_SPACE)
static const int errno_of_files[] = {
	[FILES_NO_SPACE - FILES_ERROR_FIRST] = ENOSPC,
	[FILES_BROKEN_PIPE - FILES_ERROR_FIRST] = EPIPE,
	[FILES_LONG_NAME - FILES_ERROR_FIRST] = ENAMETOOLONG,
	[FILES_NOT_EMPTY - FILES_ERROR_FIRST] = ENOTEMPTY,
	[FILES_NOT_SEEKABLE - FILES_ERROR_FIRST] = ESPIPE,
	[FILES_TOO_MANY_OPEN - FILES_ERROR_FIRST] = EMFILE,
	[FILES_TABLE_FULL - FILES_ERROR_FIRST] = ENFILE,
	[FILES_FILE_TOO_BIG - FILES_ERROR_FIRST] = EFBIG,
	[FILES_TOO_MANY_LINKS - FILES_ERROR_FIRST] = EMLINK,
};

#define FILES_ERROR_COUNT (sizeof(errno_of_files) / sizeof(errno_of_files[0]))
#define FILES_ERROR_PRESENT(number, name, text)                                                    \
	_Static_assert((number)-FILES_ERROR_FIRST < FILES_ERROR_COUNT, "no errno for " #name);
FILES_ERRORS(FILES_ERROR_PRESENT)

int error_errno(fl_error_t error)
{
	if ((unsigned)error - FILES_ERROR_FIRST < FILES_ERROR_COUNT)
		return errno_of_files[(unsigned)error - FILES_ERROR_FIRST];
	return (unsigned)error < ERRNO_COUNT ? errno_of[error] : EIO;
}

int error_return(fl_error_t error)
{
	errno = error_errno(error);
	return -1;
}
