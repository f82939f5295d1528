// Assertions: what they state can only be broken by a bug in the pager itself, never by anything a
// client sends. `core_bug` belongs to the program that links the core: the pager says where and
// stops, the host tests abort.
#ifndef PAGER_BUG_H
#define PAGER_BUG_H

// A result that must not be dropped: an error, or whether memory was there.
#define CORE_CHECKED __attribute__((warn_unused_result))

// For what the usual fault does not need: kept out of its code.
#define CORE_COLD __attribute__((cold, noinline))

CORE_COLD _Noreturn void core_bug(const char *file, int line);

#define CORE_ASSERT(condition)                                                                     \
	do {                                                                                           \
		if (!(condition))                                                                          \
			core_bug(__FILE__, __LINE__);                                                          \
	} while (0)

#endif
