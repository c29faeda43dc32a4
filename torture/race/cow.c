// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that parent and child share after a fork, and that both write to and
 * pin: copy on write, unsharing for a pin, reuse of the last one's page.
 *
 * Oracle: the witness; what the child writes never shows in the parent, and
 * the other way round; a page that is held through the fork stays the
 * parent's own, in its place.
 * Varies: the ways to pin; who writes, who gives its pages up, in which order.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/child.h"
#include "guest/torture/race.h"

#define WORD(w, i)	(*(volatile uint64_t *)((w)->mem.addr + (i) * PAGE_BYTES + 8))
#define OPS		(OPS_FAST | OPS_SLOW)

static void write_all(struct race_round *w, uint64_t mark)
{
	for (unsigned long i = 0; i < w->pages; i++)
		WORD(w, i) = mark + i;
}

static bool has_all(struct race_round *w, uint64_t mark)
{
	for (unsigned long i = 0; i < w->pages; i++)
		if (WORD(w, i) != mark + i)
			return false;
	return true;
}

/* Sees what the parent wrote before the fork, never what it writes behind it. */
static void child(struct race_round *w, uint64_t mark, unsigned int what)
{
	bool good = has_all(w, mark);

	if (what & 1) {
		write_all(w, ~mark);
		good &= has_all(w, ~mark);
	}
	if (what & 2)
		madvise(w->mem.addr, w->mem.bytes, MADV_DONTNEED);
	_exit(good ? 0 : 1);
}

static int disturb(struct race_round *w)
{
	uint64_t mark = rng_next(&w->rng);
	unsigned int what = rng_below(&w->rng, 8);
	int status = 0, pinned = 0;
	pid_t pid, pinner = 0;

	write_all(w, mark);
	pid = child_fork();
	if (!pid)
		child(w, mark, what);
	/* Another pins the same pages, which it shares with both. */
	if (what & 4)
		pinner = race_child(w, OPS, PINLAB_RACE_READ, 8);
	if (pid < 0 || pinner < 0)
		return race_fail(w, "fork");
	write_all(w, mark + 1);
	waitpid(pid, &status, 0);
	if (pinner)
		waitpid(pinner, &pinned, 0);
	if (status)
		return torture_finding(w->r, PROMISE_CONTENT,
				       "a child has seen what its parent wrote after the fork, or lost what it wrote itself");
	if (pinned)
		return race_fail(w, "a child that pins ended with status %#x", pinned);
	if (!has_all(w, mark + 1))
		return torture_finding(w->r, PROMISE_CONTENT,
				       "the parent does not find what it wrote after a fork");
	return 0;
}

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KIND(MEM_ANON) | KIND(MEM_ANON_THP),
		.racers = { OPS_EXC | OPS_FAST, OPS_EXC | OPS_ORDINARY },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE,
		.holds = 2,
		.remaps = true,
		.disturb = disturb,
	};

	return race_run(r, &race);
}

PINLAB_SCENARIO = {
	.summary	= "copy on write in parent and child beside pins of all kinds",
	.needs		= NEEDS_SMP,
	.run		= run,
};
