/* SPDX-License-Identifier: GPL-2.0 */
/* Probes that spin inside of GUP, at places drawn from a seed. */
#ifndef PINLAB_GUEST_TORTURE_DELAYS_H
#define PINLAB_GUEST_TORTURE_DELAYS_H

#include "guest/torture/torture.h"

struct delays {
	struct pinlab_delays set;
	uint64_t seed;
	bool on;
};

/* Another set, or none. A kernel without kprobes has none: that is told once by delays_tell(). */
void delays_change(struct delays *d, int drv, uint64_t seed, bool on);
void delays_clear(struct delays *d, int drv);
/* Details of a finding: where they were. */
void delays_tell(const struct delays *d, struct row *r);

#endif
