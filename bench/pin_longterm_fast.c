// SPDX-License-Identifier: GPL-2.0
/*
 * What does an ordinary long-term pin cost by the lockless route, as io_uring
 * and RDMA take it?
 *
 * Oracle: every call takes what it was asked to, the folio's counts say so,
 * and nothing is held afterwards.
 * Varies: pages a call.
 */
#include "guest/bench/bench.h"
#include "guest/bench/steps.h"

static int run(struct row *r)
{
	return bench_take_give(r, PINLAB_PIN_LT_FAST, PINLAB_UNPIN);
}

PINLAB_BENCH = {
	.summary	= "pin_user_pages_fast(FOLL_LONGTERM) and unpin_user_pages()",
	.needs		= NEEDS_DRIVER,
	.kinds		= KINDS_LONGTERM,
	.sizes		= BATCHES,
	.metrics	= { { "pin", "page" }, { "unpin", "page" } },
	.setup		= bench_alloc,
	.run		= run,
	.teardown	= check_unpinned,
};
