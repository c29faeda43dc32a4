// SPDX-License-Identifier: GPL-2.0
/*
 * vmsplice() puts a reference to the page into a pipe, and read()
 * takes the content out of it, by whoever has the pipe's other end.
 */
#include <errno.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	char *buf = cell_buffer(PAGE_BYTES);
	int p[2], ret;

	if (cell_vmsplice(c, p))
		return -1;
	ret = read(p[0], buf, PAGE_BYTES);
	return ret < 0 ? cell_refused(c, "read", errno) : cell_saw(c, buf, ret);
}

PINLAB_PATH = {
	.summary = "vmsplice() into a pipe, then read()",
	.closes = "iter_to_pipe() pinning what it puts into the pipe",
	.way = WAY_GET,
	.reach = ANSWER_READ,
	.survives = true,	/* copied to the reader by _copy_to_iter(), which is fixed up */
	.touch = touch,
};
