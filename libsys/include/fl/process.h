// What processes can do here beyond POSIX: why a child ended, what a process's memory looks like,
// lazy and eager sbrk, uptime, statistics, power off. For programs; servers talk the protocols.
#ifndef FL_PROCESS_H
#define FL_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fl/kernel.h"
#include "proto/pager.h"
#include "proto/process.h"

// As sbrk, but the new pages get their frames at once: (void *)-1 with ENOMEM, and nothing changed,
// if frames are short.
void *sbrk_eager(ptrdiff_t increment);

uint64_t uptime_ns(void);

// How a child ended. `value` is the whole exit status (an int) or the signal that killed it;
// `reason` is the enum pager_reason of a fault death, else 0.
struct process_ending {
	int pid; // 0: no child has ended yet (only with PROCESS_WAIT_NOHANG)
	enum process_end end;
	int value;
	unsigned reason;
};

// pid 0: any child. flags: 0 or PROCESS_WAIT_NOHANG.
FL_CHECKED fl_error_t process_wait(int pid, unsigned flags, struct process_ending *ending);

// wait and waitpid encode it so: POSIX in the low 16 bits, the reason of a fault death above.
int process_ending_status(const struct process_ending *ending);
#define WREASON(status) ((unsigned)(status) >> 16 & 0xff)

// The signal that stands for a fault death, and the reason's text (never NULL).
int reason_signal(unsigned reason);
const char *reason_text(unsigned reason);

struct process_info {
	int pid;
	int parent;
	enum process_state state;
	char name[PROCESS_NAME_BYTES + 1];
};

// The first process with a pid >= `from`. FL_EMPTY after the last.
FL_CHECKED fl_error_t process_next(int from, struct process_info *info);

struct process_region {
	uint64_t start;
	uint64_t end;
	unsigned kind;   // enum pager_region_kind
	unsigned rights; // FL_PROT_READ | ...
	uint64_t resident_pages;
};

// The first region that ends above va. FL_EMPTY after the last.
FL_CHECKED fl_error_t process_region_next(int pid, uint64_t va, struct process_region *region);

// The PTEs of levels 2, 1 and 0 on the way to va; 0 from the first invalid one on.
FL_CHECKED fl_error_t process_pte(int pid, uint64_t va, uint64_t pte[3]);

struct process_memory {
	uint64_t resident_pages;
	uint64_t private_pages;
	uint64_t faults;
	uint64_t table_frames;
	uint64_t regions;
};

FL_CHECKED fl_error_t process_memory_read(int pid, struct process_memory *memory);

// Statistics of the pager, indexed by enum pager_stat, and their keys (NULL past the end). One
// reading is PAGER_STATISTICS_MESSAGES calls.
#define PAGER_STATISTICS_MESSAGES ((STAT_COUNT + 4) / 5)
FL_CHECKED fl_error_t pager_statistics(uint64_t value[STAT_COUNT]);
const char *pager_statistic_key(unsigned index);

// *sound: the pager checked its structures and found nothing wrong.
FL_CHECKED fl_error_t pager_audit(bool *sound);

// Ends the machine with this exit status, 0 .. 255. Returns only if that failed.
fl_error_t machine_poweroff(unsigned status);

#endif
