// SPDX-License-Identifier: GPL-2.0
/*
 * A scenario that does not end.
 *
 * Oracle: tests/e2e_torture.c knows the promise that has to be named.
 */
#include <unistd.h>

#include "guest/torture/torture.h"

static int run_stuck(struct row *r)
{
	(void)r;
	for (;;)
		pause();
	return 0;
}

PINLAB_SCENARIO = {
	.summary = "do not end",
	.run = run_stuck,
};
