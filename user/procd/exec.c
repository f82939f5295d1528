// exec: a file of the initrd becomes the layout of a space. Nothing is read here but the headers;
// the pager reads pages when they are touched.
#include "fl/elf.h"
#include "fl/error.h"
#include "fl/server.h"
#include "fl/string.h"
#include "procd.h"
#include "proto/files.h"
#include "proto/pager.h"
#include "proto/slots.h"

#define FIRST_PROGRAM "init"

static const uint8_t *initrd;
static uint64_t initrd_bytes;

void exec_start(const struct fl_bootinfo *boot)
{
	initrd = (const uint8_t *)(SERVER_INITRD_VA + boot->initrd_offset);
	initrd_bytes = boot->initrd_bytes;
}

static uint64_t page_up(uint64_t bytes)
{
	return (bytes + FL_PAGE_SIZE - 1) & ~(FL_PAGE_SIZE - 1);
}

static fl_error_t program_check(uint64_t file, uint64_t *offset, struct fl_elf *elf)
{
	uint64_t bytes;
	fl_error_t error = files_locate(file, offset, &bytes);
	if (error)
		return error;
	if (*offset > initrd_bytes || bytes > initrd_bytes - *offset)
		return FL_IO;
	// An image's offset and length are 32 bits each in the pager's message.
	if (*offset > UINT32_MAX || bytes > UINT32_MAX - *offset)
		return FL_TOO_BIG;
	return fl_elf_parse(initrd + *offset, bytes, elf);
}

static fl_error_t region_add(uint64_t space, uint64_t start, uint64_t end, uint64_t region,
                             uint64_t image)
{
	struct fl_message m = {.word = {PAGER_EXEC_REGION, space, start, end, region, image}};
	return pager_call(&m);
}

// Adds image, heap and stack to the pending layout.
static fl_error_t layout_add(uint64_t space, const struct fl_elf *elf, uint64_t offset)
{
	const unsigned data = FL_PROT_READ | FL_PROT_WRITE;
	for (unsigned i = 0; i < elf->count; i++) {
		const struct fl_elf_region *region = &elf->region[i];
		uint64_t image = region->kind == PAGER_KIND_IMAGE
		                     ? PAGER_IMAGE(offset + region->offset, region->bytes)
		                     : 0;
		fl_error_t error = region_add(space, region->start, region->end,
		                              PAGER_REGION(region->kind, region->rights), image);
		if (error)
			return error;
	}
	fl_error_t error =
		region_add(space, elf->end, elf->end, PAGER_REGION(PAGER_KIND_HEAP, data), 0);
	if (error)
		return error;
	return region_add(space, LAYOUT_STACK_START, LAYOUT_STACK_TOP,
	                  PAGER_REGION(PAGER_KIND_STACK, data), 0);
}

// Gives the space the program's layout; on failure it keeps the one it has.
static fl_error_t layout_replace(uint64_t space, const struct fl_elf *elf, uint64_t offset,
                                 uint64_t args, uint64_t args_bytes)
{
	fl_error_t error = layout_add(space, elf, offset);
	if (!error) {
		struct fl_message m = {.word = {PAGER_EXEC_COMMIT, space, args, args_bytes}};
		error = pager_call(&m);
	}
	if (error) {
		struct fl_message m = {.word = {PAGER_EXEC_ABORT, space}};
		fl_error_t aborted = pager_call(&m);
		(void)aborted; // a pending layout that stays is replaced at the next exec
	}
	return error;
}

// block: of the arguments, where the program will find it.
static fl_error_t thread_begin(struct thread *thread, uint64_t entry, uint64_t block)
{
	static struct fl_context context;
	memset(&context, 0, sizeof context);
	context.pc = entry;
	context.x[2] = block;  // sp
	context.x[10] = block; // a0
	fl_error_t error = thread_stop(thread);
	if (!error)
		error = fl_thread_context(thread_slot(thread), FL_CONTEXT_SET, &context);
	if (!error)
		error = thread_start(thread);
	return error;
}

static int args_sound(uint64_t args, uint64_t bytes)
{
	return args % FL_PAGE_SIZE == 0 && args >= LAYOUT_USER_START && args < LAYOUT_USER_TOP &&
	       bytes != 0 && bytes % 16 == 0 && bytes <= PROCESS_ARGS_MAX &&
	       bytes <= LAYOUT_USER_TOP - args;
}

enum server_answer exec_call(struct process *process, struct fl_message *m)
{
	struct fl_elf elf;
	uint64_t offset;
	uint64_t args = m->word[2];
	uint64_t args_bytes = page_up(m->word[3]);
	if (m->word[3] > PROCESS_ARGS_MAX)
		return server_reply_error(m, FL_TOO_BIG);
	if (!args_sound(args, m->word[3]))
		return server_reply_error(m, FL_BAD_ARGUMENT);
	fl_error_t error = program_check(m->word[1], &offset, &elf);
	if (error)
		return server_reply_error(m, error);
	error = layout_replace(process->space, &elf, offset, args, args_bytes);
	if (error)
		return server_reply_error(m, error);
	// None of the others ran meanwhile: pager and procd come first.
	threads_others_destroy(process->caller);
	signals_exec(process);

	error = files_process(FILES_EXEC, process->pid, 0, 0);
	if (error)
		server_log("procd: the file server does not know pid %u", process->pid);
	memcpy(process->name, &m->word[4], sizeof process->name);
	process->name[sizeof process->name - 1] = '\0';
	// The old program is gone, so there is nobody left to tell an error to.
	if (thread_begin(process->caller, elf.entry, LAYOUT_STACK_TOP - args_bytes))
		server_fatal("procd: a thread cannot be set");
	signals_take(process->caller);
	return SERVER_PARKED;
}

static fl_error_t init_load(struct process *process)
{
	struct fl_elf elf;
	uint64_t file;
	uint64_t offset;
	fl_error_t error = files_find("bin/" FIRST_PROGRAM, &file);
	if (!error)
		error = program_check(file, &offset, &elf);
	if (!error)
		error = memory_create(process);
	if (!error)
		error = layout_replace(process->space, &elf, offset, 0, 0);
	// Untouched stack is zero, and a page of zeros is an argument block without arguments.
	if (!error)
		error = thread_begin(process->threads, elf.entry, LAYOUT_STACK_TOP - FL_PAGE_SIZE);
	return error;
}

void init_start(void)
{
	struct process *process = process_create(NULL);
	memcpy(process->name, FIRST_PROGRAM, sizeof FIRST_PROGRAM);
	fl_error_t error = init_load(process);
	if (!error)
		return;
	server_log("procd: bin/%s cannot be started: %s", FIRST_PROGRAM, fl_error_text(error));
	machine_off(STATUS_INIT_DIED);
}
