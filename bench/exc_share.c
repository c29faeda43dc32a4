// SPDX-License-Identifier: GPL-2.0
/*
 * What does it cost to share an exclusively held page with the host, and to
 * take it back? This is what a hypervisor does when its guest shares a page.
 *
 * Oracle: exclusive before, pinned and not exclusive in between, exclusive
 * after, not pinned at the end.
 * Varies: kind of memory. Of a large folio one page is held, as exclusivity
 * is the folio's.
 */
#include "guest/bench/bench.h"
#include "guest/bench/folios.h"
#include "guest/bench/steps.h"

static int look(struct row *r, unsigned int exclusive)
{
	struct pinlab_page_info info;

	if (page_info(r, r->mem.addr, &info))
		return -1;
	if (info.exclusive != exclusive || !info.maybe_pinned)
		return row_fail(r, "exclusive %u, pinned %u; expected %u, 1", info.exclusive,
				info.maybe_pinned, exclusive);
	return 0;
}

static int run(struct row *r)
{
	unsigned long n = folios_of(r, 1);
	struct steps take = { .n = 0 }, drop = { .n = 0 }, retake = { .n = 0 }, give = { .n = 0 };
	struct pinlab_step *d, *t;

	step_over_folios(&take, r, PINLAB_EXC_FAST, 0, 1);
	d = step_over(&drop, PINLAB_DROP, 0, NULL, n, 1);
	t = step_over(&retake, PINLAB_RETAKE, 0, NULL, n, 1);
	step_over(&give, PINLAB_UNPIN_EXC, 0, NULL, n, 1);
	if (steps_run(r, &take) || look(r, 1) || steps_run(r, &drop) || look(r, 0) ||
	    steps_run(r, &retake) || look(r, 1) || steps_run(r, &give))
		return -1;
	step_sample(r, d, 0, n);
	step_sample(r, t, 1, n);
	return 0;
}

PINLAB_BENCH = {
	.summary	= "unexc_user_page() and reexc_user_page(): share in place, take back",
	.needs		= NEEDS_SHARE,
	.kinds		= KINDS_LONGTERM,
	.metrics	= { { "drop", "folio" }, { "retake", "folio" } },
	.setup		= bench_alloc_folios,
	.run		= run,
	.teardown	= check_unpinned,
};
