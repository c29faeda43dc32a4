// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that is unmapped and mapped anew under racing pins: is a pin ever
 * given on a page that has gone to somebody else, or lost with the mapping?
 *
 * Oracle: the witness; afterwards nothing is pinned and memory is back.
 * Varies: the ways to pin; munmap and map again, or MAP_FIXED over it.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "guest/torture/race.h"

static int disturb(struct race_round *w)
{
	size_t bytes = w->pages * PAGE_BYTES;
	int flags = w->mem.fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;

	if (rng_below(&w->rng, 2) && munmap(w->mem.addr, bytes))
		return race_fail(w, "munmap: %s", strerror(errno));
	if (mmap(w->mem.addr, bytes, PROT_READ | PROT_WRITE, flags | MAP_FIXED, w->mem.fd, 0) ==
	    MAP_FAILED)
		return race_fail(w, "mmap: %s", strerror(errno));
	if (rng_below(&w->rng, 2))
		*(volatile char *)w->mem.addr = 1;
	return 0;
}

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KIND(MEM_ANON) | KIND(MEM_SHMEM),
		.racers = { OPS_EXC | OPS_FAST, OPS_EXC | OPS_ORDINARY },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE | PINLAB_RACE_FAULTS,
		.remaps = true,
		.disturb = disturb,
	};

	return race_run(r, &race);
}

PINLAB_SCENARIO = {
	.summary	= "memory is unmapped and mapped anew under racing pins",
	.needs		= NEEDS_SMP,
	.run		= run,
};
