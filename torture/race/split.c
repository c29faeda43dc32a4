// SPDX-License-Identifier: GPL-2.0
/*
 * A transparent huge page is to be split while it is pinned and unpinned: by
 * the kernel's own knob for that, by unmapping or protecting a part of it, by
 * the shrinker. Splitting freezes the reference count where nobody holds more
 * than is expected; what is pinned stays whole.
 *
 * Oracle: a folio that is held keeps its order, its frames and its contents;
 * the witness; afterwards nothing is pinned.
 * Varies: what splits, anonymous or shmem, the ways to pin.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "guest/machine/knob.h"
#include "guest/machine/thp.h"
#include "guest/torture/race.h"

#define DROP	"/proc/sys/vm/drop_caches"

static int split_by_knob(struct race_round *w)
{
	int err = thp_split(&w->mem);

	/* Pinned ones stay as they are. */
	return err && err != -EAGAIN && err != -EBUSY ?
	       race_fail(w, THP_SPLIT_KNOB ": %s", strerror(-err)) : 0;
}

/* Behind the pages that are raced for: the rest of the folio has no mapping any more. */
static int unmap_tail(struct race_round *w)
{
	char *tail = w->mem.addr + HUGE_BYTES - 16 * PAGE_BYTES;

	if (madvise(tail, 16 * PAGE_BYTES, MADV_DONTNEED))
		return race_fail(w, "madvise: %s", strerror(errno));
	return knob_write(DROP, "2") ? race_fail(w, DROP) : 0;
}

/* Two mappings, and one again: the page table is split, the folio is not. */
static int protect_part(struct race_round *w)
{
	char *part = w->mem.addr + HUGE_BYTES / 2;

	if (mprotect(part, PAGE_BYTES, PROT_READ) ||
	    mprotect(part, PAGE_BYTES, PROT_READ | PROT_WRITE))
		return race_fail(w, "mprotect: %s", strerror(errno));
	return 0;
}

static int disturb(struct race_round *w)
{
	static int (*const ways[])(struct race_round *w) = {
		split_by_knob, split_by_knob, unmap_tail, protect_part,
	};

	race_scribble(w);
	/* What stands in where huge pages cannot be had is too small for it. */
	if (!mem_is_large(w->mem.kind))
		return 0;
	return ways[rng_below(&w->rng, 4)](w);
}

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KIND(MEM_ANON_THP) | KIND(MEM_SHMEM_THP),
		.racers = { OPS_EXC | OPS_FAST, OPS_EXC | OPS_ORDINARY | OP(PIN_MEMFD) },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE,
		.holds = 2,
		.remaps = true,
		/* Split is split: there is no second time in a round. */
		.round_ms = 8,
		.disturb = disturb,
	};

	if (!knob_is_there(THP_SPLIT_KNOB))
		return row_skip(r, "needs " THP_SPLIT_KNOB);
	return race_run(r, &race);
}

PINLAB_SCENARIO = {
	.summary	= "somebody tries to split huge pages while they are pinned",
	.needs		= NEEDS_SMP,
	.run		= run,
};
