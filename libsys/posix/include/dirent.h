// Listing folders. picolibc's header refuses to be used.
#ifndef POSIX_DIRENT_H
#define POSIX_DIRENT_H

#include <sys/types.h>

#define DT_UNKNOWN 0
#define DT_FIFO 1
#define DT_CHR 2
#define DT_DIR 4
#define DT_REG 8

struct dirent {
	ino_t d_ino;
	unsigned char d_type;
	char d_name[256];
};

typedef struct folder_stream DIR;

DIR *opendir(const char *path);
DIR *fdopendir(int fd);
struct dirent *readdir(DIR *stream); // "." and ".." too
void rewinddir(DIR *stream);
int dirfd(DIR *stream);
int closedir(DIR *stream);

#endif
