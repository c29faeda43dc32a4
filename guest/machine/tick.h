/* SPDX-License-Identifier: GPL-2.0 */
/* The timer's interrupts, for regions that are longer than the time between two. */
#ifndef PINLAB_GUEST_MACHINE_TICK_H
#define PINLAB_GUEST_MACHINE_TICK_H

/*
 * Under icount, where the PIT is the only timer: put its next interrupt off, to
 * 50 ms from now, 50 million instructions. Elsewhere nothing is done.
 */
void tick_hold(void);

#endif
