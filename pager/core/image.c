// Program images: objects over bytes of the boot archive, which is mapped and wired.
//
// Two regions with the same bytes get the same object, so that all processes that run a program
// share its unmodified pages. Reading copies: an archive member is not page aligned.
#include "object.h"
#include "page.h"
#include "pager.h"

static fl_error_t image_page_read(const struct object *image, uint64_t page, void *memory)
{
	uint64_t start = page << FL_PAGE_SHIFT;
	uint64_t left = image->source_bytes - start;
	uint64_t bytes = left < FL_PAGE_SIZE ? left : FL_PAGE_SIZE;
	__builtin_memcpy(memory, image->source + start, bytes);
	__builtin_memset((uint8_t *)memory + bytes, 0, FL_PAGE_SIZE - bytes);
	return FL_OK;
}

static struct object **image_bucket(struct pager *pager, const uint8_t *source)
{
	// Members of a newc archive start at multiples of 4, segments mostly at multiples of a page.
	uint64_t offset = (uint64_t)(source - pager->archive);
	return &pager->image_hash[(offset >> 2 ^ offset >> FL_PAGE_SHIFT) % PAGER_IMAGE_BUCKETS];
}

static void image_close(struct pager *pager, struct object *image)
{
	struct object **link = image_bucket(pager, image->source);
	while (*link != image)
		link = &(*link)->next;
	*link = image->next;
	slab_release(&pager->objects, image);
}

static const struct object_ops image_ops = {
	.name = "image",
	.fill_stat = STAT_IMAGE_FILLS,
	.page_read = image_page_read,
	.close = image_close,
};

fl_error_t image_open(struct pager *pager, uint64_t offset, uint64_t bytes, struct object **image)
{
	if (bytes == 0 || offset > pager->archive_bytes || bytes > pager->archive_bytes - offset)
		return FL_BAD_ARGUMENT;
	const uint8_t *source = pager->archive + offset;
	struct object **bucket = image_bucket(pager, source);
	for (struct object *found = *bucket; found; found = found->next) {
		if (found->source == source && found->source_bytes == bytes) {
			found->references++;
			*image = found;
			return FL_OK;
		}
	}
	struct object *created = slab_allocate(&pager->objects);
	if (!created)
		return FL_NO_MEMORY;
	*created = (struct object){.ops = &image_ops,
	                           .next = *bucket,
	                           .source = source,
	                           .source_bytes = bytes,
	                           .page_count = page_ceiling(bytes) >> FL_PAGE_SHIFT,
	                           .references = 1};
	*bucket = created;
	*image = created;
	return FL_OK;
}
