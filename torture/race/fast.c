// SPDX-License-Identifier: GPL-2.0
/*
 * An exclusive pin against GUP-fast, which takes its reference first and looks
 * afterwards whether it may keep it, with no lock at all.
 *
 * Oracle: the witness; every refusal leaves the counts as they were.
 * Varies: kind of memory, pages a request; the exclusive one is fast or slow;
 * FOLL_GET, which is never refused, comes and goes in between.
 */
#include "guest/torture/race.h"

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KINDS_LONGTERM,
		.racers = { OPS_EXC, OPS_FAST, OPS_FAST | OP(GET_FAST) },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE | PINLAB_RACE_DIRTY,
	};

	return race_run(r, &race);
}

PINLAB_SCENARIO = {
	.summary	= "exclusive pins against GUP-fast",
	.needs		= NEEDS_EXCLUSIVE | NEEDS_SMP,
	.run		= run,
};
