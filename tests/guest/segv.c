// SPDX-License-Identifier: GPL-2.0
/*
 * A row whose process dies of a signal.
 *
 * Oracle: tests/e2e_bench.c knows the outcome that the runner has to name.
 */
#include <signal.h>

#include "guest/bench/bench.h"

static int run_segv(struct row *r)
{
	(void)r;
	raise(SIGSEGV);
	return 0;
}

PINLAB_BENCH = {
	.summary = "die of a signal",
	.metrics = { { "none", "call" } },
	.run = run_segv,
};
