// Layouts of the minimal pager: which addresses are what, and what an untouched page holds. The
// regions are few and in no order, so each search looks at all of them.
#include "fl/string.h"
#include "minimal.h"

static const uint8_t *archive;
static uint64_t archive_bytes;

void image_start(const struct fl_bootinfo *boot)
{
	archive = (const uint8_t *)SERVER_INITRD_VA + boot->initrd_offset;
	archive_bytes = boot->initrd_bytes;
}

bool image_is_inside(uint64_t image)
{
	uint64_t offset = image >> 32;
	uint64_t bytes = (uint32_t)image;
	return bytes > 0 && offset <= archive_bytes && bytes <= archive_bytes - offset;
}

struct region *layout_next(struct layout *layout, uint64_t va)
{
	struct region *next = NULL;
	for (unsigned i = 0; i < layout->count; i++) {
		struct region *region = &layout->region[i];
		if (region->end > va && region->start < region->end &&
		    (!next || region->start < next->start))
			next = region;
	}
	return next;
}

struct region *layout_find(struct layout *layout, uint64_t va)
{
	struct region *region = layout_next(layout, va);
	return region && region->start <= va ? region : NULL;
}

struct region *layout_kind(struct layout *layout, unsigned kind)
{
	for (unsigned i = 0; i < layout->count; i++) {
		if (PAGER_REGION_KIND(layout->region[i].what) == kind)
			return &layout->region[i];
	}
	return NULL;
}

bool layout_is_vacant(const struct layout *layout, uint64_t start, uint64_t end,
                      const struct region *except)
{
	for (unsigned i = 0; i < layout->count; i++) {
		const struct region *region = &layout->region[i];
		bool stack = PAGER_REGION_KIND(region->what) == PAGER_KIND_STACK;
		uint64_t from = stack ? region->start - FL_PAGE_SIZE : region->start;
		// A heap that is empty still needs its first byte.
		uint64_t to = region->end > region->start ? region->end : region->start + 1;
		if (region != except && from < end && start < to)
			return false;
	}
	return true;
}

// The archive's bytes of one page of an image; what is beyond them stays zero.
static void image_read(const struct region *region, uint64_t va, uint8_t *page)
{
	uint64_t at = va - region->start;
	uint64_t bytes = (uint32_t)region->image;
	if (at >= bytes)
		return;
	uint64_t left = bytes - at;
	memcpy(page, archive + (region->image >> 32) + at, left < FL_PAGE_SIZE ? left : FL_PAGE_SIZE);
	stat[STAT_IMAGE_FILLS]++;
}

uint64_t page_fill(struct space *space, const struct region *region, uint64_t va)
{
	uint64_t *entry = page_entry(space->pages, va);
	if (!entry)
		return 0;
	if (*entry)
		return *entry;
	*entry = frame_take();
	if (!*entry)
		return 0;
	if (PAGER_REGION_KIND(region->what) == PAGER_KIND_IMAGE)
		image_read(region, va, frame_view(*entry));
	else
		stat[STAT_ZERO_FILLS]++;
	return *entry;
}
