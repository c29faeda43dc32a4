// SPDX-License-Identifier: GPL-2.0
/*
 * The pool of huge pages grows and shrinks, its pages move to another node and
 * are punched out of their file, while they are pinned.
 *
 * Oracle: at rest no more huge pages are in use than are mapped; a page that
 * is held has its frame and its contents; the witness.
 * Varies: what happens to the pool, the ways to pin.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/machine/knob.h"
#include "guest/torture/race.h"

#define POOL		"/sys/kernel/mm/hugepages/hugepages-2048kB/"

static long long pool;

/* The round's own page, and nobody else's: those of the round before are back. */
static int before(struct race_round *w)
{
	long long used = knob_read_number(POOL "nr_hugepages") -
			 knob_read_number(POOL "free_hugepages");

	if (used == 1)
		return 0;
	return torture_finding(w->r, PROMISE_LEAK,
			       "%lld huge pages are in use at rest, and one is mapped", used);
}

static int resize(struct race_round *w)
{
	int err = knob_write_number(POOL "nr_hugepages", pool + rng_below(&w->rng, 3));

	return err ? race_fail(w, POOL "nr_hugepages: %s", strerror(-err)) : 0;
}

static int move(struct race_round *w)
{
	int node = rng_below(&w->rng, 2), status = 0;
	void *addr = w->mem.addr;

	/* Whether it moved is not the question; a single node cannot. */
	syscall(SYS_move_pages, 0, 1, &addr, &node, &status, MPOL_MF_MOVE_ALL);
	return 0;
}

static int punch(struct race_round *w)
{
	if (fallocate(w->mem.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, w->mem.bytes))
		return race_fail(w, "fallocate: %s", strerror(errno));
	*(volatile char *)w->mem.addr = 1;
	return 0;
}

static int disturb(struct race_round *w)
{
	static int (*const ways[])(struct race_round *w) = { resize, move, move, punch };

	return ways[rng_below(&w->rng, 4)](w);
}

static int after(struct race_round *w)
{
	int err = knob_write_number(POOL "nr_hugepages", pool);

	/* Present again, as before the round. */
	*(volatile char *)w->mem.addr = 1;
	return err ? race_fail(w, POOL "nr_hugepages: %s", strerror(-err)) : 0;
}

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KIND(MEM_HUGETLB),
		.racers = { OPS_EXC | OPS_FAST, OPS_EXC | OPS_ORDINARY | OP(PIN_MEMFD) },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE | PINLAB_RACE_FAULTS,
		.holds = 2,
		.remaps = true,
		.unmaps = true,
		.before = before,
		.disturb = disturb,
		.after = after,
	};

	pool = knob_read_number(POOL "nr_hugepages");
	return pool <= 0 ? row_skip(r, "needs huge pages (vm.nr_hugepages)") : race_run(r, &race);
}

PINLAB_SCENARIO = {
	.summary	= "the pool of huge pages changes while its pages are pinned",
	.needs		= NEEDS_SMP,
	.run		= run,
};
