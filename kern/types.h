// Addresses as types of their own, so that swapping two arguments does not compile; the direct map;
// bit helpers. Nothing here knows an object.
#ifndef KERN_TYPES_H
#define KERN_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/error.h"
#include "abi/object.h"

typedef struct {
	uint64_t v;
} paddr_t;

typedef struct {
	uint64_t v;
} vaddr_t;

#define PA(value) ((paddr_t){(value)})
#define VA(value) ((vaddr_t){(value)})
#define CHECKED __attribute__((warn_unused_result))

// All RAM and the devices below 1 GiB are mapped at physical address + this, in every space. The
// host tests point it at an array instead.
#ifdef HOST_TEST
extern uint64_t host_direct_map_offset;
#define DIRECT_MAP_OFFSET host_direct_map_offset
#else
#define DIRECT_MAP_OFFSET 0xffffffc000000000ul
#endif

static inline void *phys_to_virt(paddr_t pa)
{
	return (void *)(uintptr_t)(pa.v + DIRECT_MAP_OFFSET);
}

static inline paddr_t virt_to_phys(const void *pointer)
{
	return PA((uintptr_t)pointer - DIRECT_MAP_OFFSET);
}

static inline uint64_t align_down(uint64_t value, uint64_t unit)
{
	return value & ~(unit - 1);
}

static inline uint64_t align_up(uint64_t value, uint64_t unit)
{
	return align_down(value + unit - 1, unit);
}

static inline bool is_aligned(uint64_t value, uint64_t unit)
{
	return (value & (unit - 1)) == 0;
}

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void *memcpy(void *to, const void *from, size_t bytes);
void *memset(void *to, int byte, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
size_t strlen(const char *text);

// A broken kernel invariant: our bug, never something that a user can cause.
_Noreturn void panic_at(const char *file, int line, const char *what);
#define ASSERT(condition)                                                                          \
	do {                                                                                           \
		if (!(condition))                                                                          \
			panic_at(__FILE__, __LINE__, #condition);                                              \
	} while (0)

#endif
