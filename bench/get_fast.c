// SPDX-License-Identifier: GPL-2.0
/*
 * What does a plain reference cost by the lockless route? It takes no pin, so a
 * pinning series should leave it alone.
 *
 * Oracle: every call takes what it was asked to, the folio's counts say so,
 * and nothing is held afterwards.
 * Varies: pages a call.
 */
#include "guest/bench/bench.h"
#include "guest/bench/steps.h"

static int run(struct row *r)
{
	return bench_take_give(r, PINLAB_GET_FAST, PINLAB_PUT);
}

PINLAB_BENCH = {
	.summary	= "get_user_pages_fast() and put_page()",
	.needs		= NEEDS_DRIVER,
	.kinds		= KINDS_ALL,
	.sizes		= BATCHES,
	.metrics	= { { "get", "page" }, { "put", "page" } },
	.setup		= bench_alloc,
	.run		= run,
	.teardown	= check_unpinned,
};
