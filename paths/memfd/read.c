// SPDX-License-Identifier: GPL-2.0
/* Whoever has the memfd reads it: the page cache, and a copy through the linear map. */
#include <errno.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	char *buf = cell_buffer(PAGE_BYTES);

	if (pread(c->fd, buf, PAGE_BYTES, 0) < 0)
		return cell_refused(c, "pread", errno);
	return cell_saw(c, buf, PAGE_BYTES);
}

static const struct expect except[] = {
	{ .schemes = S(MEMFD_SECRET), .answer = ANSWER_REFUSED, .why = "it has no read()" },
	{ .answer = 0 },
};

PINLAB_PATH = {
	.summary = "read() of the memory's file",
	.closes = "a file without read(), as memfd_secret and guest_memfd have it",
	.way = WAY_WALK,
	.reach = ANSWER_READ,
	.kinds = KINDS_FD,
	.survives = true,	/* _copy_to_iter() is fixed up */
	.except = except,
	.takes_fd = true,
	.touch = touch,
};
