// SPDX-License-Identifier: GPL-2.0
/*
 * Small pages are to become a huge one (MADV_COLLAPSE) while some are pinned:
 * collapse isolates them, looks at their references under frozen page tables,
 * copies them, and gives the old ones up.
 *
 * Oracle: a page that is held keeps its frame and its contents, and stays
 * where it is mapped; the others keep their contents; the witness.
 * Varies: anonymous or shmem, the ways to pin, whether somebody holds.
 */
#include "guest/machine/knob.h"
#include "guest/machine/thp.h"
#include "guest/torture/race.h"

#define WORD(w, i)	(*(volatile uint64_t *)((w)->mem.addr + (i) * PAGE_BYTES + 8))

static unsigned long collapsed;

/* The holder is to hold a small page. */
static int before(struct race_round *w)
{
	thp_split(&w->mem);
	return 0;
}

static int disturb(struct race_round *w)
{
	uint64_t mark = rng_next(&w->rng);

	for (unsigned long i = 0; i < w->pages; i++)
		WORD(w, i) = mark + i;
	collapsed += !thp_collapse(&w->mem);
	for (unsigned long i = 0; i < w->pages; i++)
		if (WORD(w, i) != mark + i)
			return torture_finding(w->r, PROMISE_CONTENT,
					       "%s page %lu has lost what was written before MADV_COLLAPSE",
					       mem_kind_name(w->mem.kind), i);
	if (rng_below(&w->rng, 2))
		thp_split(&w->mem);
	return 0;
}

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KIND(MEM_ANON_THP) | KIND(MEM_SHMEM_THP),
		/* One, and of one page: it has to be free now and then. */
		.racers = { OPS_EXC | OPS_ORDINARY | OP(PIN_MEMFD) },
		.pages = 1,
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE,
		.holds = 2,
		.remaps = true,
		.before = before,
		.disturb = disturb,
	};
	int ret;

	if (!knob_is_there(THP_SPLIT_KNOB))
		return row_skip(r, "needs " THP_SPLIT_KNOB);
	ret = race_run(r, &race);
	torture_figure(r, "collapsed", "calls", collapsed);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "MADV_COLLAPSE of pages that are pinned and unpinned",
	.needs		= NEEDS_SMP,
	.run		= run,
};
