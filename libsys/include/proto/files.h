// The file protocol: files, folders, descriptors, pipes, the console as a file.
// docs/files-protocol.md has the reasons and the rules.
//
// Word 0 of a call: the label in bits 0-15, a byte count in bits 16-31, a descriptor in bits 32-63
// (0 where none is named). Word 0 of a reply: an fl_error_t or FILES_ERRORS in bits 0-15, a byte
// count in bits 16-31. The badge says which process calls; 0 is procd.
//
// A *path* argument: `count` bytes; up to FILES_INLINE_MAX of them stand in w2 .. w5, more than
// that in the caller's window at offset w2.
#ifndef PROTO_FILES_H
#define PROTO_FILES_H

#include <stdint.h>

#include "abi/error.h"

enum files_label {
	// By path:
	FILES_OPEN = 1, // w1 = FILES_O_* | mode << 32 -> w1 = descriptor
	FILES_STAT, // -> a status: w1 = size in bytes, w2 = number, w3 = FILES_WHAT(kind, mode, links),
				// w4 = pages it takes
	FILES_UNLINK,
	FILES_RMDIR,
	FILES_MKDIR, // w1 = mode
	FILES_CHDIR,
	FILES_LINK,   // two paths, one behind the other, `count` bytes in all; w1 = bytes of the first
	FILES_RENAME, // likewise
	// By descriptor:
	FILES_CLOSE,
	FILES_FSTAT, // -> a status
	FILES_READ,  // count 1 .. 40 -> count, data in w1 .. w5. Or count 0, w2 = offset in the window,
	// w3 = bytes -> w1 = bytes. FL_AGAIN: as WRITE
	FILES_WRITE, // count 1 .. 40, data in w1 .. w5, or count 0 and the window, as READ -> w1 =
	// bytes written, w2 = 1: go on with the rest. FL_AGAIN: nothing now; w1 = 1: use
	// WAIT
	FILES_SEEK,      // w1 = offset (signed), w2 = enum files_whence -> w1 = new offset
	FILES_TRUNCATE,  // w1 = size
	FILES_DUP,       // w1 = lowest descriptor to give, w2 = FILES_O_CLOEXEC or 0 -> w1 = descriptor
	FILES_DUP_TO,    // w1 = descriptor to become a copy; what it was is closed
	FILES_FLAGS_GET, // -> w1 = FILES_O_* (READ, WRITE, APPEND, NONBLOCK, CLOEXEC)
	FILES_FLAGS_SET, // w1 = of APPEND and NONBLOCK those that are to be set
	FILES_CLOEXEC_SET, // w1 = 0 or 1
	FILES_ENTRIES, // w2 = offset in the window, w3 = bytes -> w1 = bytes of struct files_entry; 0:
	               // end
	FILES_WAIT,    // w1 = FILES_READY_READ or _WRITE, w2 = bytes to write: replies when it may work
	// Of the process:
	FILES_PIPE, // w1 = of CLOEXEC and NONBLOCK -> w1, w2 = descriptors to read and to write
	FILES_POLL, // count = entries; w1 = 1: wait. Entries of 4 bytes, FILES_POLL_ENTRY, up to 8 in
				// w2 .. w5, else in the window at w2; the answer in the same place -> w1 = how many
				// are ready; 0 although w1 was 1: something changed, ask again
	FILES_GETCWD, // w2 = offset in the window, w3 = bytes -> w1 = bytes of the path
	FILES_WINDOW, // w1 = pages (1 .. 16): the caller's window has at least so many -> w1 = pages
	// From procd:
	FILES_CREATE = 64, // w1 = pid, w2 = the pager's number of its space: descriptors 0, 1, 2 are
	                   // the console, the folder is the root
	FILES_FORK,        // w1 = pid of the parent, w2 = pid of the child, w3 = the child's space
	FILES_EXEC,        // w1 = pid: descriptors marked CLOEXEC are closed
	FILES_EXIT,        // w1 = pid: gone; its window is not touched any more
	FILES_LOCATE       // w1 = number -> w1 = offset in the initrd, w2 = bytes
};

enum files_kind {
	FILES_REGULAR = 1,
	FILES_FOLDER,
	FILES_PIPE_END,
	FILES_CONSOLE,
	FILES_NULL, // reads nothing, takes everything
	FILES_ZERO  // reads zeros, takes everything
};

#define FILES_O_READ 0x1u
#define FILES_O_WRITE 0x2u
#define FILES_O_APPEND 0x4u
#define FILES_O_NONBLOCK 0x8u
#define FILES_O_CLOEXEC 0x10u
#define FILES_O_CREATE 0x20u
#define FILES_O_EXCLUSIVE 0x40u
#define FILES_O_TRUNCATE 0x80u
#define FILES_O_FOLDER 0x100u // fails if it is none
#define FILES_O_ALL 0x1ffu

enum files_whence { FILES_SEEK_SET, FILES_SEEK_CURRENT, FILES_SEEK_END };

#define FILES_READY_READ 0x1u
#define FILES_READY_WRITE 0x2u
#define FILES_READY_ERROR 0x4u    // a pipe without readers
#define FILES_READY_HANGUP 0x8u   // a pipe without writers
#define FILES_READY_INVALID 0x10u // no such descriptor
#define FILES_POLL_ENTRY(fd, events) ((uint32_t)(fd) | (uint32_t)(events) << 16)
#define FILES_POLL_INLINE 8
#define FILES_POLL_MAX 256

// What abi/error.h has no name for. X(number, NAME, text).
#define FILES_ERRORS(X)                                                                            \
	X(64, NO_SPACE, "no page or no file number is free")                                           \
	X(65, BROKEN_PIPE, "nobody reads the pipe")                                                    \
	X(66, LONG_NAME, "a path or a part of it is too long")                                         \
	X(67, NOT_EMPTY, "the directory is not empty")                                                 \
	X(68, NOT_SEEKABLE, "a pipe or the console has no offset")                                     \
	X(69, TOO_MANY_OPEN, "the process has no descriptor left")                                     \
	X(70, TABLE_FULL, "the system has no open file or pipe left")                                  \
	X(71, FILE_TOO_BIG, "past the largest size of a file")                                         \
	X(72, TOO_MANY_LINKS, "the file has too many names")

#define FILES_NO_SPACE ((fl_error_t)64)
#define FILES_BROKEN_PIPE ((fl_error_t)65)
#define FILES_LONG_NAME ((fl_error_t)66)
#define FILES_NOT_EMPTY ((fl_error_t)67)
#define FILES_NOT_SEEKABLE ((fl_error_t)68)
#define FILES_TOO_MANY_OPEN ((fl_error_t)69)
#define FILES_TABLE_FULL ((fl_error_t)70)
#define FILES_FILE_TOO_BIG ((fl_error_t)71)
#define FILES_TOO_MANY_LINKS ((fl_error_t)72)

#define FILES_NAME_MAX 255
#define FILES_PATH_MAX 1024 // with the NUL that the protocol does not carry
#define FILES_INLINE_MAX 32
#define FILES_DATA_MAX 40
#define FILES_DESCRIPTORS 64 // of a process
#define FILES_OPEN_MAX 1024  // open files of all processes
#define FILES_PIPE_BYTES 16384
#define FILES_PIPE_ATOMIC 4096 // PIPE_BUF: a write of so many bytes is never split

// What FILES_ENTRIES writes; the next one follows `bytes` behind.
struct files_entry {
	uint64_t number;
	uint16_t bytes;
	uint8_t kind;
	uint8_t name_bytes;
	char name[]; // not terminated
};

#define FILES_WORD0(label, count) ((uint64_t)(label) | (uint64_t)(count) << 16)
#define FILES_HEAD(label, count, fd) (FILES_WORD0(label, count) | (uint64_t)(uint32_t)(fd) << 32)
#define FILES_COUNT(word) ((unsigned)((word) >> 16 & 0xffff))
#define FILES_CODE(word) ((unsigned)((word)&0xffff))
#define FILES_FD(word) ((unsigned)((word) >> 32))

#define FILES_WHAT(kind, mode, links)                                                              \
	((uint64_t)(kind) | (uint64_t)(mode) << 8 | (uint64_t)(links) << 32)
#define FILES_WHAT_KIND(what) ((unsigned)((what)&0xff))
#define FILES_WHAT_MODE(what) ((unsigned)((what) >> 8 & 0xfff))
#define FILES_WHAT_LINKS(what) ((unsigned)((what) >> 32))

#endif
