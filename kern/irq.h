// Interrupt sources as notifications: a source is bound to an endpoint, whose bits it sets. Source
// 0 is the timer; the others are the PLIC's. Device drivers live in user mode. Source: RISC-V
// Platform-Level Interrupt Controller specification 1.0.0.
#ifndef KERN_IRQ_H
#define KERN_IRQ_H

#include "machine.h"
#include "object.h"

#define IRQ_SOURCES 128 // 0 .. 127; a PLIC with more has its others left disabled

// Finds the PLIC and the boot hart's S-mode context in it, disables all sources.
void irq_init(const struct machine *machine, uint64_t boot_hart);

// Sources that exist here, the timer included.
uint64_t irq_count(void);

// From now on the source sets `bits` at `endpoint`. FL_BUSY: it is bound to a live endpoint.
CHECKED fl_error_t irq_bind(uint64_t source, struct endpoint *endpoint, uint64_t bits);

// Disables the source; nobody is told any more.
void irq_unbind(uint64_t source);

// The driver has dealt with it: the source may interrupt again.
void irq_acknowledge(uint64_t source);

// The source fired: sets its bits. A source whose endpoint is gone is disabled.
void irq_deliver(uint64_t source);

// The external interrupt: claims and delivers all that is pending.
void irq_external(void);

#endif
