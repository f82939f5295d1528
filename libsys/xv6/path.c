// Paths as xv6 takes them: short, from memory that may be bad, and with names cut at 14 characters.
#include <errno.h>
#include <string.h>

#include "copy.h"
#include "xv6.h"

bool path_fetch(char path[XV6_PATH_BYTES], const char *from)
{
	char whole[XV6_MAXPATH];
	if (fl_copy_text(whole, from, sizeof(whole)) != FL_OK)
		return false;
	size_t name = 0; // characters of the present one
	for (const char *at = whole; *at; at++) {
		name = *at == '/' ? 0 : name + 1;
		if (name <= XV6_DIRSIZ)
			*path++ = *at;
	}
	*path = '\0';
	return true;
}

bool path_to_bin(char path[XV6_PATH_BYTES])
{
	if (errno != ENOENT || path[0] == '\0' || strchr(path, '/'))
		return false;
	memmove(path + sizeof(XV6_BIN) - 1, path, strlen(path) + 1);
	memcpy(path, XV6_BIN, sizeof(XV6_BIN) - 1);
	return true;
}
