/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Broad workloads: programs of others (guest/machine/others_disk.h) go on beside memory that is
 * pinned, and beside racers that pin and unpin.
 */
#ifndef PINLAB_GUEST_TORTURE_BROAD_H
#define PINLAB_GUEST_TORTURE_BROAD_H

#include "guest/torture/race.h"

/* What is to run next, words between blanks; good until the next call. */
typedef const char *(*broad_line)(struct rng *g);

/*
 * Run such lines until the row's time is over; each has to end with status 0
 * within `seconds`, and all that is pinned beside it has to be as it was. What
 * run() of a scenario returns.
 */
int broad_run(struct row *r, broad_line line, unsigned int seconds);

#endif
