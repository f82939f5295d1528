// Faults of the minimal pager: region, rights, frame; or the death of the process.
#include "minimal.h"

// The fault that is being answered, kept because an answer that fails overwrites the message.
static struct {
	struct space *space;
	struct fl_fault fault;
	uint64_t token;
	uint64_t va;    // page aligned
	uint64_t entry; // the frame and its rights
} current;

static unsigned access_of(uint64_t cause)
{
	switch (cause) {
	case FL_CAUSE_FETCH_PAGE:
		stat[STAT_FAULTS_FETCH]++;
		return FL_PROT_EXEC;
	case FL_CAUSE_LOAD_PAGE:
		stat[STAT_FAULTS_LOAD]++;
		return FL_PROT_READ;
	case FL_CAUSE_STORE_PAGE:
		stat[STAT_FAULTS_STORE]++;
		return FL_PROT_WRITE;
	default:
		stat[STAT_FAULTS_OTHER]++;
		return 0;
	}
}

// Of those causes that are no page faults.
static enum pager_reason exception_reason(uint64_t cause)
{
	switch (cause) {
	case FL_CAUSE_ILLEGAL:
		return REASON_ILLEGAL;
	case FL_CAUSE_BREAKPOINT:
		return REASON_BREAKPOINT;
	case FL_CAUSE_FETCH_MISALIGNED:
	case FL_CAUSE_LOAD_MISALIGNED:
	case FL_CAUSE_STORE_MISALIGNED:
		return REASON_MISALIGNED;
	default:
		return REASON_ACCESS_FAULT;
	}
}

// Why there is no region at va.
static enum pager_reason hole_reason(struct layout *layout, uint64_t va)
{
	if (va >= FL_USER_END)
		return REASON_KERNEL_ADDRESS;
	if (va < LAYOUT_USER_START)
		return REASON_NULL;
	const struct region *stack = layout_kind(layout, PAGER_KIND_STACK);
	if (stack && va < stack->start && va >= stack->start - FL_PAGE_SIZE)
		return REASON_GUARD;
	const struct region *heap = layout_kind(layout, PAGER_KIND_HEAP);
	if (heap && va >= heap->end && va < LAYOUT_MMAP_START &&
	    layout_next(layout, va) == layout_next(layout, heap->end))
		return REASON_ABOVE_BREAK;
	return REASON_NO_REGION;
}

// Finds or makes the page and sets current.va and current.entry. 0, or why that cannot be.
static enum pager_reason fault_meet(struct space *space, uint64_t cause, uint64_t address)
{
	unsigned access = access_of(cause);
	if (!access)
		return exception_reason(cause);
	const struct region *region = layout_find(&space->layout, address);
	if (!region)
		return hole_reason(&space->layout, address);
	unsigned rights = PAGER_REGION_RIGHTS(region->what);
	if (!(rights & access))
		return REASON_PROTECTION;
	current.va = page_floor(address);
	uint64_t frame = page_fill(space, region, current.va);
	if (!frame)
		return REASON_NO_MEMORY;
	// The kernel would set A and D at the next access where hardware does not: another trap.
	bool store = access == FL_PROT_WRITE;
	current.entry = frame | rights | FL_PROT_ACCESSED | (store ? FL_PROT_DIRTY : 0);
	return 0;
}

// The thread stays parked. procd asks why when the notification reaches it, and destroys the space.
static void death_record(struct space *space, enum pager_reason reason)
{
	stat[STAT_FAULTS_FATAL]++;
	space->reason = reason;
	space->death = current.fault;
	fl_error_t error = fl_notify(SLOT_NOTIFY);
	(void)error; // without procd the machine has stopped
}

static void answer_make(struct fl_message *m)
{
	m->token = current.token;
	m->word[0] = FL_RESOLVE_ACTION(FL_RESOLVE_RESUME, 1);
	m->word[1] = current.va;
	m->word[2] = current.entry;
}

bool fault_receive(struct fl_message *m)
{
	struct space *space = space_find(m->badge);
	if (!space) // its thread ended before it, and with the thread its faults
		server_fatal("minimal: a fault of no space");
	current.space = space;
	current.token = m->token;
	current.fault = (struct fl_fault){.cause = m->word[0], .stval = m->word[1], .pc = m->word[2]};
	stat[STAT_FAULTS]++;
	space->faults++;
	enum pager_reason reason = fault_meet(space, m->word[0], m->word[1]);
	if (reason)
		death_record(space, reason);
	else
		answer_make(m);
	return !reason;
}

bool fault_retry(struct fl_message *m, fl_error_t error)
{
	if (error == FL_STALE) // the thread was stopped meanwhile: nobody waits
		return false;
	if (error != FL_NO_TABLE)
		server_fatal("minimal: the kernel refused an answer");
	if (space_table_feed(current.space)) {
		death_record(current.space, REASON_NO_MEMORY);
		return false;
	}
	answer_make(m);
	return true;
}
