// What any process may ask about any: names, states, regions, page tables, statistics. All of it
// but the first comes from the pager.
#include "fl/server.h"
#include "fl/string.h"
#include "procd.h"
#include "proto/pager.h"

enum server_answer info_call(struct process *process, struct fl_message *m)
{
	(void)process;
	const struct process *first = process_first_from(m->word[1]);
	if (!first)
		return server_reply_error(m, FL_EMPTY);
	m->word[0] = FL_OK;
	m->word[1] = first->pid;
	m->word[2] = first->parent ? first->parent->pid : 0;
	m->word[3] = process_state(first);
	memcpy(&m->word[4], first->name, sizeof first->name);
	return SERVER_REPLY;
}

// Asks the pager; its answer is the answer.
static enum server_answer pager_ask(struct fl_message *m, uint64_t label, uint64_t word1,
                                    uint64_t word2)
{
	struct fl_message ask = {.word = {label, word1, word2}};
	fl_error_t error = pager_call(&ask);
	if (error)
		return server_reply_error(m, error);
	memcpy(m->word, ask.word, sizeof m->word);
	return SERVER_REPLY;
}

static enum server_answer space_ask(struct fl_message *m, uint64_t label)
{
	const struct process *about = process_find(m->word[1]);
	if (!about || about->state == PROCESS_ZOMBIE)
		return server_reply_error(m, FL_NO_PROCESS);
	return pager_ask(m, label, about->space, m->word[2]);
}

enum server_answer region_call(struct process *process, struct fl_message *m)
{
	(void)process;
	return space_ask(m, PAGER_REGION_NEXT);
}

enum server_answer pte_call(struct process *process, struct fl_message *m)
{
	(void)process;
	return space_ask(m, PAGER_PTE_READ);
}

enum server_answer memory_call(struct process *process, struct fl_message *m)
{
	(void)process;
	m->word[2] = 0;
	return space_ask(m, PAGER_SPACE_STAT);
}

enum server_answer stat_call(struct process *process, struct fl_message *m)
{
	(void)process;
	return pager_ask(m, PAGER_STAT, m->word[1], 0);
}

enum server_answer audit_call(struct process *process, struct fl_message *m)
{
	(void)process;
	enum server_answer answer = pager_ask(m, PAGER_AUDIT, 0, 0);
	if (!process_check())
		m->word[1] = 0;
	return answer;
}
