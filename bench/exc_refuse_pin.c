// SPDX-License-Identifier: GPL-2.0
/*
 * What does the refusal of an ordinary pin cost, when the page is exclusive?
 *
 * Oracle: every call is refused with -EBUSY, or, mid-batch, returns the pages
 * before the exclusive one; the exclusive page's counts are the same before
 * and after.
 * Varies: the first page of the call, or one in its middle (of 16 pages).
 */
#include "guest/bench/bench.h"
#include "guest/bench/folios.h"
#include "guest/bench/steps.h"

PINLAB_BENCH = {
	.summary	= "pin_user_pages_fast() of an exclusive page: the price of -EBUSY",
	.needs		= NEEDS_EXCLUSIVE,
	.kinds		= KINDS_LONGTERM,
	.sizes		= refusal_sizes,
	.metrics	= { { "refuse", "call" } },
	.setup		= bench_alloc_folios,
	.run		= bench_refuse_pin,
	.teardown	= check_unpinned,
};
