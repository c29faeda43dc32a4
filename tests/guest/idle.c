// SPDX-License-Identifier: GPL-2.0
/*
 * A row that measures no work: a failure, not a data point.
 *
 * Oracle: tests/e2e_bench.c knows the outcome that the runner has to name.
 */
#include "guest/bench/bench.h"

static int run_idle(struct row *r)
{
	struct region g;

	region_begin(r, &g);
	region_end(r, &g);
	region_sample(r, &g, 0, 0);
	return 0;
}

PINLAB_BENCH = {
	.summary = "measure no work",
	.metrics = { { "none", "call" } },
	.run = run_idle,
};
