// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that moves to another address and back under racing pins: the page
 * tables that are moved have the pins' references, and GUP-fast walks them
 * with no lock.
 *
 * Oracle: a page that is held comes along, the same frame with its contents;
 * the witness; afterwards nothing is pinned.
 * Varies: all of it or a part, MREMAP_DONTUNMAP (which leaves an empty mapping
 * that racers fill again), kind of memory, the ways to pin.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "guest/torture/race.h"

static int move(struct race_round *w, char *from, char *to, size_t bytes, int flags)
{
	void *p = mremap(from, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED | flags, to);
	bool along = w->holder.addr >= from && w->holder.addr < from + bytes;

	/* Not for every kind of memory, and not for what was split off by itself. */
	if (p == MAP_FAILED && errno == EINVAL && flags)
		p = mremap(from, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	if (p == MAP_FAILED)
		return race_fail(w, "mremap: %s", strerror(errno));
	if (along)
		w->holder.addr += to - from;
	return 0;
}

static int disturb(struct race_round *w)
{
	char *home = w->mem.addr, *away = w->priv;
	bool part = w->mem.kind != MEM_HUGETLB && rng_below(&w->rng, 2);
	size_t bytes = part ? (1 + rng_below(&w->rng, w->pages)) * PAGE_BYTES : w->mem.bytes;
	bool check = !rng_below(&w->rng, 4);
	int ret;

	ret = move(w, home, away, bytes, rng_below(&w->rng, 2) ? MREMAP_DONTUNMAP : 0);
	if (!ret && check)
		ret = holder_check(&w->holder, true, "moved away by mremap()");
	if (!ret)
		ret = move(w, away, home, bytes, 0);
	if (ret)
		return ret;
	/* What came back is gone from there: keep the place. */
	if (mmap(away, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED,
		 -1, 0) == MAP_FAILED)
		return race_fail(w, "mmap: %s", strerror(errno));
	return 0;
}

static int run(struct row *r)
{
	static struct race race = {
		.kinds = KINDS_LONGTERM,
		.racers = { OPS_EXC | OPS_FAST, OPS_EXC | OPS_ORDINARY },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE | PINLAB_RACE_FAULTS,
		.holds = 3,
		.remaps = true,
		.disturb = disturb,
	};

	/* The largest that is moved is one huge page: 8 pages of it are raced for. */
	race.priv = race_elsewhere(HUGE_BYTES);
	if (!race.priv)
		return row_fail(r, "address space");
	return race_run(r, &race);
}

PINLAB_SCENARIO = {
	.summary	= "memory moves to another address under racing pins",
	.needs		= NEEDS_SMP,
	.run		= run,
};
