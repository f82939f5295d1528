// What the parts of xv6's library share. These sources see POSIX's headers, not xv6's: the same
// names mean other things there. include/ has what programs see.
#ifndef XV6_H
#define XV6_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define XV6_MAXPATH 128
#define XV6_MAXARG 32
#define XV6_PAGE_BYTES 4096
#define XV6_DIRSIZ 14
#define XV6_BIN "/bin/"
#define XV6_PATH_BYTES (XV6_MAXPATH + sizeof(XV6_BIN))

typedef unsigned int xv6_uint;

// path.c: a caller's path, its names cut as xv6 cuts them. False: it cannot be read, or it has
// XV6_MAXPATH or more bytes.
bool path_fetch(char path[XV6_PATH_BYTES], const char *from);
// xv6's programs lie in its root folder and name each other without a slash. After a failed call
// with such a name: makes the path the one in /bin. False: it was another path, or another error.
bool path_to_bin(char path[XV6_PATH_BYTES]);

// directory.c: what read gives of a directory.
int xv6_directory_read(int fd, char *to, int bytes);

int xv6_read(int fd, void *to, int bytes);
int xv6_write(int fd, const void *from, int bytes);
char *xv6_sbrk(int increment);

#endif
