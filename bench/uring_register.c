// SPDX-License-Identifier: GPL-2.0
/*
 * What does it cost to register io_uring buffers, long-term pins all?
 *
 * Oracle: every buffer's first page is pinned while it is registered, and as
 * soon as unregistering returns no page is.
 * Varies: the number of buffers and their size.
 */
#include "guest/bench/uring.h"

static int setup(struct row *r)
{
	return uring_buffers_setup(r, false);
}

static int run(struct row *r)
{
	return uring_buffers_run(r, false);
}

PINLAB_BENCH = {
	.summary	= "io_uring_register_buffers()",
	.needs		= NEEDS_URING,
	.kinds		= KINDS_LONGTERM,
	.sizes		= uring_buffer_sizes,
	.metrics	= { { "register", "page" } },
	.setup		= setup,
	.run		= run,
};
