// SPDX-License-Identifier: GPL-2.0
/*
 * Of several requests for an exclusive pin, does exactly one get it?
 *
 * Oracle: the witness never sees two owners; at rest no reference is left.
 * Varies: kind of memory, pages a request, GUP-fast and slow, where it is
 * delayed. Holders now and then share the page and take it back.
 */
#include "guest/torture/race.h"

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KINDS_LONGTERM,
		.racers = { OPS_EXC, OPS_EXC, OPS_EXC },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE | PINLAB_RACE_DIRTY,
	};

	return race_run(r, &race);
}

PINLAB_SCENARIO = {
	.summary	= "exclusive pins against each other",
	.needs		= NEEDS_EXCLUSIVE | NEEDS_SMP,
	.run		= run,
};
