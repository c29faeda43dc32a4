// SPDX-License-Identifier: GPL-2.0
/*
 * A process that nobody ends holds a reference to the page in a pipe.
 *
 * Oracle: tests/e2e_paths.c knows the answer that has to be given.
 */
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int leak(struct path_cell *c)
{
	struct iovec v = { c->addr, PAGE_BYTES };
	int p[2];

	if (pipe(p) || vmsplice(p[1], &v, 1, 0) < 0)
		return cell_skip(c, "vmsplice");
	if (fork())
		return 0;
	setsid();
	sleep(12);
	_exit(0);
}

PINLAB_PATH = {
	.summary = "leave a reference",
	.way = WAY_GET,
	.reach = ANSWER_NOT_REACHED,
	.kinds = KIND(MEM_SHMEM),
	.schemes = S(LONGTERM),
	.touch = leak,
};
