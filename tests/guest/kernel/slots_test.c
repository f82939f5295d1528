// Every place where a kernel call takes a handle, with everything that is not the right handle.
#include "fixture.h"
#include "fl/string.h"

#define BIT(type) (1u << (type))
#define OBJECTS (BIT(FL_TYPE_THREAD) | BIT(FL_TYPE_SPACE) | BIT(FL_TYPE_ENDPOINT))
#define ANY (BIT(FL_TYPE_COUNT) - 2)

// Where call `number` takes a handle of these types with these rights: argument `position`.
struct place {
	const char *name;
	unsigned number, position, types, rights;
	bool zero_is_own;
	uint64_t argument[7]; // the other arguments, all good
};

#define PLACES_MAX 40
static struct place places[PLACES_MAX];
static unsigned count;

static void place(const char *name, unsigned number, unsigned position, unsigned types,
                  unsigned rights, const uint64_t argument[7])
{
	require(count < PLACES_MAX);
	places[count] = (struct place){name, number, position, types, rights, false, {0}};
	memcpy(places[count++].argument, argument, sizeof places[0].argument);
}

#define ARGS(...) ((const uint64_t[7]){__VA_ARGS__})

static void places_of_ipc(void)
{
	const unsigned endpoint = BIT(FL_TYPE_ENDPOINT);
	place("call", FL_SYS_CALL, 0, endpoint, FL_RIGHT_CALL, ARGS(0));
	place("receive", FL_SYS_RECEIVE, 0, endpoint, FL_RIGHT_RECEIVE, ARGS(0));
	place("reply", FL_SYS_REPLY, 0, endpoint, FL_RIGHT_RECEIVE, ARGS(0));
	place("reply_receive", FL_SYS_REPLY_RECEIVE, 0, endpoint, FL_RIGHT_RECEIVE, ARGS(0));
	place("resolve", FL_SYS_RESOLVE, 0, endpoint, FL_RIGHT_RECEIVE, ARGS(0));
	place("resolve_receive", FL_SYS_RESOLVE_RECEIVE, 0, endpoint, FL_RIGHT_RECEIVE, ARGS(0));
	place("notify", FL_SYS_NOTIFY, 0, endpoint, FL_RIGHT_NOTIFY, ARGS(0));
}

static void places_of_objects(void)
{
	const struct fixture *f = &fixture;
	const unsigned endpoint = BIT(FL_TYPE_ENDPOINT), space = BIT(FL_TYPE_SPACE);
	place("object_create thread", FL_SYS_OBJECT_CREATE, 3, space, FL_RIGHT_CONTROL,
	      ARGS(FL_TYPE_THREAD, f->frame, f->empty, 0, 1, 7));
	place("object_create space", FL_SYS_OBJECT_CREATE, 4, endpoint, FL_RIGHT_MINT,
	      ARGS(FL_TYPE_SPACE, f->frame, f->empty, f->frame2, 0, 7));
	place("object_destroy", FL_SYS_OBJECT_DESTROY, 0, OBJECTS, FL_RIGHT_DESTROY, ARGS(0));
	place("handle_copy", FL_SYS_HANDLE_COPY, 0, space, FL_RIGHT_CONTROL,
	      ARGS(0, 20, f->endpoint, FL_RIGHT_ALL, 0, 0));
	places[count - 1].zero_is_own = true;
	place("handle_copy from", FL_SYS_HANDLE_COPY, 2, ANY, 0, ARGS(0, f->empty, 0, FL_RIGHT_ALL, 0));
	place("handle_close", FL_SYS_HANDLE_CLOSE, 0, space, FL_RIGHT_CONTROL, ARGS(0, 20));
	places[count - 1].zero_is_own = true;
	place("space_feed", FL_SYS_SPACE_FEED, 0, space, FL_RIGHT_MAP,
	      ARGS(0, FL_FEED_TABLE, f->frame, 0));
	place("space_feed handles", FL_SYS_SPACE_FEED, 0, space, FL_RIGHT_CONTROL,
	      ARGS(0, FL_FEED_HANDLES, f->frame, 0));
	place("space_drain handles", FL_SYS_SPACE_DRAIN, 0, space, FL_RIGHT_CONTROL,
	      ARGS(0, FL_FEED_HANDLES));
	place("space_drain", FL_SYS_SPACE_DRAIN, 0, space, FL_RIGHT_MAP, ARGS(0, FL_FEED_TABLE));
	place("space_control counts", FL_SYS_SPACE_CONTROL, 0, space, FL_RIGHT_CONTROL,
	      ARGS(0, FL_SPACE_COUNTS));
	place("space_control set_pager", FL_SYS_SPACE_CONTROL, 0, space, FL_RIGHT_CONTROL,
	      ARGS(0, FL_SPACE_SET_PAGER, f->endpoint, 1));
	place("space_control set_pager endpoint", FL_SYS_SPACE_CONTROL, 2, endpoint, FL_RIGHT_MINT,
	      ARGS(f->space, FL_SPACE_SET_PAGER, 0, 1));
}

static void places_of_memory(void)
{
	const struct fixture *f = &fixture;
	const unsigned space = BIT(FL_TYPE_SPACE), memory = BIT(FL_TYPE_MEMORY);
	place("map", FL_SYS_MAP, 0, space, FL_RIGHT_MAP,
	      ARGS(0, 1, FIXTURE_VA, f->page | FL_PROT_READ));
	place("map_fixed", FL_SYS_MAP_FIXED, 0, space, FL_RIGHT_MAP,
	      ARGS(0, FIXTURE_VA, FL_ROOT_POOL, 0, 1, FL_PROT_READ));
	place("map_fixed fixed", FL_SYS_MAP_FIXED, 2, BIT(FL_TYPE_FIXED), FL_RIGHT_MAP,
	      ARGS(f->space, FIXTURE_VA, 0, 0, 1, FL_PROT_READ));
	place("unmap", FL_SYS_UNMAP, 0, space, FL_RIGHT_MAP, ARGS(0, FIXTURE_VA, 1));
	place("protect", FL_SYS_PROTECT, 0, space, FL_RIGHT_MAP, ARGS(0, FIXTURE_VA, 1, FL_PROT_WRITE));
	place("pte_read", FL_SYS_PTE_READ, 0, space, FL_RIGHT_MAP, ARGS(0, FIXTURE_VA));
	place("run_attach", FL_SYS_RUN_ATTACH, 0, memory, FL_RIGHT_CONTROL,
	      ARGS(0, f->run, FL_RUN_OBJECT, 0));
	place("run_detach", FL_SYS_RUN_DETACH, 0, memory, FL_RIGHT_CONTROL, ARGS(0, f->run));
	place("frame_info", FL_SYS_FRAME_INFO, 0, memory, FL_RIGHT_CONTROL, ARGS(0, f->frame));
}

static void places_of_the_rest(void)
{
	static struct fl_context context;
	const unsigned thread = BIT(FL_TYPE_THREAD), irq = BIT(FL_TYPE_IRQ);
	place("thread_control", FL_SYS_THREAD_CONTROL, 0, thread, FL_RIGHT_CONTROL,
	      ARGS(0, FL_THREAD_START));
	place("thread_context get", FL_SYS_THREAD_CONTEXT, 0, thread, FL_RIGHT_CONTROL,
	      ARGS(0, FL_CONTEXT_GET, (uintptr_t)&context));
	place("thread_context set", FL_SYS_THREAD_CONTEXT, 0, thread, FL_RIGHT_CONTROL,
	      ARGS(0, FL_CONTEXT_SET, (uintptr_t)&context));
	place("irq_control", FL_SYS_IRQ_CONTROL, 0, irq, FL_RIGHT_CONTROL, ARGS(0, 0, FL_IRQ_UNBIND));
	place("irq_control bind", FL_SYS_IRQ_CONTROL, 3, BIT(FL_TYPE_ENDPOINT), FL_RIGHT_NOTIFY,
	      ARGS(FL_ROOT_IRQ, 0, FL_IRQ_BIND, 0));
	place("machine_control", FL_SYS_MACHINE_CONTROL, 0, BIT(FL_TYPE_MACHINE), FL_RIGHT_CONTROL,
	      ARGS(0, FL_MACHINE_STOP, 99));
}

static void places_open(void)
{
	fixture_open();
	count = 0;
	places_of_ipc();
	places_of_objects();
	places_of_memory();
	places_of_the_rest();
}

// With `slot` at its place the call fails like this and changes nothing.
static void place_try(const struct place *place, uint64_t slot, fl_error_t expected)
{
	uint64_t a[7];
	struct picture before = picture_take();
	memcpy(a, place->argument, sizeof a);
	a[place->position] = slot;
	fl_error_t error = fl_invoke(place->number, a[0], a[1], a[2], a[3], a[4], a[5], a[6], NULL);
	bool good = expect(expected, error);
	if (!picture_same(&before) || !good)
		note("in %s with slot 0x%lx", place->name, (unsigned long)slot);
}

static void every_call_slot_empty_or_out_of_range_bad_handle(void)
{
	static const uint64_t slot[] = {0,
	                                127,
	                                128,
	                                1000,
	                                FL_SLOT_END - 1,
	                                FL_SLOT_END,
	                                1ul << 20,
	                                1ul << 32,
	                                1ul << 63,
	                                ~0ul,
	                                (1ul << 32) | FL_ROOT_SPACE,
	                                (1ul << 63) | FL_ROOT_THREAD,
	                                0xffffffc080200000ul};
	places_open();
	for (unsigned i = 0; i < count; i++) {
		for (unsigned j = places[i].zero_is_own; j < sizeof slot / sizeof slot[0]; j++)
			place_try(&places[i], slot[j], FL_BAD_HANDLE);
	}
	fixture_close();
}

static void every_call_slot_of_other_type_bad_handle(void)
{
	places_open();
	const fl_slot_t slot[FL_TYPE_COUNT] = {
		[FL_TYPE_THREAD] = fixture.thread,     [FL_TYPE_SPACE] = fixture.space,
		[FL_TYPE_ENDPOINT] = fixture.endpoint, [FL_TYPE_MEMORY] = FL_ROOT_MEMORY,
		[FL_TYPE_FIXED] = FL_ROOT_POOL,        [FL_TYPE_IRQ] = FL_ROOT_IRQ,
		[FL_TYPE_MACHINE] = FL_ROOT_MACHINE};
	for (unsigned i = 0; i < count; i++) {
		for (unsigned type = FL_TYPE_THREAD; type < FL_TYPE_COUNT; type++) {
			if (!(places[i].types & BIT(type)))
				place_try(&places[i], slot[type], FL_BAD_HANDLE);
		}
	}
	fixture_close();
}

// A destroyed object's handle is dead, although its frame holds another object of the same type.
static void every_call_object_gone_and_frame_reused_bad_handle(void)
{
	places_open();
	fl_slot_t old[FL_TYPE_COUNT] = {0}, now[FL_TYPE_COUNT];
	for (unsigned type = FL_TYPE_THREAD; type <= FL_TYPE_ENDPOINT; type++) {
		for (unsigned round = 0; round < 2; round++) {
			now[type] = type == FL_TYPE_THREAD  ? thread_new(fixture.space, 1, 1)
			            : type == FL_TYPE_SPACE ? space_new(fixture.endpoint, 1)
			                                    : endpoint_new();
			if (round == 0) {
				old[type] = handle_new(now[type], FL_RIGHT_ALL, 0);
				object_end(now[type]);
			}
		}
	}
	for (unsigned i = 0; i < count; i++) {
		for (unsigned type = FL_TYPE_THREAD; type <= FL_TYPE_ENDPOINT; type++)
			place_try(&places[i], old[type], FL_BAD_HANDLE);
	}
	for (unsigned type = FL_TYPE_THREAD; type <= FL_TYPE_ENDPOINT; type++) {
		slot_end(old[type]);
		object_end(now[type]);
	}
	fixture_close();
}

static void every_call_right_missing_no_right(void)
{
	places_open();
	const fl_slot_t slot[FL_TYPE_COUNT] = {
		[FL_TYPE_THREAD] = fixture.thread,     [FL_TYPE_SPACE] = fixture.space,
		[FL_TYPE_ENDPOINT] = fixture.endpoint, [FL_TYPE_MEMORY] = FL_ROOT_MEMORY,
		[FL_TYPE_FIXED] = FL_ROOT_POOL,        [FL_TYPE_IRQ] = FL_ROOT_IRQ,
		[FL_TYPE_MACHINE] = FL_ROOT_MACHINE};
	for (unsigned i = 0; i < count; i++) {
		for (unsigned type = FL_TYPE_THREAD; places[i].rights && type < FL_TYPE_COUNT; type++) {
			if (!(places[i].types & BIT(type)))
				continue;
			fl_slot_t weak = handle_new(slot[type], FL_RIGHT_ALL & ~places[i].rights, 0);
			place_try(&places[i], weak, FL_NO_RIGHT);
			slot_end(weak);
		}
	}
	fixture_close();
}

static const struct test tests[] = {
	TEST(every_call_slot_empty_or_out_of_range_bad_handle),
	TEST(every_call_slot_of_other_type_bad_handle),
	TEST(every_call_object_gone_and_frame_reused_bad_handle),
	TEST(every_call_right_missing_no_right),
};
SUITE(slots, tests);
