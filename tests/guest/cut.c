// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that ends in the middle of a record, before any trailer.
 *
 * Oracle: tests/e2e_bench.c knows the outcome that the runner has to name.
 */
#include <sys/io.h>

#include "guest/bench/bench.h"
#include "guest/record.h"
#include "include/wire.h"

/* End QEMU from here: at once, and in the middle of a record or before any trailer. */
static void say_done(void)
{
	if (!ioperm(WIRE_EXIT_PORT, 4, 1))
		outl(WIRE_EXIT_DONE, WIRE_EXIT_PORT);
}

static int run_cut(struct row *r)
{
	(void)r;
	record_raw("99\tsam", 6);
	say_done();
	return 0;
}

PINLAB_BENCH = {
	.summary = "end in the middle of a record",
	.metrics = { { "none", "call" } },
	.run = run_cut,
};
