// SPDX-License-Identifier: GPL-2.0
/*
 * Exclusive pins beside references that are no pins, which come and go: they
 * change the counter that a small page's pins are kept in, and are no reason to
 * refuse one.
 *
 * Oracle: no request is refused; the witness.
 * Varies: kind of memory, pages a request, fast or slow.
 */
#include "guest/torture/race.h"

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KINDS_LONGTERM,
		.racers = { OPS_EXC, OP(GET_FAST), OP(GET_FAST) },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_DIRTY,
		.alone = true,
	};

	return race_run(r, &race);
}

PINLAB_SCENARIO = {
	.summary	= "exclusive pins against get_user_pages_fast()",
	.needs		= NEEDS_EXCLUSIVE | NEEDS_SMP,
	.run		= run,
};
