// The file server's answer to FILES_STAT and FILES_FSTAT as a struct stat. Private to libsys.
#ifndef STATUS_H
#define STATUS_H

#include <sys/stat.h>

#include "fl/kernel.h"

FL_CHECKED fl_error_t status_fill(struct stat *out, const struct fl_message *m);

#endif
