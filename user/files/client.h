// Clients and what they have open: descriptors -> open files -> inodes, pipes, the console.
#ifndef CLIENT_H
#define CLIENT_H

#include "inode.h"
#include "pipe.h"

#define CLIENTS_MAX 512

// Shared by all descriptors that came from one open, over dup and fork.
struct open_file {
	uint64_t offset;     // of a folder: 0 ".", 1 "..", then the cursor + 2
	struct inode *inode; // or
	struct pipe *pipe;
	uint32_t references; // descriptors; 0: free
	uint16_t flags;      // FILES_O_READ, WRITE, APPEND, NONBLOCK
	uint8_t kind;        // enum files_kind
};

struct client {
	uint32_t pid; // 0: none; at the place pid % CLIENTS_MAX, as procd numbers them
	uint32_t window_pages;
	uint64_t space;   // the pager's number
	uint64_t cloexec; // a bit for each descriptor
	struct inode *folder;
	uint16_t open[FILES_DESCRIPTORS]; // place of the open file + 1; 0: closed
};

struct client *client_find(uint64_t pid); // NULL
// FL_EXISTS: the pid, or another one of its place, is there. FILES_TABLE_FULL.
fl_error_t client_create(uint64_t pid, uint64_t space) __attribute__((warn_unused_result));
fl_error_t client_fork(const struct client *parent, uint64_t pid, uint64_t space)
	__attribute__((warn_unused_result));
void client_exec(struct client *client);
void client_exit(struct client *client);
unsigned client_place(const struct client *client);
// `bytes` of the client's window from `offset` on; NULL: it has not so many.
void *client_window(const struct client *client, uint64_t offset, uint64_t bytes);

struct open_file *open_find(const struct client *client, unsigned fd); // NULL: not open
// Not in a descriptor yet. NULL: FILES_TABLE_FULL.
struct open_file *open_create(enum files_kind kind, unsigned flags);
// Drops what open_create gave, or the descriptor's share of it.
void open_release(struct open_file *file);
// The lowest free descriptor >= lowest gets the file, with a reference more. FILES_TOO_MANY_OPEN.
fl_error_t descriptor_give(struct client *client, struct open_file *file, unsigned lowest,
                           int cloexec, unsigned *fd) __attribute__((warn_unused_result));
void descriptor_set(struct client *client, unsigned fd, struct open_file *file, int cloexec);
void descriptor_close(struct client *client, unsigned fd); // is open

#endif
