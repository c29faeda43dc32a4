// SPDX-License-Identifier: GPL-2.0
/* The page is the buffer of a read(): the kernel copies to the user's own mapping. */
#include <errno.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	int fd = cell_file(c, PAGE_BYTES);

	if (fd >= 0 && read(fd, c->addr, PAGE_BYTES) < 0)
		return cell_refused(c, "read", errno);
	return 0;
}

PINLAB_PATH = {
	.summary = "the page as the buffer of read() from a file",
	.closes = "nothing, and it need not be: a fault there is a signal or -EFAULT",
	.way = WAY_USER,
	.reach = ANSWER_WRITTEN,
	.touch = touch,
};
