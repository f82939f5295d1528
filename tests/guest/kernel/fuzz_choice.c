// Chooses the strong fuzzer's next call: random, but with handles and frames that let it succeed
// now and then; and remembers what its slots hold.
#include "fuzz.h"

struct strong strong;

// A slot of the fuzzer's; if it can, one that holds a handle of this type (0: any slot).
static uint64_t slot_random(unsigned type)
{
	uint64_t random = fuzz_random(&strong.fuzz);
	if (random % 16 == 0)
		return (const uint64_t[]){0, 127, 300, FL_SLOT_END, ~0ul}[(random >> 8) % 5];
	uint64_t start = (random >> 8) % SLOTS;
	for (unsigned i = 0; type && random % 16 > 3 && i < SLOTS; i++) {
		if (strong.type[(start + i) % SLOTS] == type)
			return FIRST + (start + i) % SLOTS;
	}
	return FIRST + start;
}

#define OTHER 15 // any slot
// Which arguments of a call are slots: four bits each, the type or OTHER. They never name other
// handles than the fuzzer's, whatever the call.
static uint64_t slots_of(uint64_t number)
{
	const uint64_t space = FL_TYPE_SPACE, endpoint = FL_TYPE_ENDPOINT;
	switch (number) {
	case FL_SYS_OBJECT_CREATE:
		return OTHER << 8 | space << 12 | endpoint << 16;
	case FL_SYS_OBJECT_DESTROY:
		return OTHER;
	case FL_SYS_HANDLE_COPY:
		return OTHER | OTHER << 4 | OTHER << 8;
	case FL_SYS_HANDLE_CLOSE:
		return OTHER | OTHER << 4;
	case FL_SYS_MAP_FIXED:
		return space | FL_TYPE_FIXED << 8;
	case FL_SYS_SPACE_CONTROL:
		return space | endpoint << 8;
	case FL_SYS_IRQ_CONTROL:
		return FL_TYPE_IRQ | endpoint << 12;
	case FL_SYS_RUN_ATTACH:
	case FL_SYS_RUN_DETACH:
	case FL_SYS_FRAME_INFO:
		return FL_TYPE_MEMORY;
	case FL_SYS_THREAD_CONTROL:
	case FL_SYS_THREAD_CONTEXT:
		return FL_TYPE_THREAD;
	case FL_SYS_VERSION:
	case FL_SYS_MACHINE_CONTROL:
	case FL_SYS_COUNTERS:
		return OTHER;
	default:
		return number <= FL_SYS_NOTIFY ? endpoint : space;
	}
}

// What slots hold now, as far as the fuzzer knows: good enough to choose by.
void strong_note(uint64_t number, const uint64_t a[7])
{
	uint64_t to = a[number == FL_SYS_OBJECT_CREATE ? 2 : number == FL_SYS_OBJECT_DESTROY ? 0 : 1];
	if (to < FIRST || to > LAST || (number >= FL_SYS_HANDLE_COPY && a[0]))
		return;
	if (number == FL_SYS_OBJECT_CREATE)
		strong.type[to - FIRST] = (unsigned)a[0];
	else if (number == FL_SYS_OBJECT_DESTROY || number == FL_SYS_HANDLE_CLOSE)
		strong.type[to - FIRST] = 0;
	else if (number == FL_SYS_HANDLE_COPY && a[2] >= FIRST && a[2] <= LAST)
		strong.type[to - FIRST] = strong.type[a[2] - FIRST];
}

// Calls that end things are made less often, so that there are things.
static bool is_rare(uint64_t number)
{
	return number == FL_SYS_OBJECT_DESTROY || number == FL_SYS_HANDLE_CLOSE ||
	       number == FL_SYS_RUN_DETACH;
}

// Arguments that let a call succeed now and then.
static void arguments_help(uint64_t *x)
{
	uint64_t random = fuzz_random(&strong.fuzz);
	uint64_t *a = &x[X_A0];
	const uint64_t frame = run_spare(0) + random % FL_RUN_FRAMES * FL_PAGE_SIZE;
	const uint64_t page = run_spare(1) + random % FL_RUN_FRAMES * FL_PAGE_SIZE;
	switch (a[7]) {
	case FL_SYS_OBJECT_CREATE:
		a[0] = random >> 20 & 3;
		a[1] = frame;
		if (a[0] == FL_TYPE_SPACE)
			a[3] = run_spare(0) + (random >> 32) % FL_RUN_FRAMES * FL_PAGE_SIZE;
		else
			a[4] = 1;
		break;
	case FL_SYS_SPACE_FEED:
		a[1] = random >> 40 & 1;
		a[2] = frame;
		a[3] &= 1;
		break;
	case FL_SYS_MAP:
		a[1] = random >> 20 & 1 ? 1 : random >> 21 & 63;
		if (a[1] > 2)
			a[2] = (uintptr_t)strong.vector;
		else
			a[2] = random >> 30 & 0x7ff000, a[3] = page | 1 | (random >> 50 & 6);
		break;
	case FL_SYS_RESOLVE:
	case FL_SYS_RESOLVE_RECEIVE:
		a[1] = random >> 20 & 1 ? 0 : 1 << 8;
		a[2] = random >> 30 & 0x7ff000;
		a[3] = page | 1;
		break;
	case FL_SYS_RUN_ATTACH:
	case FL_SYS_RUN_DETACH:
		a[1] = run_spare(random >> 20 & 1);
		a[2] = random >> 21 & 3;
		a[3] = (uintptr_t)window_of(a[1]);
		break;
	case FL_SYS_UNMAP:
	case FL_SYS_PROTECT:
		a[1] = random >> 30 & 0x7ff000;
		a[2] = random >> 10 & 0x7ff;
		a[3] = random >> 50 & 6;
		break;
	case FL_SYS_THREAD_CONTEXT:
		a[1] = random & 1;
		a[2] = (uintptr_t)&strong.context;
		break;
	case FL_SYS_THREAD_CONTROL:
		a[1] = random & 3;
		a[2] = random >> 20 & 3;
		break;
	default:
		break;
	}
}

void strong_prepare(void)
{
	uint64_t *x = strong.x;
	for (unsigned i = 0; i < 33; i++)
		x[i] = fuzz_value(&strong.fuzz);
	do {
		x[X_A7] = fuzz_random(&strong.fuzz) % FL_SYS_COUNT;
	} while ((x[X_A7] == FL_SYS_OBJECT_CREATE && strong.keep == KEEP_END) ||
	         (is_rare(x[X_A7]) && fuzz_random(&strong.fuzz) % 8));
	for (unsigned i = 0; i < 5; i++) {
		unsigned type = slots_of(x[X_A7]) >> 4 * i & 15;
		if (type)
			x[X_A0 + i] = slot_random(type == OTHER ? 0 : type);
	}
	x[X_T0] = slot_random(0);
	x[X_T1] = slot_random(0);
	x[X_T2] = fuzz_random(&strong.fuzz) % 4 ? strong.token : x[X_T2];
	if (fuzz_random(&strong.fuzz) % 4)
		arguments_help(x);
}
