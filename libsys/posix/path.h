// Calls to the file server that name a path. Private to libsys.
#ifndef PATH_H
#define PATH_H

#include "fl/kernel.h"

// Sends label, w1 and the path; m->word[] is then the reply's.
FL_CHECKED fl_error_t path_call(unsigned label, uint64_t word1, const char *path,
                                struct fl_message *m);
FL_CHECKED fl_error_t path_call_two(unsigned label, const char *first, const char *second);

#endif
