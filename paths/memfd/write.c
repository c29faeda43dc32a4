// SPDX-License-Identifier: GPL-2.0
/* Whoever has the memfd writes to it: the page cache, and a copy through the linear map. */
#include <errno.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	char *buf = cell_buffer(PAGE_BYTES);

	cell_pattern(buf, PAGE_BYTES);
	if (pwrite(c->fd, buf, PAGE_BYTES, 0) < 0)
		return cell_refused(c, "pwrite", errno);
	return 0;
}

static const struct expect except[] = {
	{ .schemes = S(MEMFD_SECRET), .answer = ANSWER_REFUSED, .why = "it has no write()" },
	{ .schemes = S_KINDS, .kinds = KIND(MEM_HUGETLB), .answer = ANSWER_REFUSED,
	  .why = "hugetlbfs has no write()" },
	{ .answer = 0 },
};

PINLAB_PATH = {
	.summary = "write() to the memory's file",
	.closes = "a file without write(), or F_SEAL_FUTURE_WRITE",
	.way = WAY_WALK,
	.reach = ANSWER_WRITTEN,
	.kinds = KINDS_FD,
	/* The copy is fixed up, and tried again until the writer is killed. */
	.survives = true,
	.except = except,
	.takes_fd = true,
	.touch = touch,
};
