// The memory of a thread: guard pages, stack, thread-local storage and struct pthread in one block.
#include <stdlib.h>
#include <string.h>

#include "proto/pager.h"
#include "service.h"
#include "thread.h"

#define TLS_ALIGN 64ul

// From boot/program.ld; of those with _bytes the address is the value.
extern const char tls_pattern[];
extern const char tls_pattern_bytes[];
extern const char tls_block_bytes[];

static uint64_t page_up(uint64_t bytes)
{
	return (bytes + FL_PAGE_SIZE - 1) & ~(FL_PAGE_SIZE - 1);
}

static void *block_map(size_t bytes, size_t guard)
{
	struct fl_message m = {
		.word = {PAGER_MMAP, 0, bytes, PAGER_MAPPING(FL_PROT_READ | FL_PROT_WRITE, 0)},
	};
	if (service_call_persist(SLOT_PAGER, &m) != FL_OK)
		return NULL;
	void *block = (void *)m.word[1];
	m = (struct fl_message){.word = {PAGER_MPROTECT, (uintptr_t)block, guard, 0}};
	if (guard == 0 || service_call_persist(SLOT_PAGER, &m) == FL_OK)
		return block;
	thread_block_free(block, bytes);
	return NULL;
}

void thread_block_free(void *block, size_t bytes)
{
	struct fl_message m = {.word = {PAGER_MUNMAP, (uintptr_t)block, bytes}};
	fl_error_t error = service_call_persist(SLOT_PAGER, &m);
	(void)error; // it was mapped as a whole, so it can be unmapped as a whole
}

bool thread_block_make(void **block, size_t *bytes, size_t guard, struct pthread **thread,
                       void **tls)
{
	const uint64_t tls_bytes = (uintptr_t)tls_block_bytes;
	const uint64_t top_bytes = sizeof(struct pthread) + tls_bytes + 2 * TLS_ALIGN;
	if (!*block) {
		guard = page_up(guard);
		if (*bytes > LAYOUT_MMAP_END - LAYOUT_MMAP_START || guard > LAYOUT_MMAP_END)
			return false;
		*bytes = page_up(*bytes + top_bytes) + guard;
		*block = block_map(*bytes, guard);
		if (!*block)
			return false;
	}
	uintptr_t at = (uintptr_t)*block + *bytes - sizeof(struct pthread);
	*thread = (struct pthread *)(at & ~(TLS_ALIGN - 1));
	*tls = (void *)(((uintptr_t)*thread - tls_bytes) & ~(TLS_ALIGN - 1));
	memset(*tls, 0, (size_t)((char *)(*thread + 1) - (char *)*tls));
	memcpy(*tls, tls_pattern, (uintptr_t)tls_pattern_bytes);
	return true;
}
