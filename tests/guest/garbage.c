// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that sends what is no record.
 *
 * Oracle: tests/e2e_bench.c knows the outcome that the runner has to name.
 */
#include "guest/bench/bench.h"
#include "guest/record.h"

static int run_garbage(struct row *r)
{
	static const char noise[] = "\x1b[2J%n%s\t\xff\xfe not a record\n";

	(void)r;
	record_raw(noise, sizeof(noise) - 1);
	return 0;
}

PINLAB_BENCH = {
	.summary = "print garbage on the record port",
	.metrics = { { "none", "call" } },
	.run = run_garbage,
};
