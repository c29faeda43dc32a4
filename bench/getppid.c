// SPDX-License-Identifier: GPL-2.0
/*
 * Control: a system call that no change to pinning can move.
 *
 * Oracle: the answer is the parent's process id, as gettid()'s is ours.
 * Varies: nothing.
 */
#include <unistd.h>
#include <sys/syscall.h>

#include "guest/bench/bench.h"

#define CALLS 256

static int run(struct row *r)
{
	struct region g;
	long sum = 0;

	region_begin(r, &g);
	for (int i = 0; i < CALLS; i++)
		sum += syscall(SYS_getppid);
	region_end(r, &g);
	if (sum != CALLS * (long)getppid())
		return row_fail(r, "getppid() returned another value in between");
	region_sample(r, &g, 0, CALLS);
	return 0;
}

PINLAB_BENCH = {
	.summary	= "control: an empty system call",
	.metrics	= { { "call", "call" } },
	.run		= run,
};
