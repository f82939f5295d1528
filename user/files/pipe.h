// Pipes: a ring of bytes between those who write and those who read. Plain C: nobody waits here.
#ifndef PIPE_H
#define PIPE_H

#include "pool.h"
#include "proto/files.h"

#define PIPE_PAGES (FILES_PIPE_BYTES / PAGE_BYTES)

struct pipe {
	unsigned readers; // open files
	unsigned writers;
	unsigned first; // of the bytes in it
	unsigned bytes;
	page_t page[PIPE_PAGES];
};

struct pipe *pipe_create(void);      // NULL: FILES_TABLE_FULL
void pipe_settle(struct pipe *pipe); // gone, if nobody has it open any more
unsigned pipe_read(struct pipe *pipe, void *to, unsigned bytes);
// Puts back what the last pipe_read took.
void pipe_read_undo(struct pipe *pipe, unsigned bytes);
// All of it if that is at most FILES_PIPE_ATOMIC, or nothing; else as much as there is room for.
unsigned pipe_write(struct pipe *pipe, const void *from, unsigned bytes);

#endif
