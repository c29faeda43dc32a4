// SPDX-License-Identifier: GPL-2.0
/*
 * Requests that begin in one huge page and go on in the next: what they have of
 * the first tells them for its owner, and must not let them into the second,
 * whose owner drops and retakes it or goes at any moment.
 *
 * Oracle: the witness; at rest the counts are those from before, and so is the
 * kernel's balance of pins.
 * Varies: kind of memory, where a request begins, how many pages it covers, how
 * the huge pages are mapped: as such, or page by page.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "guest/torture/race.h"

/* A huge page of which one page is not like the others is mapped page by page. */
static int before(struct race_round *w)
{
	if (w->mem.kind != MEM_ANON_THP || rng_below(&w->rng, 2))
		return 0;
	for (char *huge = w->mem.addr; huge < w->mem.addr + 2 * HUGE_BYTES; huge += HUGE_BYTES)
		if (mprotect(huge, PAGE_BYTES, PROT_READ) ||
		    mprotect(huge, PAGE_BYTES, PROT_READ | PROT_WRITE))
			return race_fail(w, "mprotect: %s", strerror(errno));
	return 0;
}

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KINDS_LARGE,
		.racers = { OPS_EXC, OPS_EXC, OPS_EXC | OPS_ORDINARY },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE | PINLAB_RACE_DIRTY,
		.pages = 8,
		.batch = 8,
		.across = true,
		.balances = true,
		.before = before,
	};

	return race_run(r, &race);
}

PINLAB_SCENARIO = {
	.summary	= "requests that start in their own folio and go on into another one",
	.shares		= 5,
	.needs		= NEEDS_EXCLUSIVE | NEEDS_SMP,
	.run		= run,
};
