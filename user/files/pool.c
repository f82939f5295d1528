// The pool on the real machine: pages of our own space that the pager fills. Hosts have their own.
#include "pool.h"

#include "fl/server.h"
#include "proto/pager.h"
#include "proto/slots.h"

#define WORD_BITS 64

static uint64_t used[FILES_POOL_PAGES / WORD_BITS] = {1}; // page 0 is none
static unsigned lowest;                                   // no word before it has a free bit
static uint64_t taken;

static fl_error_t pager_ask(uint64_t label, page_t page)
{
	struct fl_message m = {.word = {label, page}};
	fl_error_t error = fl_call(SLOT_PAGER, &m);
	return error ? error : (fl_error_t)m.word[0];
}

page_t page_take(void)
{
	while (lowest < FILES_POOL_PAGES / WORD_BITS && used[lowest] == ~0ul)
		lowest++;
	if (lowest == FILES_POOL_PAGES / WORD_BITS)
		return 0;
	unsigned bit = 0;
	while (used[lowest] >> bit & 1)
		bit++;
	page_t page = lowest * WORD_BITS + bit;
	if (pager_ask(PAGER_POOL_TAKE, page))
		return 0;
	used[lowest] |= 1ul << bit;
	taken++;
	return page;
}

void page_give(page_t page)
{
	if (pager_ask(PAGER_POOL_GIVE, page))
		server_fatal("files: the pager does not take a page back");
	used[page / WORD_BITS] &= ~(1ul << page % WORD_BITS);
	if (page / WORD_BITS < lowest)
		lowest = page / WORD_BITS;
	taken--;
}

void *page_memory(page_t page)
{
	return (void *)(FILES_POOL_VA + (uint64_t)page * FL_PAGE_SIZE);
}

uint64_t pages_taken(void)
{
	return taken;
}
