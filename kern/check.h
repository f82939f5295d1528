// kern_check: walks every frame, table, count and handle and panics at the first broken invariant.
// Only in the checking build (meson option kern_check); nothing of it is linked elsewhere.
#ifndef KERN_CHECK_H
#define KERN_CHECK_H

#ifdef KERN_CHECK
// After every system call: everything at once on a machine of up to KERN_CHECK_FULL_FRAMES frames,
// else one part after the other, and everything once in KERN_CHECK_PERIOD calls.
void kern_check_step(void);
#else
static inline void kern_check_step(void)
{
}
#endif

#endif
