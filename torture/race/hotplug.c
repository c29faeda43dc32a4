// SPDX-License-Identifier: GPL-2.0
/*
 * A CPU goes offline and comes back while there is racing: who pins on it is
 * moved in the middle of it, and its per-CPU counters of pins and its batches
 * of pages are somebody else's from then on.
 *
 * Oracle: the witness; at rest references, pins and the kernel's own counters
 * of pins are what they were.
 * Varies: kind of memory, the ways to pin; the CPU's time off.
 */
#include <string.h>
#include <time.h>

#include "guest/machine/knob.h"
#include "guest/torture/race.h"

#define CPU	"/sys/devices/system/cpu/cpu1/online"

static int disturb(struct race_round *w)
{
	struct timespec nap = { .tv_nsec = rng_below(&w->rng, 4000000) };
	int err = knob_write(CPU, "0");

	nanosleep(&nap, NULL);
	if (!err)
		err = knob_write(CPU, "1");
	nanosleep(&nap, NULL);
	return err ? race_fail(w, CPU ": %s", strerror(-err)) : 0;
}

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KINDS_LONGTERM,
		.racers = { OPS_EXC | OPS_FAST, OPS_EXC | OPS_ORDINARY | OP(PIN_MEMFD) },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE | PINLAB_RACE_DIRTY,
		.holds = 2,
		.balances = true,
		.disturb = disturb,
	};
	int ret;

	if (!knob_is_there(CPU))
		return row_skip(r, "needs a CPU that can go offline (CONFIG_HOTPLUG_CPU)");
	ret = race_run(r, &race);
	/* Others come behind this one. */
	knob_write(CPU, "1");
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "a CPU goes offline and online while pins of all kinds race",
	.needs		= NEEDS_SMP,
	.run		= run,
};
