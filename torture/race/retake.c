// SPDX-License-Identifier: GPL-2.0
/*
 * A holder gives up exclusivity and takes it again (unexc_user_page(),
 * reexc_user_page()) while others wait for just that moment to pin: when it
 * has it again, is it really alone?
 *
 * Oracle: the witness: no ordinary pin beside a retaken one; a retake of a
 * page that is pinned is 0 or -EBUSY, and leaves no trace where it is -EBUSY.
 * Varies: kind of memory; who waits pins by every way there is.
 */
#include "guest/torture/race.h"

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KINDS_LONGTERM,
		.racers = { OPS_EXC, OPS_ORDINARY | OP(PIN_MEMFD), OPS_EXC | OPS_FAST },
		.pages = 2,
		.batch = 1,
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE,
	};

	return race_run(r, &race);
}

PINLAB_SCENARIO = {
	.summary	= "exclusivity is given up and taken again beside pins of all kinds",
	.needs		= NEEDS_SHARE | NEEDS_SMP,
	.run		= run,
};
