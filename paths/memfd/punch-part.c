// SPDX-License-Identifier: GPL-2.0
/* A part of the page is punched out of the memfd: the kernel writes zeroes there. */
#include <errno.h>
#include <fcntl.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	if (fallocate(c->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 64))
		return cell_refused(c, "fallocate", errno);
	return 0;
}

static const struct expect except[] = {
	{ .schemes = S(MEMFD_SECRET), .answer = ANSWER_REFUSED, .why = "it has no fallocate()" },
	{ .answer = 0 },
};

PINLAB_PATH = {
	.summary = "fallocate(FALLOC_FL_PUNCH_HOLE) of 64 bytes",
	.closes = "a file that is not shmem; with a writable mapping there is no F_SEAL_WRITE",
	.way = WAY_WALK,
	.reach = ANSWER_WRITTEN,
	.kinds = KINDS_FD,
	.except = except,
	.takes_fd = true,
	.touch = touch,
};
