// SPDX-License-Identifier: GPL-2.0
/* The page is the buffer that a FUSE daemon reads its requests into: fuse_copy_fill(). */
#include <errno.h>
#include <sys/uio.h>

#include "guest/paths/cell.h"
#include "guest/paths/fuse.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	/* The kernel asks for room for the longest request. */
	struct iovec v[2] = { { c->addr, PAGE_BYTES }, { cell_buffer(1 << 20), 1 << 20 } };

	if (readv(c->priv[0], v, 2) < 0)
		return cell_refused(c, "readv", errno);
	return 0;
}

PINLAB_PATH = {
	.summary = "the page as the buffer of a read() from /dev/fuse",
	.closes = "fuse_copy_fill() pinning the daemon's buffer",
	.way = WAY_GET,
	.reach = ANSWER_WRITTEN,
	.setup = path_fuse_mount,
	.touch = touch,
};
