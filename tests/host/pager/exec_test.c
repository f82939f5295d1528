// Exec: what a layout may be, the commit, and where the arguments go.
#include "tap.h"
#include "world.h"

#define R FL_PROT_READ
#define W FL_PROT_WRITE
#define X FL_PROT_EXEC
#define ZERO(rights) PAGER_REGION(PAGER_KIND_ZERO, rights)
#define IMAGE(rights) PAGER_REGION(PAGER_KIND_IMAGE, rights)

static void exec_region_bad_refused(void)
{
	static const struct {
		uint64_t start, end, what, image;
		fl_error_t error;
	} cases[] = {
		{0x30001, 0x31000, ZERO(R), 0, FL_BAD_ADDRESS},
		{0x30000, 0x31001, ZERO(R), 0, FL_BAD_ADDRESS},
		{0x31000, 0x30000, ZERO(R), 0, FL_BAD_ADDRESS},
		{0x30000, 0x30000, ZERO(R), 0, FL_BAD_ADDRESS},
		{0, 0x1000, ZERO(R), 0, FL_BAD_ADDRESS},
		{0, 0x30000, ZERO(R), 0, FL_BAD_ADDRESS},
		{LAYOUT_USER_TOP - 0x1000, LAYOUT_USER_TOP + 0x1000, ZERO(R), 0, FL_BAD_ADDRESS},
		{LAYOUT_USER_TOP, FL_USER_END, ZERO(R), 0, FL_BAD_ADDRESS},
		{0x30000, ~0xffful, ZERO(R), 0, FL_BAD_ADDRESS},
		{~0xffful, 0x30000, ZERO(R), 0, FL_BAD_ADDRESS},
		{0xffffffc000000000, 0xffffffc000001000, ZERO(R), 0, FL_BAD_ADDRESS},
		{0x30000, 0x31000, ZERO(0), 0, FL_BAD_PROT},
		{0x30000, 0x31000, ZERO(W), 0, FL_BAD_PROT},
		{0x30000, 0x31000, ZERO(R | W | X), 0, FL_BAD_PROT},
		{0x30000, 0x31000, ZERO(W | X), 0, FL_BAD_PROT},
		{0x30000, 0x31000, ZERO(R | FL_PROT_DIRTY), 0, FL_BAD_PROT},
		{0x30000, 0x31000, PAGER_REGION(0, R), 0, FL_BAD_ARGUMENT},
		{0x30000, 0x31000, PAGER_REGION(5, R), 0, FL_BAD_ARGUMENT},
		{0x30000, 0x31000, ZERO(R) | 1ul << 40, 0, FL_BAD_ARGUMENT},
		{0x30000, 0x31000, ZERO(R), 1, FL_BAD_ARGUMENT},
		{0x30000, 0x31000, IMAGE(R), PAGER_IMAGE(0, 0), FL_BAD_ARGUMENT},
		{0x30000, 0x31000, IMAGE(R), PAGER_IMAGE(ARCHIVE_BYTES, 1), FL_BAD_ARGUMENT},
		{0x30000, 0x31000, IMAGE(R), PAGER_IMAGE(1, ARCHIVE_BYTES), FL_BAD_ARGUMENT},
		{0x30000, 0x31000, IMAGE(R), ~0ul, FL_BAD_ARGUMENT},
		{TEXT + 0x2000, TEXT + 0x3000, ZERO(R), 0, FL_EXISTS},
		{0x1000, TEXT + 0x1000, ZERO(R), 0, FL_EXISTS},
		{0x1000, LAYOUT_STACK_START - 0x1000, ZERO(R), 0, FL_EXISTS},
		{LAYOUT_STACK_START - 0x1000, LAYOUT_STACK_START, ZERO(R), 0, FL_EXISTS},
		{HEAP - 0x1000, HEAP, ZERO(R), 0, FL_EXISTS},
		{HEAP, HEAP + 0x1000, ZERO(R), 0, FL_EXISTS},
		{0x30000, 0x30000, PAGER_REGION(PAGER_KIND_HEAP, R | W), 0, FL_EXISTS},
		{0x30000, 0x31000, PAGER_REGION(PAGER_KIND_HEAP, R | W), 0, FL_BAD_ADDRESS},
		{0x30000, 0x31000, PAGER_REGION(PAGER_KIND_STACK, R | W), 0, FL_EXISTS},
	};
	world_start();
	struct space *space = world_space();
	EXPECT(world_layout(space), FL_OK);
	stats_mark();
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fl_error_t error = exec_region_add(world, space, cases[i].start, cases[i].end,
		                                   cases[i].what, cases[i].image);
		if (error != cases[i].error)
			printf("# case %u\n", i);
		EXPECT(error, cases[i].error);
		EXPECT(stat_change(STAT_FRAMES_FREE), 0);
		EXPECT(space->pending.count, 5);
	}
	EXPECT(world_check(), true);
	EXPECT(exec_commit(world, space, 0, 0), FL_OK);
	EXPECT(world_check(), true);
}

static void exec_highest_page_and_lowest_page_allowed(void)
{
	world_start();
	struct space *space = world_space();
	EXPECT(exec_region_add(world, space, 0x1000, 0x2000, ZERO(R | W), 0), FL_OK);
	EXPECT(exec_region_add(world, space, LAYOUT_USER_TOP - 0x1000, LAYOUT_USER_TOP, ZERO(R | W), 0),
	       FL_OK);
	EXPECT(exec_commit(world, space, 0, 0), FL_OK);
	EXPECT(world_store(space, 0x1000, 1), 0);
	EXPECT(world_store(space, LAYOUT_USER_TOP - 1, 1), 0);
	EXPECT(world_check(), true);
}

static void exec_commit_replaces_layout_and_frees(void)
{
	world_start();
	struct space *space = world_program();
	uint64_t old;
	EXPECT(world_sbrk(space, 0x10000, &old), FL_OK);
	EXPECT(world_store(space, HEAP, 1), 0);
	EXPECT(world_store(space, DATA, 1), 0);
	EXPECT(world_store(space, STACK_END - 1, 1), 0);
	EXPECT(world_layout(space), FL_OK);
	EXPECT(world_store(space, BSS, 1), 0); // the old layout goes on until the commit
	EXPECT(exec_commit(world, space, 0, 0), FL_OK);
	EXPECT(mmu_find(space, DATA), 0);
	EXPECT(world_byte(space, DATA), world_image_byte(DATA));
	EXPECT(world_byte(space, BSS), 0);
	EXPECT(world_byte(space, STACK_END - 1), 0);
	EXPECT(world_sbrk(space, 0, &old), FL_OK);
	EXPECT(old, HEAP);
	EXPECT(world->anons.live_count, 0);
	EXPECT(world_check(), true);
}

static void exec_abort_keeps_layout(void)
{
	world_start();
	struct space *space = world_program();
	EXPECT(world_store(space, DATA, 1), 0);
	stats_mark();
	EXPECT(world_layout(space), FL_OK);
	exec_abort(world, space);
	EXPECT(world_byte(space, DATA), 1);
	EXPECT(stat_change(STAT_FRAMES_FREE), 0);
	EXPECT(exec_commit(world, space, 0, 0), FL_BAD_ARGUMENT);
	exec_abort(world, space);
	EXPECT(world_check(), true);
}

static void exec_arguments_move_to_stack_top(void)
{
	world_start();
	struct space *space = world_program();
	uint64_t old;
	EXPECT(world_sbrk(space, 0x4000, &old), FL_OK);
	EXPECT(world_store(space, HEAP + 0x1007, 11), 0);
	// Page 2 is never written.
	EXPECT(world_store(space, HEAP + 0x3fff, 13), 0);
	EXPECT(world_layout(space), FL_OK);
	stats_mark();
	EXPECT(exec_commit(world, space, HEAP + 0x1000, 0x3000), FL_OK);
	EXPECT(stat_change(STAT_COPIES), 0);
	EXPECT(stat_change(STAT_ZERO_FILLS), 0);
	EXPECT(world->anons.live_count, 2);
	EXPECT(world_byte(space, STACK_END - 0x3000 + 7), 11);
	EXPECT(world_byte(space, STACK_END - 0x2000), 0);
	EXPECT(world_byte(space, STACK_END - 1), 13);
	EXPECT(world_store(space, STACK_END - 1, 14), 0);
	EXPECT(world_check(), true);
}

static void exec_arguments_shared_with_parent_are_copied_on_write(void)
{
	world_start();
	struct space *parent = world_program();
	EXPECT(world_store(parent, BSS + 1, 21), 0);
	fl_error_t error;
	struct space *child = world_fork(parent, &error);
	EXPECT(world_layout(child), FL_OK);
	EXPECT(exec_commit(world, child, BSS, 0x1000), FL_OK);
	EXPECT(world_check(), true);
	EXPECT(world_store(child, STACK_END - 0xffe, 22), 0);
	EXPECT(world_byte(child, STACK_END - 0xfff), 21);
	EXPECT(world_byte(parent, BSS + 2), 0);
	EXPECT(world_check(), true);
}

static void exec_arguments_in_untouched_image_page_keep_content(void)
{
	world_start();
	struct space *space = world_program();
	EXPECT(world_layout(space), FL_OK);
	EXPECT(exec_commit(world, space, DATA, 0x1000), FL_OK);
	EXPECT(world_byte(space, STACK_END - 0x1000), world_image_byte(DATA));
	EXPECT(world_byte(space, STACK_END - 1), world_image_byte(DATA + 0xfff));
	EXPECT(world_check(), true);
}

static void exec_arguments_bad_refused(void)
{
	static const struct {
		uint64_t start, bytes;
		fl_error_t error;
	} cases[] = {
		{BSS + 1, 16, FL_BAD_ADDRESS},
		{0, 16, FL_BAD_ADDRESS},
		{HEAP, 16, FL_BAD_ADDRESS},
		{BSS + 0x1000, 0x1001, FL_BAD_ADDRESS},
		{BSS, LAYOUT_STACK_BYTES, FL_TOO_BIG},
		{BSS, ~0ul, FL_TOO_BIG},
		{~0xffful, 0x2000, FL_BAD_ADDRESS},
		{LAYOUT_STACK_TOP, 0x1000, FL_BAD_ADDRESS},
	};
	world_start();
	struct space *space = world_program();
	EXPECT(world_store(space, BSS + 0x1000, 5), 0);
	EXPECT(world_layout(space), FL_OK);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		EXPECT(exec_commit(world, space, cases[i].start, cases[i].bytes), cases[i].error);
		EXPECT(world_byte(space, BSS + 0x1000), 5);
		EXPECT(space->pending.stack->amap == NULL, true);
		EXPECT(world_check(), true);
	}
	exec_abort(world, space);
	EXPECT(exec_region_add(world, space, 0x1000, 0x2000, ZERO(R), 0), FL_OK);
	EXPECT(exec_commit(world, space, BSS, 16), FL_BAD_ARGUMENT); // no stack
}

static void exec_fork_leaves_pending_behind(void)
{
	world_start();
	struct space *parent = world_program();
	EXPECT(world_layout(parent), FL_OK);
	fl_error_t error;
	struct space *child = world_fork(parent, &error);
	EXPECT(child->pending.count, 0);
	EXPECT(world_check(), true);
	space_destroy(world, parent);
	space_destroy(world, child);
	EXPECT(stat_of(STAT_FRAMES_META), 0);
	EXPECT(world_check(), true);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"exec_region_bad_refused", exec_region_bad_refused},
		{"exec_highest_page_and_lowest_page_allowed", exec_highest_page_and_lowest_page_allowed},
		{"exec_commit_replaces_layout_and_frees", exec_commit_replaces_layout_and_frees},
		{"exec_abort_keeps_layout", exec_abort_keeps_layout},
		{"exec_arguments_move_to_stack_top", exec_arguments_move_to_stack_top},
		{"exec_arguments_shared_with_parent_are_copied_on_write",
	     exec_arguments_shared_with_parent_are_copied_on_write},
		{"exec_arguments_in_untouched_image_page_keep_content",
	     exec_arguments_in_untouched_image_page_keep_content},
		{"exec_arguments_bad_refused", exec_arguments_bad_refused},
		{"exec_fork_leaves_pending_behind", exec_fork_leaves_pending_behind},
	};
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
