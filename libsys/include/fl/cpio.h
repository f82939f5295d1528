// Reading a cpio archive of the "newc" kind (070701) that lies in memory: the initrd.
//
// Several archives may follow each other, with NUL bytes between them; a later entry replaces an
// earlier one of the same name. Nothing outside the given range is ever read.
#ifndef FL_CPIO_H
#define FL_CPIO_H

#include <stdint.h>

#include "abi/error.h"

struct fl_cpio {
	const uint8_t *base;
	uint64_t bytes;
	uint64_t archive; // offset of the present archive's first header: padding counts from it
	uint64_t at;      // offset of the next header
	int inside;       // a header was read and no trailer yet
};

struct fl_cpio_entry {
	const char *name;    // inside the archive, without leading "/" or "./"; ends with a NUL
	uint32_t name_bytes; // without the NUL; 0 = the root folder
	uint32_t mode;       // as st_mode
	uint64_t offset;     // of the contents, from the first archive's first byte
	uint64_t bytes;
};

#define FL_CPIO_TYPE 0170000u
#define FL_CPIO_FOLDER 0040000u
#define FL_CPIO_REGULAR 0100000u

void fl_cpio_start(struct fl_cpio *cpio, const void *base, uint64_t bytes);

// The next entry, in the order of the archive. FL_EMPTY: there is none. FL_BAD_ARGUMENT: the
// archive is cut or malformed from here on; asking again gives the same answer.
fl_error_t fl_cpio_next(struct fl_cpio *cpio, struct fl_cpio_entry *entry)
	__attribute__((warn_unused_result));

// The last regular file of that name (no leading slash). FL_NO_FILE, or FL_BAD_ARGUMENT if any part
// of the archive is malformed.
fl_error_t fl_cpio_find(const void *base, uint64_t bytes, const char *name,
                        struct fl_cpio_entry *entry) __attribute__((warn_unused_result));

#endif
