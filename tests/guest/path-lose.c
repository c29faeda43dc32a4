// SPDX-License-Identifier: GPL-2.0
/*
 * The owner's mapping loses the page that is pinned.
 *
 * Oracle: tests/e2e_paths.c knows the answer that has to be given.
 */
#include <sys/mman.h>

#include "guest/paths/path.h"

static int lose(struct path_cell *c)
{
	madvise(c->addr, PAGE_BYTES, MADV_DONTNEED);
	return 0;
}

PINLAB_PATH = {
	.summary = "lose the page",
	.way = WAY_NONE,
	.reach = ANSWER_NOT_REACHED,
	.kinds = KIND(MEM_ANON),
	.schemes = S(LONGTERM),
	.touch = lose,
};
