// SPDX-License-Identifier: GPL-2.0
/*
 * A file is truncated, or gets a hole, under racing pins of its pages: no pin
 * of a page that has left the file is lost or given to somebody else.
 *
 * Oracle: what comes anew reads as zeroes; a frame that is held stays the
 * holder's with its contents; the witness; afterwards nothing is pinned.
 * Varies: truncate or hole punch, all of it or a part, shmem small and large,
 * hugetlb; pins by mapping and by file.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "guest/torture/race.h"

#define WORD(w, i)	(*(volatile uint64_t *)((w)->mem.addr + (i) * PAGE_BYTES + 8))

static int cut(struct race_round *w, unsigned long first, unsigned long end)
{
	off_t at = first * PAGE_BYTES, n = (end - first) * PAGE_BYTES;

	/* What is behind the pages that are raced for goes with the last of them. */
	if (end == w->pages)
		n = w->mem.bytes - at;
	if (end == w->pages && rng_below(&w->rng, 2)) {
		if (ftruncate(w->mem.fd, at) || ftruncate(w->mem.fd, w->mem.bytes))
			return race_fail(w, "ftruncate: %s", strerror(errno));
		return 0;
	}
	if (fallocate(w->mem.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, n))
		return race_fail(w, "fallocate: %s", strerror(errno));
	return 0;
}

static int check(struct race_round *w, unsigned long first, unsigned long end)
{
	for (unsigned long i = first; i < end; i++)
		if (WORD(w, i))
			return torture_finding(w->r, PROMISE_CONTENT,
					       "%s page %lu reads %#llx after a hole punch or truncate, and not 0",
					       mem_kind_name(w->mem.kind), i,
					       (unsigned long long)WORD(w, i));
	return 0;
}

static int disturb(struct race_round *w)
{
	unsigned long first = 0, end = w->pages;
	int ret;

	/* Of a large folio that cannot be split a part is zeroed in place: not the holder's. */
	if (w->mem.kind == MEM_SHMEM || (w->mem.kind == MEM_SHMEM_THP && !w->holder.pages)) {
		first = rng_below(&w->rng, w->pages);
		end = first + 1 + rng_below(&w->rng, w->pages - first);
	}
	for (unsigned long i = first; i < end; i++)
		WORD(w, i) = i + 1;
	ret = cut(w, first, end);
	return ret ? ret : check(w, first, end);
}

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KIND(MEM_SHMEM) | KIND(MEM_SHMEM_THP) | KIND(MEM_HUGETLB),
		.racers = { OPS_EXC | OPS_FAST, OPS_EXC | OPS_ORDINARY | OP(PIN_MEMFD) },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE | PINLAB_RACE_FAULTS |
			 PINLAB_RACE_DIRTY,
		.holds = 2,
		.remaps = true,
		.unmaps = true,
		.disturb = disturb,
	};

	return race_run(r, &race);
}

PINLAB_SCENARIO = {
	.summary	= "truncate and hole punch of a file whose pages are raced for",
	.needs		= NEEDS_SMP,
	.run		= run,
};
