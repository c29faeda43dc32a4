// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that is still there, and says nothing more.
 *
 * Oracle: tests/e2e_bench.c knows the outcome that the runner has to name.
 */
#include <unistd.h>

#include "guest/bench/bench.h"

static int run_hang(struct row *r)
{
	(void)r;
	/* Still there, and nothing to say. */
	for (;;)
		pause();
	return 0;
}

PINLAB_BENCH = {
	.summary = "say nothing more",
	.metrics = { { "none", "call" } },
	.run = run_hang,
};
