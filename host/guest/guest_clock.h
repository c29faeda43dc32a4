/* SPDX-License-Identifier: GPL-2.0 */
/* What a guest of a wall-clock engine tells of the clock it times by: guest/clock_find.c. */
#ifndef PINLAB_HOST_GUEST_GUEST_CLOCK_H
#define PINLAB_HOST_GUEST_GUEST_CLOCK_H

#include "host/guest/records.h"

struct guest_clock {
	const char *name;		/* NULL: it has told nothing */
	double resolution, step, cost;	/* ns */
	double span;			/* seconds of its rows, by itself; 0: not told */
};

/* Texts belong to the records. */
struct guest_clock guest_clock_of(const struct records *r);

/*
 * Why no figure of this guest can be believed; NULL if they can. seconds: from its first
 * record to its end by the host's clock, which the guest's own account is held against.
 * The caller frees.
 */
char *guest_clock_wrong(const struct records *r, double seconds);

#endif
