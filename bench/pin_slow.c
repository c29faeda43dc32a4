// SPDX-License-Identifier: GPL-2.0
/*
 * What does an ordinary short-term pin cost under the mmap lock?
 *
 * Oracle: every call takes what it was asked to, the folio's counts say so,
 * and nothing is held afterwards.
 * Varies: pages a call.
 */
#include "guest/bench/bench.h"
#include "guest/bench/steps.h"

static int run(struct row *r)
{
	return bench_take_give(r, PINLAB_PIN_SLOW, PINLAB_UNPIN);
}

PINLAB_BENCH = {
	.summary	= "pin_user_pages() and unpin_user_pages()",
	.needs		= NEEDS_DRIVER,
	.kinds		= KINDS_ALL,
	.sizes		= BATCHES,
	.metrics	= { { "pin", "page" }, { "unpin", "page" } },
	.setup		= bench_alloc,
	.run		= run,
	.teardown	= check_unpinned,
};
