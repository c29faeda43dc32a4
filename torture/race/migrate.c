// SPDX-License-Identifier: GPL-2.0
/*
 * Pages are to move to another node by move_pages() while they are pinned and
 * unpinned: the mover freezes the reference count and gives up where somebody
 * holds one more than it has expected.
 *
 * Oracle: a page that is held keeps its frame and its contents; the witness;
 * afterwards nothing is pinned.
 * Varies: kind of memory; the ways to pin; which pages go where.
 */
#include <errno.h>
#include <linux/mempolicy.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/machine/knob.h"
#include "guest/torture/race.h"

static int disturb(struct race_round *w)
{
	void *addrs[8];
	int nodes[8], status[8];
	unsigned long n = 0;
	long moved;

	for (unsigned long i = 0; i < w->pages; i++) {
		addrs[n] = w->mem.addr + i * PAGE_BYTES;
		nodes[n++] = rng_below(&w->rng, 2);
		/* One page of a folio stands for all. */
		if (mem_is_large(w->mem.kind))
			break;
	}
	moved = syscall(SYS_move_pages, 0, n, addrs, nodes, status, MPOL_MF_MOVE_ALL);
	/* Positive: so many did not move. */
	if (moved < 0 && errno != EBUSY && errno != ENOENT && errno != EAGAIN && errno != ENOMEM)
		return race_fail(w, "move_pages: %s", strerror(errno));
	if (rng_below(&w->rng, 8))
		return 0;
	return holder_check(&w->holder, true, "after move_pages()");
}

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KINDS_LONGTERM,
		.racers = { OPS_EXC | OPS_FAST, OPS_EXC | OPS_ORDINARY },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE,
		.holds = 2,
		.remaps = true,
		.disturb = disturb,
	};

	if (!knob_is_there("/sys/devices/system/node/node1"))
		return row_skip(r, "needs two NUMA nodes (CONFIG_NUMA_EMU, numa=fake=2)");
	return race_run(r, &race);
}

PINLAB_SCENARIO = {
	.summary	= "move_pages() against pins of all kinds",
	.needs		= NEEDS_SMP,
	.run		= run,
};
