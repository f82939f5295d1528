// The frame of tests that are written as programs for xv6 and know nothing else. Each check runs in
// a child; before and after it all free pages are counted by taking them, as xv6's own tests do.
#ifndef CHECK_H
#define CHECK_H

#include "kernel/fcntl.h"
#include "kernel/fs.h"
#include "kernel/memlayout.h"
#include "kernel/param.h"
#include "kernel/riscv.h"
#include "kernel/stat.h"
#include "kernel/types.h"
#include "user/user.h"

struct check {
	const char *name;
	void (*run)(void);
};

// Ends the check if the condition does not hold.
#define EXPECT(condition)                                                                          \
	do {                                                                                           \
		if (!(condition)) {                                                                        \
			printf("# line %d: expected %s\n", __LINE__, #condition);                              \
			exit(1);                                                                               \
		}                                                                                          \
	} while (0)

static inline int pages_free(void)
{
	uint64 start = (uint64)sbrk(0);
	int count = 0;
	while (sbrk(PGSIZE) != SBRK_ERROR)
		count++;
	sbrk(-(int)((uint64)sbrk(0) - start));
	return count;
}

// The status of a child that does that.
static inline int child_status(void (*body)(void))
{
	int status = 0;
	int pid = fork();
	EXPECT(pid >= 0);
	if (pid == 0) {
		body();
		exit(0);
	}
	EXPECT(wait(&status) == pid);
	return status;
}

static inline void nothing(void)
{
}

static inline int checks_run(const struct check *check)
{
	int count = 0;
	int failed = 0;
	printf("TAP version 13\n");
	// The first time pages of this program itself are taken, and with the first fork the pager's
	// own structures for it may take one page more, which they keep.
	(void)pages_free();
	(void)child_status(nothing);
	for (; check->name; check++) {
		int before = pages_free();
		int status = child_status(check->run);
		int after = pages_free();
		if (status != 0)
			printf("# exit status: expected 0, actual %d\n", status);
		if (after < before)
			printf("# free pages: expected %d, actual %d\n", before, after);
		int good = status == 0 && after >= before;
		failed += !good;
		printf("%sok %d - %s\n", good ? "" : "not ", ++count, check->name);
	}
	printf("1..%d\n", count);
	return failed > 0;
}

#endif
