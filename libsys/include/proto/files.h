// The file protocol of the initrd's file server: read-only. Word 0 of a call is the label in bits
// 0-15 and a byte count in bits 16-31; a reply's word 0 is an fl_error_t in bits 0-15 and a byte
// count in bits 16-31. Files are named by numbers that stay valid for ever (1 = the root folder).
#ifndef PROTO_FILES_H
#define PROTO_FILES_H

#include <stdint.h>

enum files_label {
	FILES_WALK = 1, // w1 = folder, w2..w5 = name (count bytes, 1 .. 32) -> w1 = file, w2 = kind
	FILES_STAT,     // w1 = file -> w1 = size in bytes, w2 = kind, w3 = mode bits (0777)
	FILES_READ,     // w1 = file, w2 = offset, count wanted (1 .. 40) -> count read, data in w1..w5
	FILES_ENTRY, // w1 = folder, w2 = index -> w1 = file, count = name bytes (<= 32), w2..w5 = name;
	             // FL_EMPTY after the last
	FILES_LOCATE // w1 = file -> w1 = offset in the initrd, w2 = bytes: for procd's exec
};

enum files_kind { FILES_REGULAR = 1, FILES_FOLDER = 2 };
#define FILES_ROOT 1ul
#define FILES_NAME_MAX 32
#define FILES_DATA_MAX 40

#define FILES_WORD0(label, count) ((uint64_t)(label) | (uint64_t)(count) << 16)
#define FILES_COUNT(word) ((unsigned)((word) >> 16 & 0xffff))
#define FILES_CODE(word) ((unsigned)((word)&0xffff))

#endif
