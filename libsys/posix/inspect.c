// Reading the state of processes and of the pager, through procd; power off.
#include <string.h>

#include "fl/process.h"
#include "service.h"

#define STATS_A_MESSAGE 5

static const char *const statistic_key[STAT_COUNT] = {
#define STATISTIC_KEY(name, key, text) [STAT_##name] = (key),
	PAGER_STATS(STATISTIC_KEY)
#undef STATISTIC_KEY
};

fl_error_t process_next(int from, struct process_info *info)
{
	struct fl_message m = {.word = {PROCESS_INFO, (uint64_t)from}};
	fl_error_t error = service_call(SLOT_PROCESS, &m);
	if (error != FL_OK)
		return error;
	*info = (struct process_info){
		.pid = (int)m.word[1],
		.parent = (int)m.word[2],
		.state = (enum process_state)m.word[3],
	};
	memcpy(info->name, &m.word[4], PROCESS_NAME_BYTES);
	return FL_OK;
}

fl_error_t process_region_next(int pid, uint64_t va, struct process_region *region)
{
	struct fl_message m = {.word = {PROCESS_REGION, (uint64_t)pid, va}};
	fl_error_t error = service_call(SLOT_PROCESS, &m);
	if (error != FL_OK)
		return error;
	*region = (struct process_region){
		.start = m.word[1],
		.end = m.word[2],
		.kind = PAGER_REGION_KIND(m.word[3]),
		.rights = PAGER_REGION_RIGHTS(m.word[3]),
		.resident_pages = m.word[4],
	};
	return FL_OK;
}

fl_error_t process_pte(int pid, uint64_t va, uint64_t pte[3])
{
	struct fl_message m = {.word = {PROCESS_PTE, (uint64_t)pid, va}};
	fl_error_t error = service_call(SLOT_PROCESS, &m);
	if (error != FL_OK)
		return error;
	memcpy(pte, &m.word[1], 3 * sizeof(*pte));
	return FL_OK;
}

fl_error_t process_memory_read(int pid, struct process_memory *memory)
{
	struct fl_message m = {.word = {PROCESS_MEMORY, (uint64_t)pid}};
	fl_error_t error = service_call(SLOT_PROCESS, &m);
	if (error != FL_OK)
		return error;
	*memory = (struct process_memory){
		.resident_pages = m.word[1],
		.private_pages = m.word[2],
		.faults = m.word[3],
		.table_frames = m.word[4],
		.regions = m.word[5],
	};
	return FL_OK;
}

fl_error_t pager_statistics(uint64_t value[STAT_COUNT])
{
	for (unsigned first = 0; first < STAT_COUNT; first += STATS_A_MESSAGE) {
		struct fl_message m = {.word = {PROCESS_STAT, first}};
		fl_error_t error = service_call(SLOT_PROCESS, &m);
		if (error != FL_OK)
			return error;
		for (unsigned i = 0; i < STATS_A_MESSAGE && first + i < STAT_COUNT; i++)
			value[first + i] = m.word[1 + i];
	}
	return FL_OK;
}

const char *pager_statistic_key(unsigned index)
{
	return index < STAT_COUNT ? statistic_key[index] : NULL;
}

const char *reason_text(unsigned reason)
{
	switch (reason) {
#define REASON_CASE(number, name, text)                                                            \
	case number:                                                                                   \
		return text;
		PAGER_REASONS(REASON_CASE)
#undef REASON_CASE
	default:
		return "no fault";
	}
}

fl_error_t pager_audit(bool *sound)
{
	struct fl_message m = {.word = {PROCESS_AUDIT}};
	fl_error_t error = service_call(SLOT_PROCESS, &m);
	if (error == FL_OK)
		*sound = m.word[1] == 1;
	return error;
}

fl_error_t machine_poweroff(unsigned status)
{
	struct fl_message m = {.word = {PROCESS_POWEROFF, status}};
	return service_call(SLOT_PROCESS, &m);
}
