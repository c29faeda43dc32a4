// SPDX-License-Identifier: GPL-2.0
/*
 * A path that never ends.
 *
 * Oracle: tests/e2e_paths.c knows the answer that has to be given.
 */
#include <unistd.h>

#include "guest/paths/path.h"

static int stuck(struct path_cell *c)
{
	(void)c;
	for (;;)
		pause();
	return 0;
}

PINLAB_PATH = {
	.summary = "never end",
	.way = WAY_NONE,
	.reach = ANSWER_STUCK,
	.kinds = KIND(MEM_ANON),
	.schemes = S(NONE),
	.touch = stuck,
};
