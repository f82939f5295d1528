// Interrupt sources; see irq.h.
#include "irq.h"

#include "ipc.h"
#include "riscv.h"

struct irq {
	struct endpoint *endpoint; // live if endpoint_id still is its id
	uint64_t endpoint_id;
	uint64_t bits;   // 0 = not bound
	bool is_claimed; // fired, not yet acknowledged: the PLIC holds it back until it is completed
};

static struct {
	volatile uint32_t *plic; // NULL: there is none
	uint64_t sources;        // [0, sources)
	uint64_t context;
	struct irq irq[IRQ_SOURCES];
} irqs;

// Register offsets in 32-bit words.
static volatile uint32_t *plic_priority(uint64_t source)
{
	return irqs.plic + source;
}

static volatile uint32_t *plic_enable(uint64_t source)
{
	return irqs.plic + (0x2000 + 0x80 * irqs.context) / 4 + source / 32;
}

static volatile uint32_t *plic_threshold(void)
{
	return irqs.plic + (0x200000 + 0x1000 * irqs.context) / 4;
}

static volatile uint32_t *plic_claim(void)
{
	return plic_threshold() + 1;
}

void irq_init(const struct machine *machine, uint64_t boot_hart)
{
	irqs.sources = 1;
	const struct machine_hart *hart = machine_hart(machine, boot_hart);
	if (machine->plic.range.bytes == 0 || !hart || hart->context == MACHINE_NO_CONTEXT)
		return;
	irqs.plic = phys_to_virt(PA(machine->plic.range.base));
	irqs.context = hart->context;
	irqs.sources = min_u64(machine->plic_sources + 1ul, IRQ_SOURCES);
	for (uint64_t source = 1; source < irqs.sources; source++) {
		*plic_priority(source) = 1;
		*plic_enable(source) &= ~(1u << source % 32);
	}
	*plic_threshold() = 0;
	csr_set(sie, SIE_EXTERNAL);
}

uint64_t irq_count(void)
{
	return irqs.sources;
}

static void plic_complete(uint64_t source)
{
	if (irqs.irq[source].is_claimed) {
		irqs.irq[source].is_claimed = false;
		*plic_claim() = (uint32_t)source;
	}
}

fl_error_t irq_bind(uint64_t source, struct endpoint *endpoint, uint64_t bits)
{
	struct irq *irq = &irqs.irq[source];
	if (irq->bits && object_is_live(irq->endpoint, irq->endpoint_id))
		return FL_BUSY;
	irq->endpoint = endpoint;
	irq->endpoint_id = object_id(endpoint);
	irq->bits = bits;
	if (source) {
		*plic_enable(source) |= 1u << source % 32;
		plic_complete(source);
	}
	return FL_OK;
}

void irq_unbind(uint64_t source)
{
	irqs.irq[source].bits = 0;
	if (source == 0)
		return;
	plic_complete(source); // before the disable: the PLIC ignores completions of disabled sources
	*plic_enable(source) &= ~(1u << source % 32);
}

void irq_acknowledge(uint64_t source)
{
	plic_complete(source); // the timer is never claimed
}

void irq_deliver(uint64_t source)
{
	struct irq *irq = &irqs.irq[source];
	if (irq->bits && object_is_live(irq->endpoint, irq->endpoint_id))
		endpoint_notify(irq->endpoint, irq->bits);
	else
		irq_unbind(source);
}

void irq_external(void)
{
	for (uint32_t source; (source = *plic_claim()) != 0;) {
		ASSERT(source < irqs.sources);
		irqs.irq[source].is_claimed = true;
		irq_deliver(source);
	}
}
