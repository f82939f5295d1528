// Readings of pager and kernel counters, arranged so that they do not disturb what they measure
// (fl/measure.h says how).
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fl/measure.h"

#define NAME_BYTES 96

static void pager_read(uint64_t value[STAT_COUNT])
{
	fl_error_t error = pager_statistics(value);
	if (error != FL_OK)
		tap_bail("the pager's statistics cannot be read: error %d", (int)error);
}

static void counters_set(struct measurement *m, const struct fl_result *r)
{
	m->kernel_entries = r->value[0];
	m->address_space_switches = r->value[1];
	m->fences = r->value[2];
	m->kernel_messages = r->value[3];
	m->instruction_fences = r->value[4];
	m->interrupts = r->value[5];
}

static void counters_subtract(struct measurement *m, const struct fl_result *now)
{
	m->kernel_entries = now->value[0] - m->kernel_entries - 1; // this reading's own entry
	m->address_space_switches = now->value[1] - m->address_space_switches;
	m->fences = now->value[2] - m->fences;
	m->kernel_messages = now->value[3] - m->kernel_messages;
	m->instruction_fences = now->value[4] - m->instruction_fences;
	m->interrupts = now->value[5] - m->interrupts;
}

static void reading_start(struct measurement *m)
{
	struct fl_result counters;
	pager_read(m->stat);
	fl_counters(&counters);
	counters_set(m, &counters);
}

void measure_begin(struct measurement *m)
{
	reading_start(m);
	measure_end(m); // a dry run: all pages of both halves are resident from here on
	reading_start(m);
}

void measure_end(struct measurement *m)
{
	struct fl_result counters;
	uint64_t now[STAT_COUNT];
	fl_counters(&counters);
	counters_subtract(m, &counters);
	pager_read(now);
	for (unsigned i = 0; i < STAT_COUNT; i++)
		m->stat[i] = now[i] - m->stat[i];
	m->stat[STAT_MESSAGES] -= PAGER_STATISTICS_MESSAGES;
}

static void audit_read(struct leak_audit *audit)
{
	uint64_t value[STAT_COUNT];
	pager_read(value);
	audit->frames_free = value[STAT_FRAMES_FREE];
	audit->frames_meta = value[STAT_FRAMES_META];
	audit->object_frames_free = value[STAT_OBJECT_FRAMES_FREE];
	audit->spaces = value[STAT_PROCESS_SPACES];
}

void leak_audit_begin(struct leak_audit *audit)
{
	audit_read(audit); // its pages too are resident before the reading that counts
	(void)fflush(stdout);
	pid_t child = fork();
	if (child < 0)
		tap_bail("leak_audit_begin: fork failed");
	if (child == 0)
		_exit(0);
	int status;
	if (waitpid(child, &status, 0) != child || status != 0)
		tap_bail("leak_audit_begin: the child did not end well");
	audit_read(audit);
}

static void audit_result(uint64_t before, uint64_t after, const char *name, const char *what)
{
	char full[NAME_BYTES];
	(void)snprintf(full, sizeof(full), "%s_%s", name, what);
	tap_equal(before, after, full);
}

// Free frames as if the pager's own structures took what they took before. They are packed: which
// pages of theirs are in use depends on the order in which processes came and went, and that may be
// one page more or less. More is a leak.
static uint64_t frames_comparable(const struct leak_audit *before, const struct leak_audit *now)
{
	if (now->frames_meta > before->frames_meta + 1)
		return now->frames_free;
	return now->frames_free + now->frames_meta - before->frames_meta;
}

void leak_audit_end(const struct leak_audit *audit, const char *name)
{
	struct leak_audit now;
	audit_read(&now); // before anything is printed: that may touch pages
	bool sound = false;
	fl_error_t error = pager_audit(&sound);
	audit_result(audit->frames_free, frames_comparable(audit, &now), name, "frames_returned");
	audit_result(audit->object_frames_free, now.object_frames_free, name, "object_frames_returned");
	audit_result(audit->spaces, now.spaces, name, "spaces_returned");
	audit_result(1, error == FL_OK && sound, name, "pager_audit_sound");
}
