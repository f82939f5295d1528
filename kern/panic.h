// The end of a broken kernel, and the orderly stop of the machine.
#ifndef KERN_PANIC_H
#define KERN_PANIC_H

#include "machine.h"
#include "types.h"

// Remembers how this machine is stopped with a status.
void panic_init(const struct machine *machine);

// Stops the machine; status 0 .. 255 reaches QEMU's exit status where there is a test device.
_Noreturn void machine_stop(uint64_t status);

// A machine that cannot run this system: one sentence, then stop.
_Noreturn void boot_fail(const char *why);

#define PANIC_STATUS 101

#endif
