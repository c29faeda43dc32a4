/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What makes each repeat start from the same state where instructions are
 * counted. On the other engines these do nothing: there the noise is told by
 * statistics.
 */
#ifndef PINLAB_GUEST_MACHINE_SETTLE_H
#define PINLAB_GUEST_MACHINE_SETTLE_H

/*
 * Every pin, unpin, fault and much else bumps a per-CPU counter of
 * /proc/vmstat that now and then overflows into the global one, for a few
 * instructions more; and folios change LRU lists in per-CPU batches. Empty
 * both, so that they run over at the same places. guest/bench/bench.c does this before
 * each repeat.
 */
void settle_batches(void);

/*
 * Let the kernel do what it has put off: RCU callbacks give slab objects
 * back, workers run. This sleeps for some ticks of guest time (which costs
 * next to none of ours) and returns right behind a tick.
 */
void settle(void);

/*
 * From now on no other task of the machine takes the CPU before this one or
 * a child of it sleeps.
 */
void settle_priority(void);

#endif
