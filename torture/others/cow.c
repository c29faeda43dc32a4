// SPDX-License-Identifier: GPL-2.0
/*
 * Does the kernel's own test of copy on write notice a bug? It forks beside
 * pins, and looks who sees what the other writes.
 *
 * Oracle: none here, see guest/torture/others.h.
 * Varies: nothing. There is swap, or a third of its tests would be skipped.
 */
#include "guest/machine/swap.h"
#include "guest/torture/others.h"

static int run(struct row *r)
{
	static const char *const lines[] = { "/selftests/cow", NULL };
	int ret = swap_start(r);

	if (ret)
		return ret;
	ret = others_run(r, lines, 90, true);
	swap_stop();
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "the kernel's own test of copy on write, for comparison",
	.fixed		= true,
	.needs		= NEEDS_TOOLS,
	.run		= run,
};
