// Memory as programs for xv6 expect it: eager sbrk that fails, lazy sbrk, exact shrinking, malloc
// that runs out, protection.
#include "check.h"

#define SOME (64 * PGSIZE)
#define CHUNK (1024 * 1024)
#define GIB (1 << 30)

static char untouched[3 * PGSIZE];
static char *wild;

static void grow_byte_by_byte(void)
{
	char *end = sbrk(0);
	for (int i = 0; i < 5000; i++) {
		EXPECT(sbrk(1) == end);
		*end++ = 1;
	}
}

static void eager_until_it_fails(void)
{
	char *start = sbrk(0);
	char *end = start;
	while (sbrk(CHUNK) != SBRK_ERROR)
		end += CHUNK;
	EXPECT(end > start);
	EXPECT(sbrk(0) == end);
	for (char *at = start; at < end; at += PGSIZE)
		*at = 1;
	EXPECT(sbrk(-(int)(end - start)) == end);
	EXPECT(sbrk(CHUNK) == start);
	for (char *at = start; at < start + CHUNK; at++)
		EXPECT(*at == 0);
}

static void malloc_until_it_fails(void)
{
	void *last = 0;
	void *next;
	int count = 0;
	while ((next = malloc(10001)) != 0) {
		*(void **)next = last;
		last = next;
		count++;
	}
	EXPECT(count > 100);
	while (last) {
		next = *(void **)last;
		free(last);
		last = next;
	}
	last = malloc(1024 * 20);
	EXPECT(last != 0);
	free(last);
}

static void malloc_blocks_do_not_overlap(void)
{
	char *block[100];
	for (int i = 0; i < 100; i++) {
		block[i] = malloc(i * 7 + 1);
		EXPECT(block[i] != 0 && (uint64)block[i] % 16 == 0);
		memset(block[i], i, i * 7 + 1);
	}
	for (int i = 0; i < 100; i += 2)
		free(block[i]);
	for (int i = 1; i < 100; i += 2) {
		for (int k = 0; k < i * 7 + 1; k++)
			EXPECT(block[i][k] == i);
	}
	EXPECT(malloc(0xfffffff0) == 0);
}

static void shrink_by_too_much_changes_nothing(void)
{
	char *end = sbrk(SOME) + SOME;
	EXPECT(sbrk(-0x7fffffff) == end);
	EXPECT(sbrk(0) == end);
	EXPECT(sbrk((int)0x80000004) == end);
	EXPECT(sbrk(0) == end);
	end[-1] = 9;
	EXPECT(end[-1] == 9);
}

static void store_wild(void)
{
	*(volatile char *)wild = 10;
}

static void load_wild(void)
{
	printf("# read %d\n", *(volatile char *)wild);
}

static void shrunk_page_is_gone(void)
{
	char *start = sbrk(SOME);
	memset(start, 7, SOME);
	EXPECT(sbrk(-PGSIZE) == start + SOME);
	wild = start + SOME - PGSIZE;
	EXPECT(child_status(load_wild) == -1);
	EXPECT(sbrk(PGSIZE) == wild);
	EXPECT(*wild == 0);
	EXPECT(wild[-1] == 7);
}

static void bss_is_zero(void)
{
	for (uint i = 0; i < sizeof(untouched); i++)
		EXPECT(untouched[i] == 0);
}

static void wild_access_ends_the_child_alone(void)
{
	static const uint64 places[] = {
		0,     0x80000000, 0x3fffffe000, 0x3ffffff000, 0x4000000000, 0xffffffffffffffff,
		MAXVA, TRAPFRAME,  KERNBASE};
	for (uint i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		wild = (char *)places[i];
		EXPECT(child_status(store_wild) == -1);
		EXPECT(child_status(load_wild) == -1);
	}
	wild = (char *)(uint64)store_wild; // text
	EXPECT(child_status(store_wild) == -1);
	wild = (char *)r_sp() - USERSTACK * PGSIZE;
	EXPECT(child_status(load_wild) == -1);
}

static void lazy_region_is_sparse(void)
{
	char *start = sbrklazy(GIB - PGSIZE);
	EXPECT(start != SBRK_ERROR);
	char *end = start + (GIB - PGSIZE);
	int step = 1024 * PGSIZE;
	for (char *at = start; at < end; at += step)
		*(char **)at = at;
	for (char *at = start; at < end; at += step)
		EXPECT(*(char **)at == at);
}

static void lazy_growth_reaches_the_top(void)
{
	char *end = sbrk(0);
	while ((uint64)end < MAXVA - GIB) {
		EXPECT(sbrklazy(GIB) == end);
		end = sbrklazy(0);
	}
	EXPECT(sbrklazy((int)(TRAPFRAME - PGSIZE - (uint64)end)) == end);
	char *last = sbrk(PGSIZE);
	EXPECT((uint64)last == TRAPFRAME - PGSIZE);
	last[0] = 1;
	EXPECT(last[1] == 0 && last[PGSIZE - 1] == 0);
	EXPECT(sbrk(1) == SBRK_ERROR);
	EXPECT(sbrklazy(1) == SBRK_ERROR);
	EXPECT(sbrk(0) == last + PGSIZE);
}

static void lazy_out_of_memory_ends_the_toucher(void)
{
	for (char *chunk = sbrklazy(16 * CHUNK); chunk != SBRK_ERROR; chunk = sbrklazy(16 * CHUNK)) {
		for (int i = 0; i < 16 * CHUNK; i += PGSIZE)
			chunk[i] = 1;
	}
}

static void lazy_touch_of_all_ends_the_child_alone(void)
{
	EXPECT(child_status(lazy_out_of_memory_ends_the_toucher) == -1);
}

int main(void)
{
	static const struct check checks[] = {
		{"xv6_sbrk_byte_by_byte_grows", grow_byte_by_byte},
		{"xv6_sbrk_eager_until_it_fails_gives_all_back", eager_until_it_fails},
		{"xv6_sbrk_by_too_much_changes_nothing", shrink_by_too_much_changes_nothing},
		{"xv6_sbrk_shrunk_page_is_gone_and_comes_back_zero", shrunk_page_is_gone},
		{"xv6_malloc_until_it_fails_then_free_then_malloc", malloc_until_it_fails},
		{"xv6_malloc_blocks_do_not_overlap", malloc_blocks_do_not_overlap},
		{"xv6_bss_is_zero", bss_is_zero},
		{"xv6_wild_access_ends_the_child_alone", wild_access_ends_the_child_alone},
		{"xv6_lazy_gigabyte_is_sparse", lazy_region_is_sparse},
		{"xv6_lazy_growth_reaches_the_top", lazy_growth_reaches_the_top},
		{"xv6_lazy_out_of_memory_ends_the_child_alone", lazy_touch_of_all_ends_the_child_alone},
		{0, 0},
	};
	exit(checks_run(checks));
}
