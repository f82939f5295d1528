// The errors as text.
#ifndef FL_ERROR_H
#define FL_ERROR_H

#include "abi/error.h"

// The sentence of abi/error.h; for a number that is no error, one that says so. Never NULL.
const char *fl_error_text(unsigned error);

#endif
