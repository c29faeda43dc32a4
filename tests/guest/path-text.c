// SPDX-License-Identifier: GPL-2.0
/*
 * Words that must not be taken for something else on their way into the report.
 *
 * Oracle: tests/e2e_paths.c knows the answer that has to be given.
 */
#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int text(struct path_cell *c)
{
	return cell_skip(c, "%s", "a|b\tc\n%n\033[2J # SKIP");
}

PINLAB_PATH = {
	.summary = "say strange things",
	.way = WAY_NONE,
	.reach = ANSWER_NOT_REACHED,
	.kinds = KIND(MEM_ANON),
	.schemes = S(NONE),
	.touch = text,
};
