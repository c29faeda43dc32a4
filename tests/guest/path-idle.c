// SPDX-License-Identifier: GPL-2.0
/*
 * A path that is expected to read the page, and does nothing.
 *
 * Oracle: tests/e2e_paths.c knows the answer that has to be given.
 */
#include "guest/paths/path.h"

static int idle(struct path_cell *c)
{
	(void)c;
	return 0;
}

PINLAB_PATH = {
	.summary = "do nothing",
	.way = WAY_GET,
	.reach = ANSWER_READ,
	.kinds = KIND(MEM_ANON),
	.schemes = S_KINDS,
	.touch = idle,
};
