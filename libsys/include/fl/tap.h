// Test results on stdout in the Test Anything Protocol, version 13. For guest test programs: one
// process prints; children that it forks must not.
#ifndef FL_TAP_H
#define FL_TAP_H

#include <stdbool.h>
#include <stdint.h>

// First: how many results will come. 0: unknown, tap_finish prints the plan.
void tap_plan(unsigned count);

// One result, named object_situation_expected; returns `passed`.
bool tap_ok(bool passed, const char *name);

// One result: are they equal? If not, "# expected X, got Y" follows.
bool tap_equal(uint64_t expected, uint64_t got, const char *name);
bool tap_equal_text(const char *expected, const char *got, const char *name);

void tap_skip(const char *name, const char *why);

// A line that explains the result before it.
__attribute__((format(printf, 1, 2))) void tap_note(const char *format, ...);

// Testing cannot go on: says why and ends the process with status 1.
__attribute__((format(printf, 1, 2))) _Noreturn void tap_bail(const char *format, ...);

// Last: the process's exit status, 0 if all that was planned ran and passed.
int tap_finish(void);

#endif
