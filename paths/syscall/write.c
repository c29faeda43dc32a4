// SPDX-License-Identifier: GPL-2.0
/* The page is the buffer of a write(): the kernel copies from the user's own mapping. */
#include <errno.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	char *buf = cell_buffer(PAGE_BYTES);
	int p[2];

	if (pipe(p) || write(p[1], c->addr, PAGE_BYTES) < 0)
		return cell_refused(c, "write", errno);
	if (read(p[0], buf, PAGE_BYTES) != PAGE_BYTES)
		return cell_refused(c, "read", errno);
	return cell_saw(c, buf, PAGE_BYTES);
}

PINLAB_PATH = {
	.summary = "the page as the buffer of write() to a pipe",
	.closes = "nothing, and it need not be: a fault there is a signal or -EFAULT",
	.way = WAY_USER,
	.reach = ANSWER_READ,
	.touch = touch,
};
