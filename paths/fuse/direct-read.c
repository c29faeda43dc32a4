// SPDX-License-Identifier: GPL-2.0
/*
 * Direct I/O on a FUSE file: the daemon writes to the page through
 * /dev/fuse, for as long as it likes (fuse_get_user_pages()).
 */
#include <errno.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/fuse.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	int fd = path_fuse_open(c);

	if (fd < 0)
		return 1;
	if (pread(fd, c->addr, PAGE_BYTES, 0) < 0)
		return cell_refused(c, "pread", errno);
	return 0;
}

PINLAB_PATH = {
	.summary = "pread() of a FUSE file with direct I/O",
	.way = WAY_PIN,
	.way_before = WAY_GET,
	.way_since = KERNEL(6, 5),
	.reach = ANSWER_WRITTEN,
	.setup = path_fuse_daemon,
	.touch = touch,
};
