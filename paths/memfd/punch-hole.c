// SPDX-License-Identifier: GPL-2.0
/* The page is punched out of the memfd: it leaves the file, and whoever pins it keeps it. */
#include <errno.h>
#include <fcntl.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	if (fallocate(c->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, cell_bytes(c)))
		return cell_refused(c, "fallocate", errno);
	return 0;
}

static const struct expect except[] = {
	{ .schemes = S(MEMFD_SECRET), .answer = ANSWER_REFUSED, .why = "it has no fallocate()" },
	{ .schemes = S(GUEST_MEMFD), .answer = ANSWER_NOT_REACHED,
	  .why = "that is how its owner gives memory back" },
	{ .answer = 0 },
};

PINLAB_PATH = {
	.summary = "fallocate(FALLOC_FL_PUNCH_HOLE) of the whole page or huge page",
	.way = WAY_WALK,
	.reach = ANSWER_NOT_REACHED,
	.kinds = KINDS_FD,
	.except = except,
	.takes_fd = true,
	.frees = true,
	.disturbs = true,
	.touch = touch,
};
