// SPDX-License-Identifier: GPL-2.0
/*
 * Does fork() beside pins give the child a page that is pinned exclusively?
 * GUP-fast takes its pins back where a fork has run meanwhile
 * (write_protect_seq), and fork copies what may be pinned.
 *
 * Oracle: the witness; the child's page at an address is never the one that
 * its parent holds exclusively; at rest no pin is left.
 * Varies: the ways to pin; the child reads, writes, or goes at once.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "guest/child.h"
#include "guest/torture/race.h"

static void child(struct race_round *w, unsigned int what)
{
	volatile char *p = w->mem.addr;
	char sum = 0;

	for (unsigned long i = 0; i < w->pages && what; i++) {
		sum += p[i * PAGE_BYTES];
		if (what == 2)
			p[i * PAGE_BYTES] = sum;
	}
	_exit(0);
}

static int disturb(struct race_round *w)
{
	unsigned int what = rng_below(&w->rng, 3);
	pid_t pid = child_fork();

	if (!pid)
		child(w, what);
	if (pid < 0)
		return race_fail(w, "fork");
	waitpid(pid, NULL, 0);
	/* The parent writes too, so that what is shared after the fork is copied again. */
	for (unsigned long i = 0; i < w->pages; i++)
		*(volatile char *)(w->mem.addr + i * PAGE_BYTES) = 1;
	return 0;
}

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KIND(MEM_ANON) | KIND(MEM_ANON_THP) | KIND(MEM_SHMEM) |
			 KIND(MEM_HUGETLB),
		.racers = { OPS_EXC | OPS_FAST, OPS_EXC | OPS_ORDINARY },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE,
		.remaps = true,
		.disturb = disturb,
	};

	return race_run(r, &race);
}

PINLAB_SCENARIO = {
	.summary	= "fork, and copy on write in child and parent, beside pins of all kinds",
	.needs		= NEEDS_SMP,
	.run		= run,
};
