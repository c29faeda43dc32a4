// SPDX-License-Identifier: GPL-2.0
/*
 * UFFDIO_MOVE takes a page out of one place and puts it, the same frame, into
 * another, while it is pinned and unpinned: it looks at the pin, clears the
 * entry, and looks again.
 *
 * Oracle: a page that is held does not move; one that moves has its contents
 * there and, moved back, here; the witness; afterwards nothing is pinned.
 * Varies: small and huge pages, the ways to pin, whether somebody holds.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/machine/uffd.h"
#include "guest/torture/race.h"

static int uffd = -1;
static char *away;
static unsigned long moved;

static int before(struct race_round *w)
{
	int err;

	if (mmap(away, w->mem.bytes, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		return race_fail(w, "mmap: %s", strerror(errno));
	/* Both of a kind, as mem_alloc() makes them. */
	madvise(away, w->mem.bytes, mem_is_large(w->mem.kind) ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	err = uffd_register(uffd, away, w->mem.bytes, false);
	if (!err)
		err = uffd_register(uffd, w->mem.addr, w->mem.bytes, false);
	return err ? race_fail(w, "UFFDIO_REGISTER: %s", strerror(-err)) : 0;
}

static int there_and_back(struct race_round *w, unsigned long page, size_t bytes)
{
	char *home = w->mem.addr + page * PAGE_BYTES, *there = away + page * PAGE_BYTES;
	uint64_t mark = rng_next(&w->rng);
	bool held = race_is_held(w, page);
	int err;

	*(volatile uint64_t *)(home + 8) = mark;
	err = uffd_move(uffd, there, home, bytes);
	if (err == -EBUSY || err == -EAGAIN)
		return 0;
	if (err)
		return race_fail(w, "UFFDIO_MOVE: %s", strerror(-err));
	moved++;
	if (held)
		torture_finding(w->r, PROMISE_CONTENT,
				"UFFDIO_MOVE has moved a page that somebody holds pinned");
	if (*(volatile uint64_t *)(there + 8) != mark)
		torture_finding(w->r, PROMISE_CONTENT, "a page lost its contents by UFFDIO_MOVE");
	err = uffd_move(uffd, home, there, bytes);
	if (err)
		return race_fail(w, "UFFDIO_MOVE back, of a page that nobody can have pinned: %s",
				strerror(-err));
	if (*(volatile uint64_t *)(home + 8) != mark)
		return torture_finding(w->r, PROMISE_CONTENT,
				       "a page lost its contents by UFFDIO_MOVE, on its way back");
	return held ? -1 : 0;
}

static int disturb(struct race_round *w)
{
	if (w->mem.kind == MEM_ANON_THP)
		return there_and_back(w, 0, w->mem.bytes);
	return there_and_back(w, rng_below(&w->rng, w->pages), PAGE_BYTES);
}

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KIND(MEM_ANON) | KIND(MEM_ANON_THP),
		.racers = { OPS_EXC | OPS_FAST, OPS_EXC | OPS_ORDINARY },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE | PINLAB_RACE_FAULTS,
		.holds = 2,
		.remaps = true,
		.before = before,
		.disturb = disturb,
	};
	int ret = uffd_open(r, UFFD_FEATURE_SIGBUS | UFFD_FEATURE_MOVE, "UFFDIO_MOVE (6.8)", &uffd);

	if (ret)
		return ret;
	away = race_elsewhere(HUGE_BYTES);
	ret = away ? race_run(r, &race) : row_fail(r, "address space");
	close(uffd);
	torture_figure(r, "moved", "calls", moved);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "UFFDIO_MOVE against pins of all kinds",
	.needs		= NEEDS_SMP,
	.run		= run,
};
