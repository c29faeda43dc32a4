// SPDX-License-Identifier: GPL-2.0
/*
 * MADV_DONTNEED takes the pages from under racing pins: the next fault gets
 * new ones, the old ones stay with their holders and are nobody else's.
 *
 * Oracle: private memory reads as zeroes afterwards, shared memory as before,
 * whoever still pins the old page; a frame that is held is not reused; the
 * witness.
 * Varies: MADV_DONTNEED or MADV_FREE, all of it or one page, kind of memory.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "guest/torture/race.h"

#define WORD(w, i)	(*(volatile uint64_t *)((w)->mem.addr + (i) * PAGE_BYTES + 8))

static int check(struct race_round *w, unsigned long first, unsigned long end, uint64_t mark)
{
	for (unsigned long i = first; i < end; i++) {
		uint64_t want = w->mem.fd < 0 ? 0 : mark, got = WORD(w, i);

		if (got != want)
			return torture_finding(w->r, PROMISE_CONTENT,
					       "%s page %lu reads %#llx after MADV_DONTNEED, and not %#llx",
					       mem_kind_name(w->mem.kind), i,
					       (unsigned long long)got, (unsigned long long)want);
	}
	return 0;
}

static int disturb(struct race_round *w)
{
	unsigned long first = rng_below(&w->rng, 2) ? rng_below(&w->rng, w->pages) : 0;
	unsigned long end = first ? first + 1 : w->pages;
	bool lazily = w->mem.fd < 0 && !rng_below(&w->rng, 4);
	uint64_t mark = rng_next(&w->rng);

	/* Huge pages of hugetlb go as a whole. */
	if (w->mem.kind == MEM_HUGETLB) {
		first = 0;
		end = w->pages;
	}
	for (unsigned long i = first; i < end; i++)
		WORD(w, i) = mark;
	if (madvise(w->mem.addr + first * PAGE_BYTES,
		    w->mem.kind == MEM_HUGETLB ? w->mem.bytes : (end - first) * PAGE_BYTES,
		    lazily ? MADV_FREE : MADV_DONTNEED))
		return race_fail(w, "madvise: %s", strerror(errno));
	return lazily ? 0 : check(w, first, end, mark);
}

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KINDS_LONGTERM,
		.racers = { OPS_EXC | OPS_FAST, OPS_EXC | OPS_ORDINARY },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE,
		.holds = 2,
		.remaps = true,
		.unmaps = true,
		.disturb = disturb,
	};

	return race_run(r, &race);
}

PINLAB_SCENARIO = {
	.summary	= "MADV_DONTNEED and MADV_FREE under racing pins",
	.needs		= NEEDS_SMP,
	.run		= run,
};
