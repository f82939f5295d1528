// The console protocol. Word 0 as in proto/files.h: label or error in bits 0-15, bytes in 16-31.
#ifndef PROTO_CONSOLE_H
#define PROTO_CONSOLE_H

enum console_label {
	CONSOLE_WRITE = 1, // count (1 .. 40) bytes in w1..w5 -> count written (all of them)
	CONSOLE_READ, // from the file server: count wanted (1 .. 40) -> count (0: end of input), data
	              // in w1..w5, never past a line's end. FL_EMPTY: no line is there; BITS_CONSOLE is
	              // sent when one is
	CONSOLE_LOG,  // as WRITE, from servers: part of one log line; count < 40 (0 too) ends the line
	CONSOLE_DRAIN // replies when all output has left the UART (before the machine stops)
};

// A log line stands on a line of its own: CONSOLE_RECORD, "log ", the text, newline. init prints
// records "begin" and "end STATUS" around what boot/run -c shows.
#define CONSOLE_RECORD '\x1e'
#define CONSOLE_DATA_MAX 40

// Badges of console handles: 0 and those from here are servers (0 is procd, which mints the
// others), between them are the pids. CONSOLE_LOG from a pid is FL_NO_RIGHT.
#define CONSOLE_BADGE_SERVER 0x100000000ul

#endif
