// The machine of the host tests; see harness.h. The model TLB is in harness_tlb.c.
#include "harness.h"

#include <stdarg.h>
#include <string.h>

uint64_t host_direct_map_offset;
struct table *harness_tables[HOST_TABLES];
jmp_buf *harness_panic_expected;

static _Alignas(FL_PAGE_SIZE) uint8_t arena[HOST_RUNS * FL_RUN_SIZE];
static uint8_t arena_copy[sizeof(arena)];
static struct frame frame_storage[HOST_FRAMES];
static struct run run_storage[HOST_RUNS];
static struct host_state remembered;
static char problem[256];

void harness_complain(const char *format, ...)
{
	va_list list;
	if (*problem)
		return;
	va_start(list, format);
	vsnprintf(problem, sizeof(problem), format, list);
	va_end(list);
}

const char *harness_problem(void)
{
	return problem;
}

_Noreturn void panic_at(const char *file, int line, const char *what)
{
	if (harness_panic_expected)
		longjmp(*harness_panic_expected, 1);
	printf("# %s:%d: assertion %s failed\n", file, line, what);
	tap_bail("an assertion of the kernel was reached", what);
}

void harness_reset(void)
{
	memset(arena, HOST_PATTERN, sizeof(arena));
	memset(frame_storage, 0, sizeof(frame_storage));
	memset(run_storage, 0, sizeof(run_storage));
	for (unsigned i = 0; i < HOST_FRAMES; i++)
		frame_storage[i].type = FL_FRAME_FREE;
	frames = (struct frame_table){PA(HOST_BASE), HOST_FRAMES, frame_storage, run_storage, 0};
	host_direct_map_offset = (uint64_t)(uintptr_t)arena - HOST_BASE;
	memset(harness_tables, 0, sizeof(harness_tables));
	harness_tlb_reset();
	problem[0] = 0;
}

void harness_remember(void)
{
	memcpy(remembered.frame, frame_storage, sizeof(frame_storage));
	memcpy(remembered.run, run_storage, sizeof(run_storage));
	remembered.next_id = frames.next_id;
	remembered.ram = arena_copy;
	memcpy(arena_copy, arena, sizeof(arena));
	for (unsigned i = 0; i < HOST_TABLES; i++) {
		if (harness_tables[i])
			remembered.table[i] = *harness_tables[i];
	}
}

bool harness_is_unchanged(void)
{
	for (unsigned i = 0; i < HOST_TABLES; i++) {
		if (harness_tables[i] &&
		    memcmp(harness_tables[i], &remembered.table[i], sizeof(struct table)))
			return false;
	}
	return !memcmp(remembered.frame, frame_storage, sizeof(frame_storage)) &&
	       !memcmp(remembered.run, run_storage, sizeof(run_storage)) &&
	       remembered.next_id == frames.next_id && !memcmp(arena_copy, arena, sizeof(arena));
}

bool host_page_is(paddr_t pa, uint8_t byte)
{
	const uint8_t *page = phys_to_virt(pa);
	return page[0] == byte && !memcmp(page, page + 1, FL_PAGE_SIZE - 1);
}

void host_page_fill(paddr_t pa, uint8_t byte)
{
	memset(phys_to_virt(pa), byte, FL_PAGE_SIZE);
}

void harness_register(struct table *table)
{
	for (unsigned i = 0; i < HOST_TABLES; i++) {
		if (!harness_tables[i]) {
			harness_tables[i] = table;
			return;
		}
	}
	harness_complain("more than %d tables", HOST_TABLES);
}

fl_error_t host_attach(unsigned run, enum fl_run_kind kind, const struct frame *holder,
                       struct table *table, vaddr_t window)
{
	fl_error_t error;
	do {
		error = run_prepare(&frames.run[run], kind);
	} while (error == FL_AGAIN);
	if (!error && kind == FL_RUN_WINDOW)
		error = table_map_window(table, window, host_frame(run, 0));
	if (!error)
		run_hold(&frames.run[run], kind, holder, window);
	return error;
}

struct frame *host_object(paddr_t pa, enum fl_type type, uint64_t holder)
{
	fl_error_t error = frame_take(pa, FL_FRAME_OBJECT, holder);
	if (error)
		tap_bail("a frame for an object was refused", "host_object");
	struct frame *frame = frame_at(pa);
	frame->id = frame_new_id();
	frame->object_type = (uint8_t)type;
	return frame;
}

void host_feed(struct table *table, paddr_t pa)
{
	fl_error_t error = frame_take(pa, FL_FRAME_TABLE, run_of(frame_at(pa))->holder);
	if (error)
		tap_bail("a frame for a table was refused", "host_feed");
	table_feed(table, frame_at(pa));
}

void host_space(struct table *table)
{
	struct frame *space = frame_at(host_frame(0, 0));
	space->type = FL_FRAME_OBJECT;
	space->object_type = FL_TYPE_SPACE;
	space->id = frame_new_id();
	fl_error_t error = host_attach(0, FL_RUN_OBJECT, space, NULL, VA(0));
	if (!error)
		error = frame_take(host_frame(0, 1), FL_FRAME_TABLE, space->id);
	if (error)
		tap_bail("the first space was refused", "host_space");
	memset(table, 0, sizeof(*table));
	table->root = host_frame(0, 1);
	host_page_fill(host_frame(0, 0), 0);
	harness_register(table);
}
