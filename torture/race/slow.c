// SPDX-License-Identifier: GPL-2.0
/*
 * An exclusive pin against the slow path: pin_user_pages() looks at the page
 * under the page table lock, where GUP-fast does not go.
 *
 * Oracle: the witness; every refusal leaves the counts as they were.
 * Varies: kind of memory, pages a request; the exclusive one is fast or slow.
 */
#include "guest/torture/race.h"

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KINDS_LONGTERM,
		.racers = { OPS_EXC, OPS_SLOW, OPS_SLOW },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE | PINLAB_RACE_DIRTY,
	};

	return race_run(r, &race);
}

PINLAB_SCENARIO = {
	.summary	= "exclusive pins against pin_user_pages()",
	.needs		= NEEDS_EXCLUSIVE | NEEDS_SMP,
	.run		= run,
};
