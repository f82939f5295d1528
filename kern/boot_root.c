// Boot: the first program. The initrd's first file must be the ELF executable "root"; the kernel
// knows no other file. Formats: cpio "newc"; ELF-64 Object File Format 1.5, chapters 1 and 5.
#include "abi/syscall.h"
#include "boot.h"
#include "create.h"
#include "irq.h"
#include "panic.h"
#include "sched.h"

#define ROOT_PRIORITY (FL_PRIORITY_COUNT - 1)
#define ROOT_SPARE_TABLES 8
#define CPIO_HEADER_BYTES 110

struct elf_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, segments_offset, sections_offset;
	uint32_t flags;
	uint16_t header_bytes, segment_bytes, segment_count, rest[3];
};

struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, va, pa, file_bytes, memory_bytes, alignment;
};

#define ELF_MACHINE_RISCV 243
#define ELF_LOAD 1
#define ELF_EXECUTE 1u
#define ELF_WRITE 2u
#define ELF_READ 4u

struct root {
	struct space *space;
	struct thread *thread;
	struct frame *next_object; // frames of the kernel's run, for objects and tables
	uint64_t holder;           // id of the space
	paddr_t pool_next, pool_end;
};

static uint64_t cpio_number(const char *digits)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < 8; i++) {
		char c = digits[i];
		unsigned digit = c >= 'a' ? c - 'a' + 10u : c >= 'A' ? c - 'A' + 10u : c - '0' + 0u;
		if (digit > 15)
			boot_fail("the initrd is no newc cpio archive");
		value = value << 4 | digit;
	}
	return value;
}

// The bytes of the first file, which must be "root".
static const char *first_file(const struct machine *machine, uint64_t *bytes)
{
	uint64_t size = machine->initrd_end - machine->initrd_start;
	const char *archive = phys_to_virt(PA(machine->initrd_start));
	if (size < CPIO_HEADER_BYTES || memcmp(archive, "070701", 6))
		boot_fail("there is no initrd, or it is no newc cpio archive");
	uint64_t name_bytes = cpio_number(archive + 94);
	*bytes = cpio_number(archive + 54);
	uint64_t start = align_up(CPIO_HEADER_BYTES + name_bytes, 4);
	if (name_bytes != 5 || start > size || memcmp(archive + CPIO_HEADER_BYTES, "root", 5))
		boot_fail("the first file of the initrd is not root");
	if (*bytes > size - start)
		boot_fail("the initrd is cut off");
	return archive + start;
}

static paddr_t object_frame(struct root *root, enum fl_frame_type type)
{
	paddr_t pa;
	do {
		pa = frame_address(root->next_object++);
		if (run_of(frame_at(pa))->holder != root->holder)
			boot_fail("no frame is left in the kernel's 2 MiB for root's objects");
	} while (frame_take(pa, type, root->holder));
	return pa;
}

static void *object_new(struct root *root, enum fl_type type)
{
	paddr_t pa = object_frame(root, FL_FRAME_OBJECT);
	struct frame *frame = frame_at(pa);
	if (!frame->id)
		frame->id = frame_new_id();
	frame->object_type = (uint8_t)type;
	return phys_to_virt(pa);
}

// Root holds what is left of the kernel's run, as object run, from the start. The frame that will
// be its space gets its id first, because a holder is named by that.
static void hold_kernel_run(struct root *root, const struct boot_layout *layout)
{
	struct run *run = run_at(PA(align_down(layout->kernel_start.v, FL_RUN_SIZE)));
	fl_error_t error;
	do {
		error = run_prepare(run, FL_RUN_OBJECT);
	} while (error == FL_AGAIN);
	ASSERT(error == FL_OK);
	struct frame *frame = frame_at(layout->kernel_end);
	while (frame->type != FL_FRAME_FREE)
		frame++;
	frame->id = root->holder = frame_new_id();
	root->next_object = frame;
	run_hold(run, FL_RUN_OBJECT, frame, VA(0));
}

static paddr_t pool_page(struct root *root)
{
	if (root->pool_next.v == root->pool_end.v)
		boot_fail("the boot memory pool is too small for root");
	paddr_t pa = root->pool_next;
	root->pool_next.v += FL_PAGE_SIZE;
	memset(phys_to_virt(pa), 0, FL_PAGE_SIZE);
	return pa;
}

static void map_page(struct root *root, uint64_t va, paddr_t pa, unsigned prot)
{
	prot |= FL_PROT_ACCESSED | (prot & FL_PROT_WRITE ? FL_PROT_DIRTY : 0);
	if (!is_aligned(va, FL_PAGE_SIZE) || va >= FL_USER_END || prot_check(prot) ||
	    table_map(&root->space->table, VA(va), pa, prot))
		boot_fail("root has a segment that cannot be mapped");
}

static void load_segment(struct root *root, const char *file, uint64_t bytes,
                         const struct elf_segment *segment)
{
	if (segment->file_bytes > segment->memory_bytes || segment->offset > bytes ||
	    segment->file_bytes > bytes - segment->offset || !is_aligned(segment->va, FL_PAGE_SIZE) ||
	    segment->memory_bytes > BOOT_POOL_BYTES)
		boot_fail("root has a bad segment");
	unsigned prot = (segment->flags & ELF_READ ? FL_PROT_READ : 0) |
	                (segment->flags & ELF_WRITE ? FL_PROT_WRITE : 0) |
	                (segment->flags & ELF_EXECUTE ? FL_PROT_EXEC : 0);
	for (uint64_t done = 0; done < segment->memory_bytes; done += FL_PAGE_SIZE) {
		paddr_t pa = pool_page(root);
		if (done < segment->file_bytes) {
			uint64_t part = min_u64(segment->file_bytes - done, FL_PAGE_SIZE);
			memcpy(phys_to_virt(pa), file + segment->offset + done, part);
		}
		map_page(root, segment->va + done, pa, prot);
	}
}

// Returns the entry address.
static uint64_t load_program(struct root *root, const char *file, uint64_t bytes)
{
	struct elf_header header;
	if (bytes < sizeof(header))
		boot_fail("root is no ELF file");
	memcpy(&header, file, sizeof(header));
	if (memcmp(header.ident, "\177ELF\2\1", 6) || header.machine != ELF_MACHINE_RISCV ||
	    header.segment_bytes != sizeof(struct elf_segment) || header.segments_offset > bytes ||
	    header.segment_count * sizeof(struct elf_segment) > bytes - header.segments_offset)
		boot_fail("root is no ELF executable for this machine");
	for (unsigned i = 0; i < header.segment_count; i++) {
		struct elf_segment segment;
		memcpy(&segment, file + header.segments_offset + i * sizeof(segment), sizeof(segment));
		if (segment.type == ELF_LOAD)
			load_segment(root, file, bytes, &segment);
	}
	return header.entry;
}

static struct handle range_handle(enum fl_type type, unsigned rights, uint64_t first,
                                  uint64_t count)
{
	return (struct handle){
		.type = (uint8_t)type, .rights = (uint8_t)rights, .first = first, .count = (uint32_t)count};
}

static void put(struct root *root, unsigned slot, struct handle handle)
{
	root->space->handles.part[slot / FL_HANDLES_PER_FRAME][slot % FL_HANDLES_PER_FRAME] = handle;
}

static void add_device(struct root *root, struct fl_bootinfo *info, enum fl_boot_kind kind,
                       const struct machine_device *device)
{
	if (device->range.bytes == 0 || info->item_count == FL_BOOT_ITEMS)
		return;
	uint32_t slot = FL_ROOT_DEVICE + info->item_count;
	uint64_t first = align_down(device->range.base, FL_PAGE_SIZE);
	uint64_t end = align_up(device->range.base + device->range.bytes, FL_PAGE_SIZE);
	put(root, slot,
	    range_handle(FL_TYPE_FIXED, FL_RIGHT_MAP | FL_RIGHT_WRITE, first,
	                 (end - first) >> FL_PAGE_SHIFT));
	info->item[info->item_count++] = (struct fl_boot_item){.kind = kind,
	                                                       .slot = slot,
	                                                       .base = device->range.base,
	                                                       .size = device->range.bytes,
	                                                       .irq = device->irq};
}

static void fill_info(struct root *root, struct fl_bootinfo *info, const struct machine *machine,
                      uint64_t hart)
{
	info->magic = FL_BOOTINFO_MAGIC;
	info->abi_version = FL_ABI_VERSION;
	info->boot_hart = (uint32_t)hart;
	info->harts = machine->hart_total;
	info->timebase_hz = machine->timebase_hz;
	info->ram_base = frames.base.v;
	info->ram_bytes = frames.count << FL_PAGE_SHIFT;
	info->initrd_offset = machine->initrd_start & (FL_PAGE_SIZE - 1);
	info->initrd_bytes = machine->initrd_end - machine->initrd_start;
	memcpy(info->seed, machine->seed, sizeof(info->seed));
	memcpy(info->args, machine->args, sizeof(info->args));
	add_device(root, info, FL_BOOT_UART, &machine->uart);
	add_device(root, info, FL_BOOT_TEST, &machine->test);
	add_device(root, info, FL_BOOT_RTC, &machine->rtc);
	for (unsigned i = 0; i < machine->virtio_count; i++)
		add_device(root, info, FL_BOOT_VIRTIO, &machine->virtio[i]);
}

static void give_handles(struct root *root, struct fl_bootinfo *info,
                         const struct boot_layout *layout, paddr_t pool)
{
	info->initrd_pages = layout->initrd_pages;
	info->pool_pages = (root->pool_end.v - pool.v) >> FL_PAGE_SHIFT;
	put(root, FL_ROOT_SPACE, object_handle(FL_TYPE_SPACE, root->space));
	put(root, FL_ROOT_THREAD, object_handle(FL_TYPE_THREAD, root->thread));
	put(root, FL_ROOT_MEMORY,
	    range_handle(FL_TYPE_MEMORY, FL_RIGHT_CONTROL, 0, frames.count / FL_RUN_FRAMES));
	put(root, FL_ROOT_IRQ, range_handle(FL_TYPE_IRQ, FL_RIGHT_CONTROL, 0, irq_count()));
	put(root, FL_ROOT_MACHINE, range_handle(FL_TYPE_MACHINE, FL_RIGHT_CONTROL, 0, 0));
	put(root, FL_ROOT_INITRD,
	    range_handle(FL_TYPE_FIXED, FL_RIGHT_MAP, layout->initrd.v, layout->initrd_pages));
	put(root, FL_ROOT_POOL,
	    range_handle(FL_TYPE_FIXED, FL_RIGHT_MAP | FL_RIGHT_WRITE, pool.v, info->pool_pages));
}

void boot_root(const struct machine *machine, const struct boot_layout *layout, uint64_t hart)
{
	struct root root = {.pool_next = layout->pool,
	                    .pool_end = PA(layout->pool.v + BOOT_POOL_BYTES)};
	uint64_t bytes;
	const char *file = first_file(machine, &bytes);
	hold_kernel_run(&root, layout);
	root.space = object_new(&root, FL_TYPE_SPACE);
	space_init(root.space, object_frame(&root, FL_FRAME_TABLE));
	for (unsigned i = 0; i < ROOT_SPARE_TABLES; i++)
		table_feed(&root.space->table, frame_at(object_frame(&root, FL_FRAME_TABLE)));
	root.space->handles.part[0] = phys_to_virt(object_frame(&root, FL_FRAME_HANDLES));
	root.thread = object_new(&root, FL_TYPE_THREAD);
	thread_init(root.thread, root.space, ROOT_PRIORITY, 0);
	root.thread->pc = load_program(&root, file, bytes);
	root.thread->x[REG_SP] = FL_ROOT_STACK_TOP;
	root.thread->x[REG_A0] = FL_BOOTINFO_VA;
	for (uint64_t va = FL_ROOT_STACK_TOP - FL_ROOT_STACK_BYTES; va < FL_ROOT_STACK_TOP;
	     va += FL_PAGE_SIZE)
		map_page(&root, va, pool_page(&root), FL_PROT_READ | FL_PROT_WRITE);
	paddr_t pool = pool_page(&root);
	struct fl_bootinfo *info = phys_to_virt(pool);
	map_page(&root, FL_BOOTINFO_VA, pool, FL_PROT_READ);
	fill_info(&root, info, machine, hart);
	give_handles(&root, info, layout, pool);
	sched_ready(root.thread);
}
