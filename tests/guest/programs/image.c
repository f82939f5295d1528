// Program images: paged in at the fault and not at exec, shared between the processes that run the
// program, rights of each part, data and bss private.
#include <string.h>
#include <unistd.h>

#include "guest.h"

#define PAGES 16
#define FEW 4

// Text that nothing runs but the test: one function a page.
__asm__(".pushsection .text.image_pages, \"ax\", @progbits\n"
        ".balign 4096\n"
        ".globl image_text\n"
        "image_text:\n"
        ".rept 16\n"
        "li a0, 42\n"
        "ret\n"
        ".balign 4096\n"
        ".endr\n"
        ".popsection\n");
extern char image_text[];

#define ROW(i) [(i)*512] = 1000 + (i)
#define ROWS                                                                                       \
	ROW(0), ROW(1), ROW(2), ROW(3), ROW(4), ROW(5), ROW(6), ROW(7), ROW(8), ROW(9), ROW(10),       \
		ROW(11), ROW(12), ROW(13), ROW(14), ROW(15)
#define SEED 1000

static _Alignas(4096) const uint64_t image_rodata[PAGES * 512] = {ROWS};
static _Alignas(4096) uint64_t image_data[PAGES * 512] = {ROWS};
static _Alignas(4096) uint64_t image_bss[PAGES * 512];

// The compiler must not know what is in them.
static const char *rodata_start(void)
{
	const char *start = (const char *)image_rodata;
	__asm__ volatile("" : "+r"(start));
	return start;
}

static char *data_start(void)
{
	char *start = (char *)image_data;
	__asm__ volatile("" : "+r"(start));
	return start;
}

static char *bss_start(void)
{
	char *start = (char *)image_bss;
	__asm__ volatile("" : "+r"(start));
	return start;
}

static const struct cost nothing;

// Calls the functions of `count` text pages; the sum of what they return.
static __attribute__((noinline)) int text_run(unsigned first, unsigned count)
{
	int sum = 0;
	for (unsigned i = first; i < first + count; i++)
		sum += ((int (*)(void))(image_text + i * FL_PAGE_SIZE))();
	return sum;
}

static unsigned mapped_count(const char *memory)
{
	unsigned mapped = 0;
	for (unsigned i = 0; i < PAGES; i++)
		mapped += (pte_of(getpid(), memory + i * FL_PAGE_SIZE) & PTE_V) != 0;
	return mapped;
}

static void lazy(void)
{
	const char *rodata = rodata_start();
	char *data = data_start();
	char *bss = bss_start();
	tap_equal(0, mapped_count(image_text), "image_text_after_exec_is_not_mapped");
	tap_equal(0, mapped_count(rodata), "image_rodata_after_exec_is_not_mapped");
	tap_equal(0, mapped_count(data), "image_data_after_exec_is_not_mapped");
	tap_equal(0, mapped_count(bss), "image_bss_after_exec_is_not_mapped");
	(void)heap_take(0);
	(void)text_run(PAGES - 1, 1);
	struct measurement m;
	measure_begin(&m);
	int sum = text_run(0, FEW);
	measure_end(&m);
	static const struct cost fetches = {
		.faults = FEW, .fetches = FEW, .image_fills = FEW, .frames = FEW};
	cost_equal(&m, &fetches, "image_text_first_run_reads_page");
	tap_equal(FEW * 42, (uint64_t)sum, "image_text_runs");
	measure_begin(&m);
	pages_load(rodata, FEW, 1);
	measure_end(&m);
	static const struct cost loads = {
		.faults = FEW, .loads = FEW, .image_fills = FEW, .frames = FEW};
	cost_equal(&m, &loads, "image_rodata_first_load_reads_page");
	tap_ok(pages_hold(rodata, PAGES, 1, SEED), "image_rodata_has_content");
	measure_begin(&m);
	pages_load(rodata, PAGES, 1);
	(void)text_run(0, FEW);
	measure_end(&m);
	cost_equal(&m, &nothing, "image_resident_access_does_not_fault");
}

static void data_pages(void)
{
	char *data = data_start();
	char *bss = bss_start();
	(void)heap_take(0);
	struct measurement m;
	measure_begin(&m);
	pages_load(data, FEW, 1);
	measure_end(&m);
	static const struct cost loads = {
		.faults = FEW, .loads = FEW, .image_fills = FEW, .frames = FEW};
	cost_equal(&m, &loads, "image_data_first_load_reads_page");
	tap_equal(PTE_V | PTE_R | PTE_U,
	          pte_of(getpid(), data) & (PTE_V | PTE_R | PTE_W | PTE_X | PTE_U),
	          "image_data_after_load_is_read_only");
	measure_begin(&m);
	pages_store(data, FEW, 1, 5);
	measure_end(&m);
	static const struct cost copies = {.faults = FEW, .stores = FEW, .copies = FEW, .frames = FEW};
	cost_equal(&m, &copies, "image_data_store_after_load_copies_page");
	measure_begin(&m);
	pages_store(data + FEW * FL_PAGE_SIZE, FEW, 1, 9);
	measure_end(&m);
	static const struct cost stores = {
		.faults = FEW, .stores = FEW, .image_fills = FEW, .frames = FEW};
	cost_equal(&m, &stores, "image_data_first_store_reads_private_page");
	tap_ok(pages_hold(data, FEW, 1, 5) && pages_hold(data + FEW * FL_PAGE_SIZE, FEW, 1, 9) &&
	           pages_hold(data + 8 * FL_PAGE_SIZE, 8, 1, SEED + 8),
	       "image_data_has_content_and_stores");
	measure_begin(&m);
	pages_load(bss, FEW, 1);
	measure_end(&m);
	static const struct cost zeros = {.faults = FEW, .loads = FEW, .zero_shared = FEW};
	cost_equal(&m, &zeros, "image_bss_load_maps_shared_zero_frame");
	measure_begin(&m);
	pages_store(bss, FEW, 1, 3);
	measure_end(&m);
	static const struct cost fills = {
		.faults = FEW, .stores = FEW, .zero_fills = FEW, .frames = FEW};
	cost_equal(&m, &fills, "image_bss_store_gets_zeroed_frame");
	tap_ok(pages_zero(bss + FEW * FL_PAGE_SIZE, PAGES - FEW, 1), "image_bss_reads_zero");
}

static unsigned rights_of(const void *address)
{
	return region_at(address).rights;
}

static void rights(void)
{
	const char *rodata = rodata_start();
	char *data = data_start();
	char *bss = bss_start();
	tap_equal(FL_PROT_READ | FL_PROT_EXEC, rights_of(image_text), "image_text_region_is_read_exec");
	tap_equal(FL_PROT_READ, rights_of(rodata), "image_rodata_region_is_read_only");
	tap_equal(FL_PROT_READ | FL_PROT_WRITE, rights_of(data), "image_data_region_is_read_write");
	tap_equal(FL_PROT_READ | FL_PROT_WRITE, rights_of(bss), "image_bss_region_is_read_write");
	tap_equal(PAGER_KIND_IMAGE, region_at(data).kind, "image_data_region_is_image");
	tap_equal(PAGER_KIND_ZERO, region_at(bss).kind, "image_bss_region_is_zero");
	uint64_t bits = PTE_V | PTE_R | PTE_W | PTE_X | PTE_U;
	(void)text_run(0, 1);
	pages_load(rodata, 1, 1);
	pages_store(data, 1, 1, SEED);
	tap_equal(PTE_V | PTE_R | PTE_X | PTE_U, pte_of(getpid(), image_text) & bits,
	          "image_text_page_is_read_exec");
	tap_equal(PTE_V | PTE_R | PTE_U, pte_of(getpid(), rodata) & bits,
	          "image_rodata_page_is_read_only");
	tap_equal(PTE_V | PTE_R | PTE_W | PTE_U, pte_of(getpid(), data) & bits,
	          "image_data_page_after_store_is_read_write");
}

// Touches what the second copy of the program touches.
static int copy_body(void)
{
	const char *rodata = rodata_start();
	char *data = data_start();
	(void)text_run(0, FEW);
	pages_load(rodata, FEW, 1);
	pages_load(data, FEW, 1);
	pages_store(data + FEW * FL_PAGE_SIZE, FEW, 1, 1);
	return usleep(1);
}

static int copy_helper(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	(void)copy_body();
	process_park();
}

static void shared(void)
{
	const char *rodata = rodata_start();
	char *data = data_start();
	(void)heap_take(0);
	(void)copy_body();
	pid_t child = helper_start("copy", NULL); // a rehearsal: what only the first time costs
	state_wait(child, PROCESS_SLEEPING);
	process_remove(child);
	struct measurement m;
	struct process_memory memory;
	measure_begin(&m);
	child = helper_start("copy", NULL);
	state_wait(child, PROCESS_SLEEPING);
	measure_end(&m);
	if (process_memory_read(child, &memory) != FL_OK)
		tap_bail("the second copy is gone");
	tap_equal(memory.private_pages, (uint64_t)data_frames(&m),
	          "image_second_copy_takes_no_image_frame");
	tap_ok(memory.resident_pages >= memory.private_pages + 3 * FEW,
	       "image_second_copy_has_shared_pages_resident");
	tap_equal(PTE_ADDRESS(pte_of(getpid(), image_text)), PTE_ADDRESS(pte_of(child, image_text)),
	          "image_text_of_two_processes_is_one_frame");
	tap_equal(PTE_ADDRESS(pte_of(getpid(), rodata)), PTE_ADDRESS(pte_of(child, rodata)),
	          "image_rodata_of_two_processes_is_one_frame");
	tap_equal(PTE_ADDRESS(pte_of(getpid(), data)), PTE_ADDRESS(pte_of(child, data)),
	          "image_data_unmodified_of_two_processes_is_one_frame");
	const char *stored = data + FEW * FL_PAGE_SIZE;
	tap_ok(PTE_ADDRESS(pte_of(getpid(), stored)) != PTE_ADDRESS(pte_of(child, stored)),
	       "image_data_modified_of_two_processes_is_two_frames");
	tap_ok(pages_hold(stored, FEW, 1, 1), "image_data_modified_is_private");
	process_remove(child);
}

static int forked_touch(void *context)
{
	const char *rodata = rodata_start();
	(void)context;
	struct measurement m;
	parent_settle();
	measure_begin(&m);
	pages_load(rodata, FEW, 1);
	measure_end(&m);
	static const struct cost maps = {.faults = FEW, .loads = FEW, .image_maps = FEW};
	return !cost_matches(&m, &maps, "child");
}

static void forked(void)
{
	const char *rodata = rodata_start();
	(void)heap_take(0);
	pages_load(rodata, FEW, 1);
	tap_equal(0, (uint64_t)child_run(forked_touch, NULL), "image_page_in_child_is_mapped_not_read");
}

const struct guest_case guest_cases[] = {
	{"image_lazy", lazy},     {"image_data", data_pages}, {"image_rights", rights},
	{"image_shared", shared}, {"image_forked", forked},   {NULL, NULL},
};

const struct guest_helper guest_helpers[] = {{"copy", copy_helper}, {NULL, NULL}};
