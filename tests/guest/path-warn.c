// SPDX-License-Identifier: GPL-2.0
/*
 * An ordinary release of what is exclusive: the kernel complains, and all stays.
 *
 * Oracle: tests/e2e_paths.c knows the answer that has to be given.
 */
#include "guest/device.h"
#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int warn(struct path_cell *c)
{
	struct pinlab_step s = { .op = PINLAB_UNPIN, .flags = PINLAB_FORCE, .calls = 1,
				 .batch = 1 };

	return dev_step(c->drv, &s) ? cell_skip(c, "the driver") : 0;
}

PINLAB_PATH = {
	.summary = "make the kernel complain",
	.way = WAY_NONE,
	.reach = ANSWER_NOT_REACHED,
	.kinds = KIND(MEM_ANON),
	.schemes = S(EXCLUSIVE),
	.touch = warn,
};
