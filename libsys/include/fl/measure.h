// Exact counting for guest tests: what a piece of code costs in faults, copies, frames and kernel
// entries, and an audit that everything came back.
//
// What reading costs, and how it stays out of the result:
// - A reading of the pager is PAGER_STATISTICS_MESSAGES calls through procd. It touches only pages
//   that measure_begin has touched before (it does a whole reading first), so it adds no fault,
//   copy or frame. STAT_MESSAGES, which it does move, is corrected by measure_end.
// - Kernel counters are read last before and first after the measured code, so that the calls for
//   the pager's statistics lie outside. The one entry of the closing reading is subtracted.
// - What else runs meanwhile is counted: other processes, and interrupts that arrive in user mode
//   (they are entries too; `interrupts` says how many there were).
// - The measured code's own first touch of its stack, data and text is part of its cost. A test
// that
//   wants one store's cost runs the same code once before.
#ifndef FL_MEASURE_H
#define FL_MEASURE_H

#include <stdint.h>

#include "fl/process.h"
#include "fl/tap.h"

// After measure_end: differences. The states among the statistics (frames_free ...) may have
// fallen: read them as int64_t.
struct measurement {
	uint64_t stat[STAT_COUNT];
	uint64_t kernel_entries;
	uint64_t address_space_switches; // satp writes
	uint64_t fences;                 // sfence.vma
	uint64_t kernel_messages;
	uint64_t instruction_fences; // fence.i
	uint64_t interrupts;
};

void measure_begin(struct measurement *m);
void measure_end(struct measurement *m);

// Everything that one child may take and must give back.
struct leak_audit {
	uint64_t frames_free;
	uint64_t frames_meta;
	uint64_t object_frames_free;
	uint64_t spaces;
};

// Between begin and end the calling process must give back what it takes itself, best by doing the
// work in a child. begin forks once and waits, so that copies caused by the first fork are made
// before the figures are read. end gives three results named NAME_frames_returned,
// NAME_object_frames_returned and NAME_spaces_returned, and a fourth, NAME_pager_audit_sound.
#define LEAK_AUDIT_RESULTS 4
void leak_audit_begin(struct leak_audit *audit);
void leak_audit_end(const struct leak_audit *audit, const char *name);

#endif
