// SPDX-License-Identifier: GPL-2.0
/* What disturbs a measurement: interrupts and context switches. */
#include <linux/hardirq.h>
#include <linux/kernel_stat.h>
#include <linux/sched.h>

#include "pinlab.h"

/*
 * kstat counts what goes through the generic interrupt code; on x86 the local
 * APIC's timer does not, and is counted in irq_stat. The reader runs on the
 * CPU that it asks about: with more than one CPU a migration in between shows
 * as a context switch.
 */
u64 pinlab_noise(void)
{
	u64 n = current->nvcsw + current->nivcsw + this_cpu_read(kstat.irqs_sum);

#ifdef CONFIG_X86_LOCAL_APIC
	n += this_cpu_read(irq_stat.apic_timer_irqs);
#ifdef CONFIG_SMP
	n += this_cpu_read(irq_stat.irq_resched_count);
	n += this_cpu_read(irq_stat.irq_call_count);
#endif
#endif
	return n;
}
