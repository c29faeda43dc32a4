// SPDX-License-Identifier: GPL-2.0
/*
 * An exclusive pin against ordinary ones of every kind: never both.
 *
 * Oracle: the witness; every refusal leaves the counts as they were.
 * Varies: kind of memory, pages a request, all ways to pin, remote and
 * memfd_pin_folios() among them, FOLL_GET in between.
 */
#include "guest/torture/race.h"

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KINDS_LONGTERM,
		.racers = { OPS_EXC, OPS_ORDINARY | OP(PIN_MEMFD) | OP(GET_FAST),
			    OPS_EXC | OPS_FAST },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE | PINLAB_RACE_DIRTY,
	};

	return race_run(r, &race);
}

PINLAB_SCENARIO = {
	.summary	= "exclusive pins against ordinary ones of all kinds, at once",
	.needs		= NEEDS_SMP,
	.run		= run,
};
