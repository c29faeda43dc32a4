// SPDX-License-Identifier: GPL-2.0
/*
 * A failed call is no refusal where the page was written to all the same.
 *
 * Oracle: tests/e2e_paths.c knows the answer that has to be given.
 */
#include <string.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int liar(struct path_cell *c)
{
	memset(c->addr, 1, 16);
	return cell_refused(c, "nothing", 1);
}

PINLAB_PATH = {
	.summary = "write, and say refused",
	.way = WAY_USER,
	.reach = ANSWER_REFUSED,
	.kinds = KIND(MEM_ANON),
	.schemes = S_KINDS,
	.touch = liar,
};
