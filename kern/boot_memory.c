// Boot: where everything in RAM is, the frame table, and the kernel's own page tables.
#include "boot.h"
#include "create.h"
#include "panic.h"
#include "table.h"

#define GIB (1ul << 30)
#define FRAMES_MAX (1ul << 24)          // what a token can name (ipc.c)
#define SMALL_TABLE_BYTES (256ul << 10) // a frame table up to this size may share the kernel's run

extern char kernel_start[], kernel_text_end[], kernel_rodata_end[], kernel_end[], stack_guard[];

struct range {
	uint64_t start, end;
};

// What boot must not give away: [0] the kernel, [1] the initrd, then what it places itself.
static struct {
	struct range range[MACHINE_RESERVED_MAX + 6];
	unsigned count;
} taken;

static void take(uint64_t start, uint64_t end)
{
	taken.range[taken.count++] = (struct range){start, end};
}

static bool is_ram(const struct machine *machine, uint64_t start, uint64_t end)
{
	for (unsigned i = 0; i < machine->ram_count; i++) {
		const struct machine_range *ram = &machine->ram[i];
		if (start >= ram->base && end <= ram->base + ram->bytes)
			return true;
	}
	return false;
}

// The end of a taken range that [start, end) runs into, or 0.
static uint64_t conflict(uint64_t start, uint64_t end)
{
	for (unsigned i = 0; i < taken.count; i++) {
		if (start < taken.range[i].end && taken.range[i].start < end)
			return taken.range[i].end;
	}
	return 0;
}

// Page-aligned RAM of this size at or above `from` that nothing else uses.
static paddr_t place(const struct machine *machine, uint64_t from, uint64_t bytes)
{
	uint64_t start = align_up(from, FL_PAGE_SIZE), end;
	while ((end = conflict(start, start + bytes)) != 0)
		start = align_up(end, FL_PAGE_SIZE);
	if (!is_ram(machine, start, start + bytes))
		boot_fail("not enough RAM above the kernel; give the machine more");
	take(start, start + bytes);
	return PA(start);
}

static void frames_init(const struct machine *machine, struct boot_layout *layout)
{
	uint64_t base = ~0ul, end = 0;
	for (unsigned i = 0; i < machine->ram_count; i++) {
		const struct machine_range *ram = &machine->ram[i];
		base = min_u64(base, align_down(ram->base, FL_RUN_SIZE));
		end = ram->base + ram->bytes > end ? ram->base + ram->bytes : end;
	}
	frames.base = PA(base);
	frames.count = min_u64((align_up(end, FL_RUN_SIZE) - base) >> FL_PAGE_SHIFT, FRAMES_MAX);
	uint64_t runs = frames.count / FL_RUN_FRAMES;
	uint64_t bytes = frames.count * sizeof(struct frame) + runs * sizeof(struct run);
	uint64_t from = layout->kernel_end.v;
	if (bytes > SMALL_TABLE_BYTES)
		from = align_up(from, FL_RUN_SIZE);
	frames.frame = phys_to_virt(place(machine, from, bytes));
	frames.run = (struct run *)(void *)(frames.frame + frames.count);
	memset(frames.frame, 0, bytes); // all RESERVED, no run held
}

// Frames that lie wholly in [start, end) get this type, if they have the type `only`.
static void frames_set(uint64_t start, uint64_t end, enum fl_frame_type only,
                       enum fl_frame_type type)
{
	for (uint64_t pa = start; pa < end; pa += FL_PAGE_SIZE) {
		struct frame *frame = frame_at(PA(pa));
		if (frame && frame->type == only)
			frame->type = (uint8_t)type;
	}
}

static void frames_fill(const struct machine *machine, const struct boot_layout *layout)
{
	for (unsigned i = 0; i < machine->ram_count; i++) {
		const struct machine_range *ram = &machine->ram[i];
		frames_set(align_up(ram->base, FL_PAGE_SIZE),
		           align_down(ram->base + ram->bytes, FL_PAGE_SIZE), FL_FRAME_RESERVED,
		           FL_FRAME_FREE);
	}
	uint64_t pool = layout->pool.v, initrd = layout->initrd.v;
	frames_set(pool, pool + BOOT_POOL_BYTES, FL_FRAME_FREE, FL_FRAME_FIXED);
	frames_set(initrd, initrd + (layout->initrd_pages << FL_PAGE_SHIFT), FL_FRAME_FREE,
	           FL_FRAME_FIXED);
	for (unsigned i = 0; i < taken.count; i++) {
		frames_set(align_down(taken.range[i].start, FL_PAGE_SIZE), taken.range[i].end,
		           FL_FRAME_FREE, FL_FRAME_RESERVED);
	}
}

#define KERNEL_LEAF (PTE_V | PTE_R | PTE_G | PTE_A | PTE_D)

static pte_t kernel_leaf(uint64_t pa, pte_t rights)
{
	return pa >> FL_PAGE_SHIFT << PTE_PPN_SHIFT | KERNEL_LEAF | rights;
}

// Rights of one page of the kernel's run: text R-X, read-only data R--, all else RW-.
static pte_t kernel_page(uint64_t pa)
{
	uint64_t va = (uintptr_t)phys_to_virt(PA(pa));
	if (va == (uintptr_t)stack_guard)
		return 0;
	if (va >= (uintptr_t)kernel_start && va < (uintptr_t)kernel_text_end)
		return kernel_leaf(pa, PTE_X);
	if (va >= (uintptr_t)kernel_text_end && va < (uintptr_t)kernel_rodata_end)
		return kernel_leaf(pa, 0);
	return kernel_leaf(pa, PTE_W);
}

// GiB 0 (devices) and every GiB with RAM, readable and writable; the GiB of the kernel by 2 MiB,
// and the kernel's own 2 MiB by page.
static void tables_init(const struct boot_layout *layout)
{
	static pte_t root[TABLE_ENTRIES] __attribute__((aligned(4096)));
	static pte_t middle[TABLE_ENTRIES] __attribute__((aligned(4096)));
	static pte_t pages[TABLE_ENTRIES] __attribute__((aligned(4096)));
	uint64_t kernel_run = align_down(layout->kernel_start.v, FL_RUN_SIZE);
	uint64_t kernel_gib = align_down(kernel_run, GIB);
	uint64_t end = frames.base.v + (frames.count << FL_PAGE_SHIFT);
	pte_t *upper = root + TABLE_USER_ENTRIES;
	if (end > TABLE_USER_ENTRIES * GIB)
		boot_fail("the machine has RAM above 256 GiB, which this kernel cannot map");
	upper[0] = kernel_leaf(0, PTE_W);
	for (uint64_t gib = align_down(frames.base.v, GIB); gib < end; gib += GIB)
		upper[gib / GIB] = kernel_leaf(gib, PTE_W);
	upper[kernel_gib / GIB] = pte_table(virt_to_phys(middle)) | PTE_G;
	for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
		middle[i] = kernel_leaf(kernel_gib + i * FL_RUN_SIZE, PTE_W);
		pages[i] = kernel_page(kernel_run + i * FL_PAGE_SIZE);
	}
	middle[(kernel_run - kernel_gib) / FL_RUN_SIZE] = pte_table(virt_to_phys(pages)) | PTE_G;
	kernel_root = virt_to_phys(root);
}

void boot_memory(const struct machine *machine, struct boot_layout *layout)
{
	layout->kernel_start = virt_to_phys(kernel_start);
	layout->kernel_end = virt_to_phys(kernel_end);
	layout->initrd = PA(align_down(machine->initrd_start, FL_PAGE_SIZE));
	layout->initrd_pages =
		(align_up(machine->initrd_end, FL_PAGE_SIZE) - layout->initrd.v) >> FL_PAGE_SHIFT;
	take(layout->kernel_start.v, layout->kernel_end.v);
	take(layout->initrd.v, layout->initrd.v + (layout->initrd_pages << FL_PAGE_SHIFT));
	for (unsigned i = 0; i < machine->reserved_count; i++)
		take(machine->reserved[i].base, machine->reserved[i].base + machine->reserved[i].bytes);
	layout->pool = place(machine, layout->kernel_end.v, BOOT_POOL_BYTES);
	frames_init(machine, layout);
	frames_fill(machine, layout);
	tables_init(layout);
}
