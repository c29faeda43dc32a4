// SPDX-License-Identifier: GPL-2.0
/*
 * A path whose process dies of a signal.
 *
 * Oracle: tests/e2e_paths.c knows the answer that has to be given.
 */
#include <signal.h>
#include <unistd.h>

#include "guest/paths/path.h"

static int die(struct path_cell *c)
{
	(void)c;
	kill(getpid(), SIGSEGV);
	return 0;
}

PINLAB_PATH = {
	.summary = "die of a signal",
	.way = WAY_NONE,
	.reach = ANSWER_USER_KILLED,
	.kinds = KIND(MEM_ANON),
	.schemes = S_KINDS,
	.touch = die,
};
