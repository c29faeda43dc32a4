// SPDX-License-Identifier: GPL-2.0
#include "guest/machine/tick.h"

#if defined(__x86_64__)
#include <sys/io.h>

#include "guest/clock.h"

#define PIT	0x40

void tick_hold(void)
{
	if (!clock_is_exact() || ioperm(PIT, 4, 1))
		return;
	/* The longest count; the kernel has set the mode, and writes no more than that itself. */
	outb(0xff, PIT);
	outb(0xff, PIT);
}
#else
void tick_hold(void)
{
}
#endif
