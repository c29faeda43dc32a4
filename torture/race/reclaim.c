// SPDX-License-Identifier: GPL-2.0
/*
 * Pages are written to swap at request (MADV_PAGEOUT) while they are pinned
 * and unpinned: reclaim takes them out of the page tables first and looks for
 * other references afterwards.
 *
 * Oracle: a page that is held keeps its frame and its contents; the others
 * keep their contents; the witness; afterwards nothing is pinned.
 * Varies: kind of memory, the ways to pin, MADV_PAGEOUT or MADV_COLD.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "guest/machine/swap.h"
#include "guest/torture/race.h"

#ifndef MADV_PAGEOUT
#define MADV_COLD	20
#define MADV_PAGEOUT	21
#endif
#define WORD(w, i)	(*(volatile uint64_t *)((w)->mem.addr + (i) * PAGE_BYTES + 8))

static int disturb(struct race_round *w)
{
	uint64_t mark = rng_next(&w->rng);
	int what = rng_below(&w->rng, 4) ? MADV_PAGEOUT : MADV_COLD;

	for (unsigned long i = 0; i < w->pages; i++)
		WORD(w, i) = mark + i;
	if (madvise(w->mem.addr, w->mem.bytes, what))
		return race_fail(w, "madvise: %s", strerror(errno));
	if (rng_below(&w->rng, 2))
		return 0;
	for (unsigned long i = 0; i < w->pages; i++)
		if (WORD(w, i) != mark + i)
			return torture_finding(w->r, PROMISE_CONTENT,
					       "%s page %lu has lost what was written before it was reclaimed",
					       mem_kind_name(w->mem.kind), i);
	return 0;
}

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KIND(MEM_ANON) | KIND(MEM_ANON_THP) | KIND(MEM_SHMEM) |
			 KIND(MEM_SHMEM_THP),
		.racers = { OPS_EXC | OPS_FAST, OPS_EXC | OPS_ORDINARY | OP(PIN_MEMFD) },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE | PINLAB_RACE_DIRTY,
		.holds = 2,
		.remaps = true,
		.disturb = disturb,
	};
	int ret = swap_start(r);

	if (ret)
		return ret;
	ret = race_run(r, &race);
	torture_figure(r, "swapped", "pages", swap_pages_out());
	swap_stop();
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "pages are written to swap while they are pinned and unpinned",
	.needs		= NEEDS_SMP,
	.run		= run,
};
