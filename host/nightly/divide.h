/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_NIGHTLY_DIVIDE_H
#define PINLAB_HOST_NIGHTLY_DIVIDE_H

#include "host/nightly/run.h"

/*
 * Slots for that time, in order; their expected seconds are no more than it in
 * all. The first flavor comes first: another gets none where a kernel would get
 * no turn in the first. The caller frees *out.
 */
size_t night_divide(const struct divide *d, struct slot **out);
/* Who of n has the first turn in a night that has not one for all of them. */
size_t night_turn_of(unsigned long seed, size_t n);
/* Is it too little for that many timed scenarios in one boot, in all? */
bool night_too_short(const struct divide_cell *c, size_t n, double seconds);
/* Seconds of the budget, less what the reports will take. */
double night_left(const struct nightly *n);

#endif
