// The errors as text, from the one table of abi/error.h.
#include "fl/error.h"

const char *fl_error_text(unsigned error)
{
	switch (error) {
#define FL_ERROR_CASE(number, name, text)                                                          \
	case number:                                                                                   \
		return text;
		FL_ERRORS(FL_ERROR_CASE)
#undef FL_ERROR_CASE
	default:
		return "an unknown error";
	}
}
