// The errors of the whole system: kernel calls, pager and servers use one numbering.
//
// Not here: POSIX errno values. libsys translates (libsys/posix/errno_map.c).
#ifndef ABI_ERROR_H
#define ABI_ERROR_H

// X(number, NAME, text). The stubs, the servers and the reference page come from this table.
#define FL_ERRORS(X)                                                                               \
	X(0, FL_OK, "success")                                                                         \
	X(1, FL_BAD_CALL, "no kernel call or message has this number")                                 \
	X(2, FL_BAD_HANDLE, "the slot is empty, of another type, or its object is gone")               \
	X(3, FL_NO_RIGHT, "the handle lacks the right that this call needs")                           \
	X(4, FL_BAD_ARGUMENT, "an argument is out of range, misaligned or has reserved bits set")      \
	X(5, FL_BAD_ADDRESS, "a virtual address is misaligned, outside the user half or unreadable")   \
	X(6, FL_BAD_FRAME, "the frame does not exist, has the wrong type or is held by another")       \
	X(7, FL_BAD_PROT, "the access rights are empty, unknown, or W together with X")                \
	X(8, FL_BUSY, "the object, frame or slot is still in use")                                     \
	X(9, FL_NO_TABLE, "a page-table or handle-table frame is missing: feed one and retry")         \
	X(10, FL_STALE, "the token names no thread that waits for this answer")                        \
	X(11, FL_CANCELLED, "the blocked call was cancelled before it was answered")                   \
	X(12, FL_GONE, "the endpoint was destroyed while the call waited on it")                       \
	X(13, FL_AGAIN, "one bounded step was done: repeat the call")                                  \
	X(14, FL_EMPTY, "there is nothing left to take")                                               \
	X(15, FL_OVERFLOW, "a counter is at its maximum")                                              \
	X(16, FL_NO_MEMORY, "no frame is free")                                                        \
	X(17, FL_LIMIT, "a documented limit was reached")                                              \
	X(18, FL_EXISTS, "it exists already, or overlaps what exists")                                 \
	X(19, FL_NO_PROCESS, "no such process")                                                        \
	X(20, FL_NO_CHILD, "the caller has no such child")                                             \
	X(21, FL_NO_FILE, "no such file or directory")                                                 \
	X(22, FL_NOT_DIRECTORY, "not a directory")                                                     \
	X(23, FL_IS_DIRECTORY, "is a directory")                                                       \
	X(24, FL_NOT_EXECUTABLE, "not an executable file for this machine")                            \
	X(25, FL_TOO_BIG, "the argument list, name or file is too long")                               \
	X(26, FL_READ_ONLY, "the file system cannot be written")                                       \
	X(27, FL_IO, "the device reported an error")                                                   \
	X(28, FL_FAULT, "a user memory access failed")

typedef enum fl_error {
#define FL_ERROR_ENUM(number, name, text) name = (number),
	FL_ERRORS(FL_ERROR_ENUM)
#undef FL_ERROR_ENUM
} fl_error_t;

#endif
