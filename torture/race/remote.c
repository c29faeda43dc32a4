// SPDX-License-Identifier: GPL-2.0
/*
 * An exclusive pin against another process, which pins the same memory from
 * outside (pin_user_pages_remote(), as process_vm_readv() and vfio do), or
 * shares it and pins it through page tables of its own.
 *
 * Oracle: the witness; every refusal leaves the counts as they were.
 * Varies: kind of memory: of private memory the other process has nothing
 * mapped, of shared memory it pins by all ways.
 */
#include "guest/torture/race.h"

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KINDS_LONGTERM,
		.racers = { OPS_EXC, OPS_ORDINARY, OPS_EXC | OP(PIN_REMOTE) },
		.processes = 0x6,
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE | PINLAB_RACE_DIRTY,
	};

	return race_run(r, &race);
}

PINLAB_SCENARIO = {
	.summary	= "exclusive pins against those of another process",
	.needs		= NEEDS_EXCLUSIVE | NEEDS_SMP,
	.run		= run,
};
