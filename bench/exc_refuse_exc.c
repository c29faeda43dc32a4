// SPDX-License-Identifier: GPL-2.0
/*
 * What does the refusal of an exclusive pin cost, when the page is pinned?
 *
 * Oracle: every call is refused with -EBUSY, or, mid-batch, returns the pages
 * before the pinned one; the pinned page's counts are the same before and
 * after.
 * Varies: the first page of the call, or one in its middle (of 16 pages).
 */
#include "guest/bench/bench.h"
#include "guest/bench/folios.h"
#include "guest/bench/steps.h"

PINLAB_BENCH = {
	.summary	= "exclusive pin of a pinned page: the price of -EBUSY",
	.needs		= NEEDS_EXCLUSIVE,
	.kinds		= KINDS_LONGTERM,
	.sizes		= refusal_sizes,
	.metrics	= { { "refuse", "call" } },
	.setup		= bench_alloc_folios,
	.run		= bench_refuse_exc,
	.teardown	= check_unpinned,
};
