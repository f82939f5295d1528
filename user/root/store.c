// What root hands out: frames for kernel objects and page tables, boot memory for server pages.
//
// Not here: all other memory. The pager attaches it itself; root only takes the run in which the
// kernel lies, whose free frames are of no use to a pager (no window may show the kernel).
#include "fl/error.h"
#include "root.h"

static uint64_t frame_next; // frames below it are taken or were never free
static uint64_t frame_end;
static uint64_t run_attached;  // the run in which frame_next lies, once it is attached
static uint64_t pool_next = 1; // page 0 is the boot page
static uint64_t pool_pages;

void store_start(const struct fl_bootinfo *boot)
{
	frame_next = boot->ram_base + FL_RUN_SIZE; // firmware has the run before
	frame_end = boot->ram_base + boot->ram_bytes;
	pool_pages = boot->pool_pages;
}

static fl_error_t run_attach(uint64_t run)
{
	fl_error_t error;
	do {
		error = fl_run_attach(FL_ROOT_MEMORY, run, FL_RUN_OBJECT, 0);
	} while (error == FL_AGAIN);
	return error;
}

// The kernel's run is enough by far; should it ever be short, the next ones serve.
uint64_t frame_take(void)
{
	while (frame_next < frame_end) {
		uint64_t run = frame_next & ~(FL_RUN_SIZE - 1);
		if (run != run_attached && run_attach(run)) {
			frame_next = run + FL_RUN_SIZE;
			continue;
		}
		run_attached = run;
		uint64_t frame = frame_next;
		struct fl_result info;
		frame_next += FL_PAGE_SIZE;
		if (fl_frame_info(FL_ROOT_MEMORY, frame, &info) == FL_OK &&
		    info.value[0] == FL_FRAME_FREE && info.value[3])
			return frame;
	}
	root_stop(STATUS_START_FAILED, "no frame is left for the servers' objects");
}

void space_map(fl_slot_t space, uint64_t va, fl_slot_t fixed, uint64_t page, uint64_t pages,
               unsigned prot)
{
	// Accessed and dirty from the start: where hardware does not set them, a server would fault.
	prot |= FL_PROT_ACCESSED | (prot & FL_PROT_WRITE ? FL_PROT_DIRTY : 0);
	while (pages) {
		unsigned batch = pages < FL_MAP_ENTRIES_MAX ? (unsigned)pages : FL_MAP_ENTRIES_MAX;
		unsigned installed = 0;
		fl_error_t error = fl_map_fixed(space, va, fixed, page, batch, prot, &installed);
		va += installed * FL_PAGE_SIZE;
		page += installed;
		pages -= installed;
		if (error == FL_NO_TABLE)
			error = fl_space_feed(space, FL_FEED_TABLE, frame_take(), 0);
		if (error)
			root_stop(STATUS_START_FAILED, "a page cannot be mapped at 0x%lx: %s", va,
			          fl_error_text(error));
	}
}

uint8_t *pool_take(uint64_t pages, uint64_t *first)
{
	if (pages > pool_pages - pool_next)
		root_stop(STATUS_START_FAILED, "the boot memory (%lu pages) is too small for the servers",
		          pool_pages);
	*first = pool_next;
	pool_next += pages;
	uint64_t va = ROOT_POOL_VA + *first * FL_PAGE_SIZE;
	space_map(FL_ROOT_SPACE, va, FL_ROOT_POOL, *first, pages, FL_PROT_READ | FL_PROT_WRITE);
	return (uint8_t *)va;
}

void pool_hide(void)
{
	uint64_t page = 0;
	while (page < pool_next) {
		uint64_t done;
		uint64_t removed;
		fl_error_t error = fl_unmap(FL_ROOT_SPACE, ROOT_POOL_VA + page * FL_PAGE_SIZE,
		                            pool_next - page, &done, &removed);
		if (error)
			root_stop(STATUS_START_FAILED, "the boot memory cannot be unmapped: %s",
			          fl_error_text(error));
		page += done;
	}
}
