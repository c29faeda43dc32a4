// SPDX-License-Identifier: GPL-2.0
/*
 * What does it cost to give exclusive pages back dirty, beside the ordinary way in
 * unpin_dirty?
 *
 * Oracle: the folio is exclusive while it is held and not afterwards.
 * Varies: pages a call. A large folio has one owner, and its owner is one
 * call: of large folios each call takes `batch` pages of a folio of its own.
 */
#include "guest/bench/bench.h"
#include "guest/bench/folios.h"
#include "guest/bench/steps.h"

static int run(struct row *r)
{
	return bench_exclusive(r, PINLAB_EXC_FAST, PINLAB_UNPIN_EXC_DIRTY);
}

PINLAB_BENCH = {
	.summary	= "pin_user_pages_fast(FOLL_EXCLUSIVE) and unpin_exc_pages_dirty_lock(true)",
	.needs		= NEEDS_EXC_DIRTY,
	.kinds		= KINDS_LONGTERM,
	.sizes		= BATCHES,
	.metrics	= { { "pin", "page" }, { "unpin", "page" } },
	.setup		= bench_alloc_folios,
	.run		= run,
	.teardown	= check_unpinned,
};
