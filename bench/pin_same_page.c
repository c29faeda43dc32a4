// SPDX-License-Identifier: GPL-2.0
/*
 * What does a short-term pin cost when N threads pin the same page, and its
 * reference count bounces between their CPUs?
 *
 * Oracle: every thread took and gave back all of its pins, and the page's
 * reference count is what it was.
 * Varies: the number of threads.
 */
#include "guest/bench/threads.h"

static int run(struct row *r)
{
	return threads_run(r, true);
}

PINLAB_BENCH = {
	.summary	= "N threads pin and unpin one page",
	.needs		= NEEDS_DRIVER | NEEDS_SMP,
	.kinds		= KIND(MEM_ANON),
	.sizes		= thread_sizes,
	.metrics	= { { "pin", "page" }, { "unpin", "page" } },
	.setup		= threads_setup,
	.run		= run,
};
