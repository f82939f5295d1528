// Floating-point state, lazily: a thread has the unit only after its first use traps, its state
// stays in the registers until another thread wants the unit, and is written to memory only if
// dirty. Source: RISC-V privileged specification 20211203, "Extension Context Status in mstatus
// Register".
#include "riscv.h"
#include "syscall.h"

void fp_save(uint64_t f[32]); // entry.S
void fp_load(const uint64_t f[32]);

static void fp_note_dirty(struct hart *hart)
{
	if ((csr_read(sstatus) & SSTATUS_FS) == SSTATUS_FS_DIRTY)
		hart->fp_dirty = true;
}

// The owner's registers go to its object. FS ends up on and clean.
static void fp_flush(struct hart *hart)
{
	struct thread *owner = hart->fp_owner;
	fp_note_dirty(hart);
	csr_set(sstatus, SSTATUS_FS);
	if (owner && hart->fp_dirty) {
		fp_save(owner->f);
		__asm__ volatile(".option push; .option arch, +f; frcsr %0; .option pop"
		                 : "=r"(owner->fcsr));
	}
	hart->fp_dirty = false;
	csr_clear(sstatus, SSTATUS_FS);
	csr_set(sstatus, SSTATUS_FS_CLEAN);
}

// `next` is about to run instead of another thread.
void fp_switch(struct hart *hart, struct thread *next)
{
	fp_note_dirty(hart);
	csr_clear(sstatus, SSTATUS_FS);
	if (next == hart->fp_owner)
		csr_set(sstatus, SSTATUS_FS_CLEAN);
}

// The current thread's instruction trapped as illegal. True: the unit was off, now it is on with
// the thread's state, and the instruction can run again.
bool fp_enable(struct hart *hart, struct thread *thread)
{
	if (csr_read(sstatus) & SSTATUS_FS)
		return false;
	fp_flush(hart);
	csr_set(sstatus, SSTATUS_FS);
	fp_load(thread->f);
	__asm__ volatile(".option push; .option arch, +f; fscsr %0; .option pop" ::"r"(thread->fcsr));
	csr_clear(sstatus, SSTATUS_FS);
	csr_set(sstatus, SSTATUS_FS_CLEAN);
	hart->fp_owner = thread;
	return true;
}

// The thread's object is about to be read.
void fp_collect(struct thread *thread)
{
	struct hart *hart = this_hart();
	if (hart->fp_owner != thread)
		return;
	fp_flush(hart);
	hart->fp_owner = NULL;
	csr_clear(sstatus, SSTATUS_FS);
}

// What the unit holds of this thread is not wanted any more.
void fp_forget(struct thread *thread)
{
	struct hart *hart = this_hart();
	if (hart->fp_owner != thread)
		return;
	hart->fp_owner = NULL;
	hart->fp_dirty = false;
	csr_clear(sstatus, SSTATUS_FS);
}
